// What a filter bar sends.

// An empty subaccount says "all of them".
const mayBeBlank = (name) => !name || name === "subaccount";

// Empty filters stay out of the URL.
export const isBlank = ({ name, value }) => !mayBeBlank(name) && !value;

// Takes the blank values of these fields out of what a form sends.
export function dropBlanks(parameters, names) {
  for (const name of new Set(names)) {
    if (mayBeBlank(name)) continue;
    const values = parameters.getAll(name).filter(Boolean);
    parameters.delete(name);
    values.forEach((value) => parameters.append(name, value));
  }
}

// Dates belong to the custom period only: another period clears them, dates choose "custom". A custom period is
// complete once it has both.
export function settlePeriod(changed, { range, from, to }) {
  if (changed === "range" && range !== "custom") return { range, from: "", to: "", complete: true };
  const period = changed === "from" || changed === "to" ? "custom" : range;
  return { range: period, from, to, complete: period !== "custom" || Boolean(from && to) };
}
