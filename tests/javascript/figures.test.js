// Figures and colours as charts write them.
import assert from "node:assert/strict";
import { test } from "node:test";

import { fade, formatFigure, sum, tick } from "../../portal/static/js/lib/figures.js";

test("a figure is spelt by its unit", () => {
  assert.equal(formatFigure("count", 12345), "12,345");
  assert.equal(formatFigure("percent", 0.98765), "98.8\u00a0%");
  assert.equal(formatFigure("USD", 1234.5), "USD 1,234.50");
});

test("a figure that is not known is a dash, zero is not", () => {
  assert.equal(formatFigure("count", null), "–");
  assert.equal(formatFigure("count", 0), "0");
});

test("an axis counts in whole messages only", () => {
  assert.equal(tick("count", 1500), "1.5K");
  assert.equal(tick("count", 0.5), "");
});

test("an axis shortens money and rates", () => {
  assert.equal(tick("USD", 1234.567), "1.23K");
  assert.equal(tick("percent", 0.9875), "98.8%");
  assert.equal(tick("percent", 1), "100%");
});

test("a sum skips what is not known", () => {
  assert.equal(sum([1, null, 2.5]), 3.5);
  assert.equal(sum([]), 0);
});

test("a faded colour is 38 % of itself on its ground", () => {
  assert.equal(fade("#000000", "#ffffff"), "rgb(158,158,158)");
  assert.equal(fade("#2f6fdb", "#171e28"), "rgb(32,61,108)");
  assert.equal(fade("#123456", "#123456"), "rgb(18,52,86)");
});
