// The parameters that a filter bar sends.

// An empty subaccount means "all subaccounts".
const mayBeBlank = (name) => !name || name === "subaccount";

// Empty filters stay out of the URL.
export const isBlank = ({ name, value }) => !mayBeBlank(name) && !value;

// Removes the blank values of these fields from the parameters of a form.
export function dropBlanks(parameters, names) {
  for (const name of new Set(names)) {
    if (mayBeBlank(name)) continue;
    const values = parameters.getAll(name).filter(Boolean);
    parameters.delete(name);
    values.forEach((value) => parameters.append(name, value));
  }
}

// Only the custom period has dates: another period clears them, and a date selects "custom". A custom period is
// complete once it has both.
export function settlePeriod(changed, { range, from, to }) {
  if (changed === "range" && range !== "custom") return { range, from: "", to: "", complete: true };
  const period = changed === "from" || changed === "to" ? "custom" : range;
  return { range: period, from, to, complete: period !== "custom" || Boolean(from && to) };
}
