// The log: its filters swap the table in place; a new subaccount loads the page, as the frame follows it.
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

  document.body.addEventListener("htmx:responseError", () => location.reload());
  document.body.addEventListener("htmx:sendError", () => {
    const results = document.getElementById("results");
    results.classList.remove("htmx-request");
    if (!document.getElementById("offline")) {
      const note = document.createElement("p");
      note.id = "offline";
      note.className = "banner banner-error";
      note.setAttribute("role", "alert");
      note.textContent = "The server did not answer, so these rows are not new. Check the connection and try again.";
      results.prepend(note);
    }
  });
})();
