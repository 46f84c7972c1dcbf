// Draws the charts from the data beside them. Colours come from the style sheet, so both themes have theirs.
(() => {
  "use strict";
  const charts = [];
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const whole = new Intl.NumberFormat("en");
  const share = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const money = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  const spell = (unit, figure) => {
    if (figure === null) return "–";
    if (unit === "count") return whole.format(figure);
    if (unit === "percent") return share.format(figure).replace("%", "\u00a0%");
    return `${unit} ${money.format(figure)}`;
  };

  function tick(unit, value) {
    if (unit === "percent") return `${Math.round(value * 1000) / 10}%`;
    if (unit === "count") return Number.isInteger(value) ? new Intl.NumberFormat("en", { notation: "compact" }).format(value) : "";
    return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 }).format(value);
  }

  // Both colours are written #rrggbb in the style sheet.
  function faded(colour) {
    const part = (hex, n) => parseInt(hex.slice(1 + 2 * n, 3 + 2 * n), 16);
    const ground = css("--tg-surface");
    const mixed = [0, 1, 2].map((n) => Math.round(part(colour, n) * 0.38 + part(ground, n) * 0.62));
    return `rgb(${mixed.join(",")})`;
  }

  // Stripes: the day is not over, or the figure is of the paler kind.
  function hatched(colour) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const pen = tile.getContext("2d");
    pen.fillStyle = faded(colour);
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

  function fills(data, series) {
    return data.labels.map((_, n) => {
      const colour = css(`--c-${data.labelColours[n] || series.colour}`);
      if (n === data.unfinished) return hatched(colour);
      return series.pale ? faded(colour) : colour;
    });
  }

  function dataset(data, series) {
    const colour = css(`--c-${series.colour}`);
    if (data.kind === "line") {
      return {
        label: series.label, data: series.figures, borderColor: colour, backgroundColor: colour, borderWidth: 2,
        pointRadius: data.labels.length > 40 ? 0 : 3, pointHoverRadius: 5, tension: 0, spanGaps: false, clip: 6,
        segment: { borderDash: (part) => (part.p1DataIndex === data.unfinished ? [4, 4] : undefined) },
      };
    }
    return {
      label: series.label, data: series.figures, backgroundColor: fills(data, series), hoverBackgroundColor: fills(data, series), borderWidth: 0,
      maxBarThickness: data.horizontal ? 22 : 44, categoryPercentage: 0.82, barPercentage: 0.92, borderRadius: 1,
    };
  }

  // What happened on the days of the axis: a line through each, above it a shape by the worst of the day, and its subject
  // where there is room. Points without a radius on an axis of their own let the tooltip tell of days without a figure too.
  const MARKED = "marks";
  const SHAPES = { bad: ["rect", "undelivered"], warn: ["triangle", "sent"], good: ["circle", "read"], neutral: ["rectRot", "rejected"] };

  const marksOf = (data, place) => data.marks.filter((mark) => mark.place === place);
  const shapeOf = (marks) => SHAPES[Object.keys(SHAPES).find((level) => marks.some((mark) => mark.level === level))];

  function marked(data) {
    const colours = data.labels.map((_, n) => (marksOf(data, n).length ? css(`--c-${shapeOf(marksOf(data, n))[1]}`) : "transparent"));
    const places = data.labels.map((_, n) => (marksOf(data, n).length ? 1 : null));
    return { data: places, yAxisID: MARKED, showLine: false, pointRadius: 0, pointHoverRadius: 0, pointHitRadius: 0, backgroundColor: colours };
  }

  const lines = {
    id: MARKED,
    beforeDatasetsDraw(chart) {
      const { ctx: pen, chartArea, options: { marks } } = chart;
      const points = chart.getDatasetMeta(chart.data.datasets.length - 1).data;
      let free = 0;
      pen.save();
      pen.font = `11px ${Chart.defaults.font.family}`;
      for (const place of new Set(marks.map((mark) => mark.place))) {
        const day = marks.filter((mark) => mark.place === place);
        const { x } = points[place];
        const [pointStyle, hue] = shapeOf(day);
        pen.setLineDash([2, 3]);
        pen.strokeStyle = css("--tg-ink-3");
        pen.beginPath();
        pen.moveTo(x, chartArea.top - 6);
        pen.lineTo(x, chartArea.bottom);
        pen.stroke();
        pen.setLineDash([]);
        pen.fillStyle = pen.strokeStyle = css(`--c-${hue}`);
        Chart.helpers.drawPoint(pen, { pointStyle, radius: pointStyle === "triangle" ? 6 : 5, borderWidth: 0 }, x, chartArea.top - 12);
        const words = day.length > 1 ? `${day[0].title} +${day.length - 1}` : day[0].title;
        const width = pen.measureText(words).width;
        const left = Math.min(x - width / 2, chart.width - width);
        if (left < free) continue;
        pen.fillStyle = css("--tg-ink-2");
        pen.fillText(words, left, chartArea.top - 23);
        free = left + width + 10;
      }
      pen.restore();
    },
  };

  function datasets(data) {
    const own = data.series.map((series) => dataset(data, series));
    return data.marks.length ? [...own, marked(data)] : own;
  }

  function scales(data) {
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
    return data.marks.length ? { x: label, y: value, [MARKED]: { axis: "y", display: false, min: 0, max: 1 } } : { x: label, y: value };
  }

  function tooltip(data, say) {
    return {
      backgroundColor: css("--tg-tip"), titleColor: css("--tg-tip-ink"), bodyColor: css("--tg-tip-ink"), footerColor: css("--tg-tip-ink"),
      padding: 10, boxPadding: 4, cornerRadius: 6, usePointStyle: true, footerFont: { weight: "500" },
      filter: (item) => item.raw !== 0 || data.series.length === 1,
      callbacks: {
        title: (items) => (items.length ? data.labels[items[0].dataIndex] + (items[0].dataIndex === data.unfinished ? ` (${say.sayUnfinished})` : "") : ""),
        label: (item) => (data.series[item.datasetIndex] ? ` ${item.dataset.label}  ${spell(data.unit, item.raw)}` : marksOf(data, item.dataIndex).map((mark) => ` ${mark.text}`)),
        labelColor: (item) => {
          const series = data.series[item.datasetIndex];
          if (!series) return { backgroundColor: item.dataset.backgroundColor[item.dataIndex], borderColor: "transparent" };
          const colour = css(`--c-${data.labelColours[item.dataIndex] || series.colour}`);
          return { backgroundColor: series.pale ? faded(colour) : colour, borderColor: "transparent" };
        },
        footer: (items) => (items.length > 1 && data.kind === "bar" ? `${say.sayTotal} ${spell(data.unit, items.reduce((sum, item) => sum + item.raw, 0))}` : ""),
      },
    };
  }

  function follow(data, elements) {
    const [hit] = elements;
    return hit ? data.series[hit.datasetIndex]?.links[hit.index] : "";
  }

  function draw(section) {
    const data = JSON.parse(document.getElementById(section.dataset.chart).textContent);
    const canvas = section.querySelector("canvas");
    const chart = new Chart(canvas, {
      type: data.kind,
      data: { labels: data.labels, datasets: datasets(data) },
      plugins: data.marks.length ? [lines] : [],
      options: {
        animation: false, responsive: true, maintainAspectRatio: false, indexAxis: data.horizontal ? "y" : "x",
        interaction: { mode: "index", intersect: false, axis: data.horizontal ? "y" : "x" },
        font: { family: "Inter" }, scales: scales(data), marks: data.marks, layout: { padding: { top: data.marks.length ? 34 : 0 } },
        plugins: { legend: { display: false }, tooltip: tooltip(data, section.dataset) },
        onHover: (event) => {
          const hits = chart.getElementsAtEventForMode(event.native, "nearest", { intersect: data.kind === "bar" }, false);
          canvas.classList.toggle("clickable", Boolean(follow(data, hits)));
        },
        onClick: (event) => {
          const hits = chart.getElementsAtEventForMode(event.native, "nearest", { intersect: data.kind === "bar" }, false);
          const link = follow(data, hits);
          if (link) location.assign(link);
        },
      },
    });
    charts.push({ chart, data, say: section.dataset });
    legend(section, data);
  }

  function legend(section, data) {
    const box = section.querySelector(".chart-legend");
    if (data.series.length < 2) return;
    for (const series of data.series) {
      const entry = document.createElement("span");
      entry.className = `legend-entry hue-${series.colour}${series.pale ? " legend-pale" : ""}`;
      const sum = series.figures.reduce((total, figure) => total + (figure || 0), 0);
      entry.append(document.createElement("i"), series.label, Object.assign(document.createElement("b"), { textContent: data.unit === "percent" ? "" : spell(data.unit, sum) }));
      box.append(entry);
    }
  }

  function repaint() {
    for (const { chart, data, say } of charts) {
      chart.options.scales = scales(data);
      chart.options.plugins.tooltip = tooltip(data, say);
      chart.data.datasets = datasets(data);
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
})();
