// The configuration of Chart.js for the data of one chart. `css` reads a variable of the style sheet, `hatch` draws a pattern.
import { fade, formatFigure, sum, tick } from "./figures.js";

// The dataset of the marks: invisible points on a separate axis, so that the tooltip also covers days without a figure.
export const MARKS = "marks";
const SHAPES = { bad: ["rect", "undelivered"], warn: ["triangle", "sent"], good: ["circle", "read"], neutral: ["rectRot", "rejected"] };

const marksOf = (data, index) => data.marks.filter((mark) => mark.index === index);

// The shape and the hue of a day, by its worst mark.
const shapeOf = (marks) => SHAPES[Object.keys(SHAPES).find((level) => marks.some((mark) => mark.level === level))];

const hueAt = (data, series, index) => `--c-${data.labelColours[index] || series.colour}`;

function fillAt(data, series, index, css) {
  const colour = css(hueAt(data, series, index));
  return series.pale ? fade(colour, css("--tg-surface")) : colour;
}

function line(data, series, css) {
  const colour = css(`--c-${series.colour}`);
  return {
    label: series.label, data: series.figures, borderColor: colour, backgroundColor: colour, borderWidth: 2,
    pointRadius: data.labels.length > 40 ? 0 : 3, pointHoverRadius: 5, tension: 0, spanGaps: false, clip: 6,
    segment: { borderDash: (part) => (part.p1DataIndex === data.unfinished ? [4, 4] : undefined) },
  };
}

// The current day is striped: it is not over.
function bars(data, series, css, hatch) {
  const fills = data.labels.map((_, index) =>
    index === data.unfinished ? hatch(css(hueAt(data, series, index))) : fillAt(data, series, index, css));
  return {
    label: series.label, data: series.figures, backgroundColor: fills, hoverBackgroundColor: fills, borderWidth: 0,
    maxBarThickness: data.horizontal ? 22 : 44, categoryPercentage: 0.82, barPercentage: 0.92, borderRadius: 1,
  };
}

function markDataset(data, css) {
  const days = data.labels.map((_, index) => marksOf(data, index));
  return {
    data: days.map((day) => (day.length ? 1 : null)), yAxisID: MARKS, showLine: false, pointRadius: 0, pointHoverRadius: 0, pointHitRadius: 0,
    backgroundColor: days.map((day) => (day.length ? css(`--c-${shapeOf(day)[1]}`) : "transparent")),
  };
}

export function datasets(data, css, hatch) {
  const own = data.series.map((series) => (data.kind === "line" ? line(data, series, css) : bars(data, series, css, hatch)));
  return data.marks.length ? [...own, markDataset(data, css)] : own;
}

export function scales(data, css) {
  const value = {
    stacked: data.kind === "bar", beginAtZero: data.kind === "bar", border: { display: false },
    grid: { color: css("--tg-grid") }, ticks: { color: css("--tg-ink-3"), maxTicksLimit: 5, padding: 6, callback: (n) => tick(data.unit, n) },
  };
  if (data.unit === "percent") Object.assign(value, { suggestedMin: 0.8, max: 1 });
  const label = {
    stacked: data.kind === "bar", border: { color: css("--tg-line") }, grid: { display: false },
    ticks: { color: css("--tg-ink-3"), maxRotation: 0, autoSkipPadding: 14, autoSkip: !data.horizontal, padding: 4 },
  };
  if (data.horizontal) return { x: value, y: label };
  return data.marks.length ? { x: label, y: value, [MARKS]: { axis: "y", display: false, min: 0, max: 1 } } : { x: label, y: value };
}

function title(data, words, items) {
  if (!items.length) return "";
  const index = items[0].dataIndex;
  return index === data.unfinished ? `${data.labels[index]} (${words.sayUnfinished})` : data.labels[index];
}

function label(data, { datasetIndex, dataIndex, raw }) {
  const series = data.series[datasetIndex];
  return series ? ` ${series.label}  ${formatFigure(data.unit, raw)}` : marksOf(data, dataIndex).map((mark) => ` ${mark.text}`);
}

function labelColor(data, css, { datasetIndex, dataIndex, dataset }) {
  const series = data.series[datasetIndex];
  const fill = series ? fillAt(data, series, dataIndex, css) : dataset.backgroundColor[dataIndex];
  return { backgroundColor: fill, borderColor: "transparent" };
}

function footer(data, words, items) {
  if (items.length < 2 || data.kind !== "bar") return "";
  return `${words.sayTotal} ${formatFigure(data.unit, sum(items.map((item) => item.raw)))}`;
}

export function tooltip(data, words, css) {
  const ink = css("--tg-tip-ink");
  return {
    backgroundColor: css("--tg-tip"), titleColor: ink, bodyColor: ink, footerColor: ink,
    padding: 10, boxPadding: 4, cornerRadius: 6, usePointStyle: true, footerFont: { weight: "500" },
    filter: (item) => item.raw !== 0 || data.series.length === 1,
    callbacks: {
      title: (items) => title(data, words, items),
      label: (item) => label(data, item),
      labelColor: (item) => labelColor(data, css, item),
      footer: (items) => footer(data, words, items),
    },
  };
}

// The link of the nearest of these elements, if there is one.
export function linkAt(data, [hit]) {
  return hit ? data.series[hit.datasetIndex]?.links[hit.index] : "";
}

// The caption above each marked day: a shape, and its subject if there is room.
export function captions(marks, points, width, measure) {
  let free = 0;
  return [...new Set(marks.map((mark) => mark.index))].map((index) => {
    const day = marks.filter((mark) => mark.index === index);
    const { x } = points[index];
    const [shape, hue] = shapeOf(day);
    const subject = day.length > 1 ? `${day[0].title} +${day.length - 1}` : day[0].title;
    const left = Math.min(x - measure(subject) / 2, width - measure(subject));
    if (left < free) return { x, shape, hue };
    free = left + measure(subject) + 10;
    return { x, shape, hue, subject, left };
  });
}

export function legendEntries(data) {
  if (data.series.length < 2) return [];
  return data.series.map((series) => ({
    className: `legend-entry hue-${series.colour}${series.pale ? " legend-pale" : ""}`,
    label: series.label,
    total: data.unit === "percent" ? "" : formatFigure(data.unit, sum(series.figures)),
  }));
}
