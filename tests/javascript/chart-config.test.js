// What Chart.js is given for the data of one chart.
import assert from "node:assert/strict";
import { test } from "node:test";

import { captions, datasets, legendEntries, linkAt, scales, tooltip } from "../../portal/static/js/lib/chart-config.js";

const COLOURS = { "--c-read": "#000000", "--tg-surface": "#ffffff" };
const css = (name) => COLOURS[name] ?? name;
const hatch = (colour) => `hatched ${colour}`;
const SAY = { sayTotal: "Total", sayUnfinished: "so far" };
const READ = { label: "Read", colour: "read", figures: [3, 1200], links: ["/one", "/two"] };
const SENT = { label: "Sent", colour: "sent", figures: [1, 0], links: [] };

const chart = (more = {}) => ({
  kind: "bar", unit: "count", labels: ["1 Nov", "2 Nov"], labelColours: {}, series: [READ], marks: [], horizontal: false,
  unfinished: null, ...more,
});
const mark = (index, level, title) => ({ index, level, title, text: `${title} happened` });
const callbacks = (data) => tooltip(data, SAY, css).callbacks;

test("the bar of a day that is not over is hatched", () => {
  const [bars] = datasets(chart({ unfinished: 1 }), css, hatch);
  assert.deepEqual(bars.backgroundColor, ["#000000", "hatched #000000"]);
  assert.deepEqual(bars.data, [3, 1200]);
});

test("a pale series is faded, a label may have a colour of its own", () => {
  const pale = { ...READ, pale: true };
  const [bars] = datasets(chart({ series: [pale] }), css, hatch);
  assert.deepEqual(bars.backgroundColor, ["rgb(158,158,158)", "rgb(158,158,158)"]);
  const [own] = datasets(chart({ labelColours: { 1: "utility" } }), css, hatch);
  assert.deepEqual(own.backgroundColor, ["#000000", "--c-utility"]);
});

test("a line is dashed towards a day that is not over", () => {
  const [line] = datasets(chart({ kind: "line", unfinished: 1 }), css, hatch);
  assert.deepEqual(line.segment.borderDash({ p1DataIndex: 1 }), [4, 4]);
  assert.equal(line.segment.borderDash({ p1DataIndex: 0 }), undefined);
});

test("a long line has no points", () => {
  const points = (days) => datasets(chart({ kind: "line", labels: Array(days).fill("day") }), css, hatch)[0].pointRadius;
  assert.equal(points(40), 3);
  assert.equal(points(41), 0);
});

test("marked days are a dataset without points, coloured by the worst that happened", () => {
  const marks = [mark(1, "good", "Back"), mark(1, "bad", "Down")];
  const [, days] = datasets(chart({ marks }), css, hatch);
  assert.deepEqual(days.data, [null, 1]);
  assert.deepEqual(days.backgroundColor, ["transparent", "--c-undelivered"]);
  assert.equal(days.pointRadius, 0);
});

test("bars stack from zero, lines do not", () => {
  assert.equal(scales(chart(), css).y.stacked, true);
  assert.equal(scales(chart({ kind: "line" }), css).y.beginAtZero, false);
});

test("a rate ends at 100 %, in its own ticks", () => {
  const { y } = scales(chart({ kind: "line", unit: "percent" }), css);
  assert.equal(y.max, 1);
  assert.equal(y.ticks.callback(0.9), "90%");
});

test("horizontal bars have their figures on the x axis and show every label", () => {
  const { x, y } = scales(chart({ horizontal: true }), css);
  assert.equal(x.beginAtZero, true);
  assert.equal(y.ticks.autoSkip, false);
});

test("marks have an axis of their own that nobody sees", () => {
  assert.equal(scales(chart(), css).marks, undefined);
  assert.equal(scales(chart({ marks: [mark(0, "bad", "Down")] }), css).marks.display, false);
});

test("the tooltip's title says when a day is not over", () => {
  const { title } = callbacks(chart({ unfinished: 1 }));
  assert.equal(title([{ dataIndex: 0 }]), "1 Nov");
  assert.equal(title([{ dataIndex: 1 }]), "2 Nov (so far)");
  assert.equal(title([]), "");
});

test("the tooltip spells figures, and what happened on a marked day", () => {
  const { label } = callbacks(chart({ marks: [mark(1, "bad", "Ban")] }));
  assert.equal(label({ datasetIndex: 0, dataIndex: 1, raw: 1200 }), " Read  1,200");
  assert.deepEqual(label({ datasetIndex: 1, dataIndex: 1, raw: 1 }), [" Ban happened"]);
});

test("the tooltip's colours are those of the bars and of the marks", () => {
  const { labelColor } = callbacks(chart({ marks: [mark(1, "bad", "Ban")] }));
  const colourOf = (item) => labelColor(item).backgroundColor;
  assert.equal(colourOf({ datasetIndex: 0, dataIndex: 0 }), "#000000");
  assert.equal(colourOf({ datasetIndex: 1, dataIndex: 1, dataset: { backgroundColor: ["transparent", "red"] } }), "red");
});

test("the tooltip sums bars that stack, not lines", () => {
  const items = [{ raw: 1000 }, { raw: 200 }];
  assert.equal(callbacks(chart({ series: [READ, SENT] })).footer(items), "Total 1,200");
  assert.equal(callbacks(chart({ series: [READ, SENT] })).footer([items[0]]), "");
  assert.equal(callbacks(chart({ kind: "line" })).footer(items), "");
});

test("the tooltip leaves out zeros beside other series", () => {
  assert.equal(tooltip(chart({ series: [READ, SENT] }), SAY, css).filter({ raw: 0 }), false);
  assert.equal(tooltip(chart(), SAY, css).filter({ raw: 0 }), true);
});

test("a click leads where its bar does, on a mark or beside all bars nowhere", () => {
  assert.equal(linkAt(chart(), [{ datasetIndex: 0, index: 1 }]), "/two");
  assert.equal(linkAt(chart(), [{ datasetIndex: 1, index: 1 }]), undefined);
  assert.equal(linkAt(chart(), []), "");
});

test("a day has the shape of its worst mark and the subject of its first", () => {
  const marks = [mark(0, "good", "Back"), mark(0, "warn", "Slow")];
  const [caption] = captions(marks, [{ x: 50 }], 500, () => 20);
  assert.deepEqual(caption, { x: 50, shape: "triangle", hue: "sent", subject: "Back +1", left: 40 });
});

test("a subject without room is left out, one at the edge moves in", () => {
  const marks = [0, 1, 2].map((index) => mark(index, "bad", "Down"));
  const points = [{ x: 30 }, { x: 60 }, { x: 195 }];
  const lefts = captions(marks, points, 200, () => 40).map(({ left }) => left);
  assert.deepEqual(lefts, [10, undefined, 160]);
});

test("a legend names two series and more, with their sums", () => {
  const pale = { ...SENT, pale: true };
  assert.deepEqual(legendEntries(chart({ series: [READ, pale] })), [
    { className: "legend-entry hue-read", label: "Read", total: "1,203" },
    { className: "legend-entry hue-sent legend-pale", label: "Sent", total: "1" },
  ]);
  assert.deepEqual(legendEntries(chart()), []);
});

test("rates have no sum", () => {
  const totals = legendEntries(chart({ unit: "percent", series: [READ, SENT] })).map(({ total }) => total);
  assert.deepEqual(totals, ["", ""]);
});
