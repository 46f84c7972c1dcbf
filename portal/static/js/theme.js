// Runs before the first paint: applies the chosen theme, else the system's, and marks that scripts run.
(() => {
  "use strict";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const storedTheme = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  };
  const apply = () => {
    root.dataset.bsTheme = storedTheme() || (system.matches ? "dark" : "light");
    document.dispatchEvent(new Event("themechange"));
  };
  root.classList.add("js");
  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", apply);
  // Print in the light theme.
  addEventListener("beforeprint", () => {
    root.dataset.bsTheme = "light";
    document.dispatchEvent(new Event("themechange"));
  });
  addEventListener("afterprint", apply);
  window.switchTheme = () => {
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("theme", next);
    } catch {
      /* private mode: the choice lasts for this page */
    }
    root.dataset.bsTheme = next;
    document.dispatchEvent(new Event("themechange"));
  };
})();
