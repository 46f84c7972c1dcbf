// The log: its filters swap the table in place; a new subaccount loads the page, as the frame follows it; a live log
// asks for what is new and merges it into the rows that stand there.
(() => {
  "use strict";
  const form = document.querySelector("[data-log-filters]");

  form.addEventListener("change", (event) => {
    if (event.target.matches("input[type=search], input[type=text]")) {
      event.stopImmediatePropagation(); // Enter sends it; its change would be a second request
      return;
    }
    if (event.target.name !== "subaccount") return;
    event.stopImmediatePropagation();
    const channel = form.elements.channel;
    if (channel) channel.value = "";
    form.submit();
  }, true);

  form.addEventListener("htmx:configRequest", (event) => {
    const given = event.detail.formData || event.detail.parameters;
    for (const name of [...new Set(form.elements)].map((field) => field.name)) {
      if (!name || name === "subaccount") continue;
      const values = given.getAll(name).filter(Boolean);
      given.delete(name);
      values.forEach((value) => given.append(name, value));
    }
  });

  // Nobody looks: nobody asks.
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "live" && document.hidden) event.preventDefault();
  });

  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (new URL(event.detail.xhr.responseURL || location.href).pathname.startsWith("/accounts/")) {
      event.detail.shouldSwap = false;
      location.reload(); // logged out meanwhile: the login page is a page, not a row
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

  const told = new WeakMap(); // each row as the server wrote it
  const asWritten = (row) => {
    if (!told.has(row)) told.set(row, row.outerHTML);
    return told.get(row);
  };

  function merge(body, rows) {
    if (!body) {
      location.reload(); // the first message of an empty list
      return;
    }
    const known = new Map([...body.children].map((row) => [row.id, row]));
    known.forEach(asWritten);
    let place = body.firstElementChild;
    for (const row of rows) {
      const old = known.get(row.id);
      known.delete(row.id);
      if (old) place = old.nextElementSibling;
      const same = asWritten(row) === (old && asWritten(old));
      if (same) continue;
      if (old) {
        row.querySelector("input").checked = old.querySelector("input").checked;
        const focused = old.contains(document.activeElement);
        old.replaceWith(row);
        if (focused) row.querySelector("a.row-link").focus({ preventScroll: true });
      } else {
        row.classList.add("fresh");
        body.insertBefore(row, place);
      }
    }
    known.forEach((row) => row.remove());
    document.dispatchEvent(new Event("rows-changed"));
  }

  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) document.getElementById("offline")?.remove();
  });

  document.body.addEventListener("htmx:responseError", (event) => {
    if (event.target.id !== "live") location.reload(); // a live log asks again in three seconds anyway
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
})();
