// What a filter bar sends.
import assert from "node:assert/strict";
import { test } from "node:test";

import { dropBlanks, isBlank, settlePeriod } from "../../portal/static/js/lib/filters.js";

test("an empty filter is blank; an empty subaccount, and a field without a name, is not", () => {
  assert.equal(isBlank({ name: "country", value: "" }), true);
  assert.equal(isBlank({ name: "country", value: "IN" }), false);
  assert.equal(isBlank({ name: "subaccount", value: "" }), false);
  assert.equal(isBlank({ name: "", value: "" }), false);
});

test("blank values are dropped, values and the subaccount stay", () => {
  const parameters = new URLSearchParams("subaccount=&country=&status=read&status=&status=sent&q=");
  dropBlanks(parameters, ["country", "subaccount", "status", "status", "q", ""]);
  assert.equal(parameters.toString(), "subaccount=&status=read&status=sent");
});

test("another period clears the dates", () => {
  const period = settlePeriod("range", { range: "7d", from: "2026-11-01", to: "2026-11-02" });
  assert.deepEqual(period, { range: "7d", from: "", to: "", complete: true });
});

test("a date chooses the custom period, which waits for the other", () => {
  const first = settlePeriod("from", { range: "7d", from: "2026-11-01", to: "" });
  assert.deepEqual(first, { range: "custom", from: "2026-11-01", to: "", complete: false });
  const both = settlePeriod("to", { range: "custom", from: "2026-11-01", to: "2026-11-02" });
  assert.equal(both.complete, true);
});

test("choosing the custom period waits for its dates", () => {
  assert.equal(settlePeriod("range", { range: "custom", from: "", to: "" }).complete, false);
});

test("another filter leaves the period alone", () => {
  const period = { range: "custom", from: "2026-11-01", to: "2026-11-02" };
  assert.deepEqual(settlePeriod("country", period), { ...period, complete: true });
  assert.deepEqual(settlePeriod("country", { range: "7d", from: "", to: "" }), { range: "7d", from: "", to: "", complete: true });
});
