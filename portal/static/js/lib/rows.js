// Moving through, selecting and updating the rows of a list.

const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

export const stepOf = (key) => STEPS[key] ?? 0;

// The row after a step from row `at` (-1: from outside the list) among `count`; -1 if there is none.
export function rowAfter(at, step, count) {
  if (at < 0) return step > 0 && count ? 0 : -1;
  return Math.min(Math.max(at + step, 0), count - 1);
}

// The state of the checkbox above all others, and how many of them are ticked.
export function selectionOf(ticks) {
  const count = ticks.filter(Boolean).length;
  const all = count > 0 && count === ticks.length;
  return { count, all, some: count > 0 && !all };
}

// The steps from the current rows to the updated ones: both map the id of each row, in order, to its markup.
// A new row is inserted before the current successor of the row above it.
export function mergeSteps(current, updated) {
  const order = [...current.keys()];
  let next = 0;
  const steps = [];
  for (const [id, row] of updated) {
    if (!current.has(id)) {
      steps.push({ kind: "insert", id, before: order[next] });
      continue;
    }
    next = order.indexOf(id) + 1;
    if (current.get(id) !== row) steps.push({ kind: "replace", id });
  }
  return [...steps, ...order.filter((id) => !updated.has(id)).map((id) => ({ kind: "remove", id }))];
}
