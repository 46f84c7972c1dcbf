// Behaviour of every page: the theme switch, menus that close, filter bars that submit themselves, "/" to search, copy buttons.
import { isBlank, settlePeriod } from "./lib/filters.js";

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-switch]")) window.switchTheme();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const back = event.target.closest("a.back");
  if (back && document.referrer && new URL(document.referrer).pathname === back.pathname && history.length > 1) {
    event.preventDefault();
    history.back(); // keeps the filters of the list
  }
  event.target.closest("[data-dismiss]")?.parentElement.remove();
  const copy = event.target.closest("[data-copy]");
  if (copy) copyText(copy);
});

async function copyText(button) {
  const label = button.querySelector("span");
  const text = (button.dataset.label ??= label.textContent);
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    label.textContent = document.body.dataset.sayCopied;
  } catch {
    getSelection().selectAllChildren(source);
    label.textContent = document.body.dataset.sayPress;
  }
  setTimeout(() => { label.textContent = text; }, 2000);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    document.querySelector(".toasts .banner")?.remove();
    const menu = document.activeElement?.closest?.("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("input[type=search], form.filters input[type=text]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form?.classList.contains("filters")) return;
  if (!hasCompletePeriod(form, event.target.name)) {
    event.stopPropagation();
    form.elements.from.focus();
  } else if (form.matches("[data-autosubmit]") && !event.target.closest("details.checks")) {
    form.requestSubmit();
  }
}, true);

function hasCompletePeriod(form, changed) {
  const { range, from, to } = form.elements;
  if (!range) return true;
  const period = settlePeriod(changed, { range: range.value, from: from.value, to: to.value });
  range.value = period.range;
  from.value = period.from;
  to.value = period.to;
  return period.complete;
}

// Several boxes can be ticked at once: the form is submitted when their list closes.
document.addEventListener("toggle", (event) => {
  const list = event.target;
  if (!list.matches?.("form[data-autosubmit] details.checks")) return;
  const state = [...list.querySelectorAll("input:checked")].map((box) => box.value).join();
  if (list.open) list.dataset.before = state;
  else if (list.dataset.before !== state) list.closest("form").requestSubmit();
}, true);

document.addEventListener("submit", (event) => {
  if (event.target.matches("form.filters:not([hx-get])")) omitBlanks(event.target);
});

function omitBlanks(form) {
  for (const field of form.elements) {
    if (isBlank(field)) field.disabled = true;
  }
  setTimeout(() => { for (const field of form.elements) field.disabled = false; });
}

addEventListener("pageshow", () => document.querySelectorAll("form.filters").forEach((form) => form.classList.remove("busy")));
