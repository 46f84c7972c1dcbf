// Lists: a click anywhere on a row opens it; arrow keys move, Enter opens, x selects; a bar shows the number of selected
// rows.
import { rowAfter, selectionOf, stepOf } from "./lib/rows.js";

const links = () => [...document.querySelectorAll("table.rows a.row-link")];
const form = () => document.querySelector("[data-selection]");
const boxes = () => [...(form()?.querySelectorAll("input[name=umid]") ?? [])];

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input:not([type=checkbox]), select, textarea, summary");
  const leaves = field?.type === "search" && event.key === "ArrowDown"; // from the search field to its results
  if (event.ctrlKey || event.metaKey || event.altKey || (field && !leaves)) return;
  const row = event.target.closest("table.rows tbody tr");
  const step = stepOf(event.key);
  if (step) move(event, row, step);
  if (event.key === "x" && row) row.querySelector("input[name=umid]")?.click();
});

function move(event, row, step) {
  const all = links();
  const next = rowAfter(all.indexOf(row?.querySelector("a.row-link")), step, all.length);
  if (next < 0) return;
  event.preventDefault();
  all[next].focus({ preventScroll: true });
  all[next].closest("tr").scrollIntoView({ block: "nearest" });
}

// Ticking a single row ends the selection of all matching rows: the posted cursor is removed.
function dropAll() {
  form().querySelectorAll("input[name=all], input[name=upto]").forEach((field) => field.remove());
}

function show(text) {
  const { count, all, some } = selectionOf(boxes().map((box) => box.checked));
  const page = form().querySelector("[data-pick-all]");
  page.checked = all;
  page.indeterminate = some;
  form().classList.toggle("picking", count > 0);
  form().querySelector("[data-bulk-count]").textContent = text || form().dataset.saySelected.replace("%n", count);
  const offer = form().querySelector("[data-bulk-all]");
  offer.hidden = !all || Boolean(text);
  if (all && !offer.childElementCount) htmx.trigger(offer, "count-matching");
}

document.addEventListener("change", (event) => {
  if (!form()?.contains(event.target)) return;
  if (event.target.matches("[data-pick-all]")) boxes().forEach((box) => { box.checked = event.target.checked; });
  dropAll();
  show();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("a, button, input, label")) event.target.closest("table.rows tbody tr")?.querySelector("a.row-link")?.click();
  const all = event.target.closest("[data-all]");
  if (all) {
    for (const [name, value] of [["all", "1"], ["upto", all.dataset.all]]) {
      form().append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    show(all.dataset.countText);
  }
  if (event.target.closest("[data-bulk-clear]")) {
    boxes().forEach((box) => { box.checked = false; });
    dropAll();
    show();
  }
});

addEventListener("pageshow", () => { if (form()) show(); }); // the back button restores ticked boxes
document.addEventListener("rows-changed", () => { if (form() && !form().querySelector("input[name=all]")) show(); });
