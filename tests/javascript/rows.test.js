// Walking through, selecting and renewing the rows of a list.
import assert from "node:assert/strict";
import { test } from "node:test";

import { mergeSteps, rowAfter, selectionOf, stepOf } from "../../portal/static/js/lib/rows.js";

const rows = (...ids) => new Map(ids.map((id) => [id, `row ${id}`]));

test("arrows and j, k walk; other keys do not", () => {
  assert.deepEqual(["ArrowDown", "j", "ArrowUp", "k"].map(stepOf), [1, 1, -1, -1]);
  assert.deepEqual(["x", "Enter"].map(stepOf), [0, 0]);
});

test("a walk stops at both ends", () => {
  assert.equal(rowAfter(1, 1, 3), 2);
  assert.equal(rowAfter(2, 1, 3), 2);
  assert.equal(rowAfter(0, -1, 3), 0);
});

test("a walk enters the list from above only, and no empty list", () => {
  assert.equal(rowAfter(-1, 1, 3), 0);
  assert.equal(rowAfter(-1, -1, 3), -1);
  assert.equal(rowAfter(-1, 1, 0), -1);
});

test("a selection is none, some or all", () => {
  assert.deepEqual(selectionOf([false, false]), { count: 0, all: false, some: false });
  assert.deepEqual(selectionOf([true, false]), { count: 1, all: false, some: true });
  assert.deepEqual(selectionOf([true, true]), { count: 2, all: true, some: false });
  assert.deepEqual(selectionOf([]), { count: 0, all: false, some: false });
});

test("rows that are the same are left alone", () => {
  assert.deepEqual(mergeSteps(rows("a", "b"), rows("a", "b")), []);
});

test("new rows go in above those that stand, the oldest go", () => {
  assert.deepEqual(mergeSteps(rows("b", "c"), rows("a", "b")), [
    { kind: "insert", id: "a", before: "b" },
    { kind: "remove", id: "c" },
  ]);
});

test("a row that changed is replaced where it stands", () => {
  const updated = new Map([["a", "row a"], ["b", "row b, read"]]);
  assert.deepEqual(mergeSteps(rows("a", "b"), updated), [{ kind: "replace", id: "b" }]);
});

test("a late row goes in between, or at the end", () => {
  assert.deepEqual(mergeSteps(rows("a", "c"), rows("a", "b", "c", "d")), [
    { kind: "insert", id: "b", before: "c" },
    { kind: "insert", id: "d", before: undefined },
  ]);
});
