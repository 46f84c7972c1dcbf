// Formats figures and mixes colours for charts.
const integer = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact" });
const compactMoney = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });
const share = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const money = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export function formatFigure(unit, figure) {
  if (figure === null) return "–";
  if (unit === "count") return integer.format(figure);
  if (unit === "percent") return share.format(figure).replace("%", "\u00a0%");
  return `${unit} ${money.format(figure)}`;
}

export function tick(unit, value) {
  if (unit === "percent") return `${Math.round(value * 1000) / 10}%`;
  if (unit === "count") return Number.isInteger(value) ? compact.format(value) : "";
  return compactMoney.format(value);
}

export function sum(figures) {
  return figures.reduce((total, figure) => total + (figure || 0), 0);
}

// Both colours are #rrggbb.
export function fade(colour, ground) {
  const part = (hex, n) => parseInt(hex.slice(1 + 2 * n, 3 + 2 * n), 16);
  const mixed = [0, 1, 2].map((n) => Math.round(part(colour, n) * 0.38 + part(ground, n) * 0.62));
  return `rgb(${mixed.join(",")})`;
}
