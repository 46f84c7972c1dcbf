// Walking through, selecting and renewing the rows of a list.

const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

export const stepOf = (key) => STEPS[key] ?? 0;

// The row after a step from row `at` (-1: from outside the list) among `count`; -1 where there is none.
export function rowAfter(at, step, count) {
  if (at < 0) return step > 0 && count ? 0 : -1;
  return Math.min(Math.max(at + step, 0), count - 1);
}

// What the box above all others shows, and how many of them are ticked.
export function selectionOf(ticks) {
  const count = ticks.filter(Boolean).length;
  const all = count > 0 && count === ticks.length;
  return { count, all, some: count > 0 && !all };
}

// How to turn the rows that stand into the new ones: both map the identity of each row, in order, to what the server wrote.
// A new row goes in before the one that stood behind the row above it.
export function mergeSteps(standing, renewed) {
  const order = [...standing.keys()];
  let next = 0;
  const steps = [];
  for (const [id, row] of renewed) {
    if (!standing.has(id)) {
      steps.push({ kind: "insert", id, before: order[next] });
      continue;
    }
    next = order.indexOf(id) + 1;
    if (standing.get(id) !== row) steps.push({ kind: "replace", id });
  }
  return [...steps, ...order.filter((id) => !renewed.has(id)).map((id) => ({ kind: "remove", id }))];
}
