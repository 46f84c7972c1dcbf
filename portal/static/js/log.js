// The log: its filters replace the table; another subaccount loads the whole page, because the frame shows it too; a
// live log fetches new rows and merges them into the table.
import { dropBlanks } from "./lib/filters.js";
import { mergeSteps } from "./lib/rows.js";

const form = document.querySelector("[data-log-filters]");

form.addEventListener("change", (event) => {
  if (event.target.matches("input[type=search], input[type=text]")) {
    event.stopImmediatePropagation(); // Enter submits it; its change event would be a second request
    return;
  }
  if (event.target.name !== "subaccount") return;
  event.stopImmediatePropagation();
  const channel = form.elements.channel;
  if (channel) channel.value = "";
  form.submit();
}, true);

form.addEventListener("htmx:configRequest", (event) => {
  dropBlanks(event.detail.formData || event.detail.parameters, [...form.elements].map((field) => field.name));
});

// A hidden page does not poll.
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "live" && document.hidden) event.preventDefault();
});

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL || location.href).pathname.startsWith("/accounts/")) {
    event.detail.shouldSwap = false;
    location.reload(); // logged out in the meantime: show the login page, not its markup in the table
  }
});

document.body.addEventListener("htmx:afterSwap", () => {
  const results = document.getElementById("results");
  document.querySelectorAll("input[data-query]").forEach((field) => { field.value = results.dataset.query; });
  const fresh = document.getElementById("live-rows");
  if (fresh) {
    fresh.remove();
    merge(document.getElementById("rows"), [...fresh.content.querySelectorAll("tr")]);
  }
});

const markup = new WeakMap(); // of each row as the server sent it
const serverMarkup = (row) => {
  if (!markup.has(row)) markup.set(row, row.outerHTML);
  return markup.get(row);
};
const byId = (rows) => new Map([...rows].map((row) => [row.id, row]));
const markupById = (rows) => new Map([...rows].map(([id, row]) => [id, serverMarkup(row)]));

function merge(body, rows) {
  if (!body) {
    location.reload(); // the first message of an empty list
    return;
  }
  const current = byId(body.children);
  const updated = byId(rows);
  for (const { kind, id, before } of mergeSteps(markupById(current), markupById(updated))) {
    if (kind === "insert") insert(body, updated.get(id), before);
    else if (kind === "replace") replace(current.get(id), updated.get(id));
    else current.get(id).remove();
  }
  document.dispatchEvent(new Event("rows-changed"));
}

function insert(body, row, before) {
  row.classList.add("fresh");
  body.insertBefore(row, document.getElementById(before));
}

function replace(old, row) {
  row.querySelector("input").checked = old.querySelector("input").checked;
  const focused = old.contains(document.activeElement);
  old.replaceWith(row);
  if (focused) row.querySelector("a.row-link").focus({ preventScroll: true });
}

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) document.getElementById("offline")?.remove();
});

document.body.addEventListener("htmx:responseError", (event) => {
  if (event.target.id !== "live") location.reload(); // a live log polls again in three seconds anyway
});
document.body.addEventListener("htmx:sendError", () => {
  const results = document.getElementById("results");
  results.classList.remove("htmx-request");
  if (!document.getElementById("offline")) {
    const note = document.createElement("p");
    note.id = "offline";
    note.className = "banner banner-error";
    note.setAttribute("role", "alert");
    note.textContent = form.dataset.sayOffline;
    results.prepend(note);
  }
});
