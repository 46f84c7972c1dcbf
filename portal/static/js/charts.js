// Draws the charts from their data in the page. The style sheet has the colours of both themes.
import { MARKS, captions, datasets, legendEntries, linkAt, scales, tooltip } from "./lib/chart-config.js";
import { fade } from "./lib/figures.js";

const charts = [];
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function hatch(colour) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const pen = tile.getContext("2d");
  pen.fillStyle = fade(colour, css("--tg-surface"));
  pen.fillRect(0, 0, 6, 6);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.6;
  pen.beginPath();
  for (const x of [-3, 3, 9]) {
    pen.moveTo(x - 3, 9);
    pen.lineTo(x + 9, -3);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat");
}

// The marks on the axis: a line through each day, and above it a shape and its subject.
const markLines = {
  id: MARKS,
  beforeDatasetsDraw(chart) {
    const { ctx: pen, chartArea, options: { marks } } = chart;
    const points = chart.getDatasetMeta(chart.data.datasets.length - 1).data;
    pen.save();
    pen.font = `11px ${Chart.defaults.font.family}`;
    for (const { x, shape, hue, subject, left } of captions(marks, points, chart.width, (text) => pen.measureText(text).width)) {
      pen.setLineDash([2, 3]);
      pen.strokeStyle = css("--tg-ink-3");
      pen.beginPath();
      pen.moveTo(x, chartArea.top - 6);
      pen.lineTo(x, chartArea.bottom);
      pen.stroke();
      pen.setLineDash([]);
      pen.fillStyle = pen.strokeStyle = css(`--c-${hue}`);
      Chart.helpers.drawPoint(pen, { pointStyle: shape, radius: shape === "triangle" ? 6 : 5, borderWidth: 0 }, x, chartArea.top - 12);
      if (!subject) continue;
      pen.fillStyle = css("--tg-ink-2");
      pen.fillText(subject, left, chartArea.top - 23);
    }
    pen.restore();
  },
};

function draw(section) {
  const data = JSON.parse(document.getElementById(section.dataset.chart).textContent);
  const canvas = section.querySelector("canvas");
  const linkAtEvent = (event) => {
    const hits = chart.getElementsAtEventForMode(event.native, "nearest", { intersect: data.kind === "bar" }, false);
    return linkAt(data, hits);
  };
  const chart = new Chart(canvas, {
    type: data.kind,
    data: { labels: data.labels, datasets: datasets(data, css, hatch) },
    plugins: data.marks.length ? [markLines] : [],
    options: {
      animation: false, responsive: true, maintainAspectRatio: false, indexAxis: data.horizontal ? "y" : "x",
      interaction: { mode: "index", intersect: false, axis: data.horizontal ? "y" : "x" },
      font: { family: "Inter" }, scales: scales(data, css), marks: data.marks, layout: { padding: { top: data.marks.length ? 34 : 0 } },
      plugins: { legend: { display: false }, tooltip: tooltip(data, section.dataset, css) },
      onHover: (event) => canvas.classList.toggle("clickable", Boolean(linkAtEvent(event))),
      onClick: (event) => {
        const link = linkAtEvent(event);
        if (link) location.assign(link);
      },
    },
  });
  charts.push({ chart, data, words: section.dataset });
  showLegend(section, data);
}

function showLegend(section, data) {
  const box = section.querySelector(".chart-legend");
  for (const { className, label, total } of legendEntries(data)) {
    const entry = Object.assign(document.createElement("span"), { className });
    entry.append(document.createElement("i"), label, Object.assign(document.createElement("b"), { textContent: total }));
    box.append(entry);
  }
}

function repaint() {
  for (const { chart, data, words } of charts) {
    chart.options.scales = scales(data, css);
    chart.options.plugins.tooltip = tooltip(data, words, css);
    chart.data.datasets = datasets(data, css, hatch);
    chart.update("none");
  }
}

Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
Chart.defaults.font.size = 12;
for (const section of document.querySelectorAll("[data-chart]")) {
  draw(section);
  const toggle = section.querySelector(".chart-toggle");
  toggle.addEventListener("click", () => {
    const table = section.classList.toggle("show-table");
    toggle.setAttribute("aria-pressed", String(table));
    toggle.querySelector("span").textContent = table ? section.dataset.sayChart : section.dataset.sayTable;
  });
}
document.addEventListener("themechange", repaint);
