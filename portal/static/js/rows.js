// Lists: a row opens wherever it is clicked; arrows move from row to row, Enter opens, x selects; a bar says how many
// rows are selected.
(() => {
  "use strict";
  const links = () => [...document.querySelectorAll("table.rows a.row-link")];
  const form = () => document.querySelector("[data-selection]");
  const boxes = () => [...(form()?.querySelectorAll("input[name=umid]") ?? [])];

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input:not([type=checkbox]), select, textarea, summary");
    const leaves = field?.type === "search" && event.key === "ArrowDown"; // from the search to what it found
    if (event.ctrlKey || event.metaKey || event.altKey || (field && !leaves)) return;
    const row = event.target.closest("table.rows tbody tr");
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step) move(event, row, step);
    if (event.key === "x" && row) row.querySelector("input[name=umid]")?.click();
  });

  function move(event, row, step) {
    const all = links();
    const at = all.indexOf(row?.querySelector("a.row-link"));
    const next = at < 0 ? (step > 0 ? 0 : -1) : Math.min(Math.max(at + step, 0), all.length - 1);
    if (!all.length || next < 0) return;
    event.preventDefault();
    all[next].focus({ preventScroll: true });
    all[next].closest("tr").scrollIntoView({ block: "nearest" });
  }

  // "All that match" ends as soon as a single row is chosen: the posted cursor goes.
  function forgetAll() {
    form().querySelectorAll("input[name=all], input[name=upto]").forEach((field) => field.remove());
  }

  function show(said) {
    const chosen = boxes().filter((box) => box.checked).length;
    const page = form().querySelector("[data-pick-all]");
    page.checked = chosen > 0 && chosen === boxes().length;
    page.indeterminate = chosen > 0 && !page.checked;
    form().classList.toggle("picking", chosen > 0);
    form().querySelector("[data-bulk-count]").textContent = said || form().dataset.saySelected.replace("%n", chosen);
    const offer = form().querySelector("[data-bulk-all]");
    offer.hidden = !page.checked || Boolean(said);
    if (page.checked && !offer.childElementCount) htmx.trigger(offer, "count-matching");
  }

  document.addEventListener("change", (event) => {
    if (!form()?.contains(event.target)) return;
    if (event.target.matches("[data-pick-all]")) boxes().forEach((box) => { box.checked = event.target.checked; });
    forgetAll();
    show();
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("a, button, input, label")) event.target.closest("table.rows tbody tr")?.querySelector("a.row-link")?.click();
    const all = event.target.closest("[data-all]");
    if (all) {
      for (const [name, value] of [["all", "1"], ["upto", all.dataset.all]]) {
        form().append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
      }
      show(all.dataset.said);
    }
    if (event.target.closest("[data-bulk-clear]")) {
      boxes().forEach((box) => { box.checked = false; });
      forgetAll();
      show();
    }
  });

  addEventListener("pageshow", () => { if (form()) show(); }); // the back button brings ticked boxes back
  document.addEventListener("rows-changed", () => { if (form() && !form().querySelector("input[name=all]")) show(); });
})();
