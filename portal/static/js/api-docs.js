// The REST API's description as a page. Keys that are tried out are forgotten with it.
(() => {
  "use strict";
  const root = document.documentElement;
  const place = document.getElementById("docs");
  const dress = () => root.classList.toggle("dark-mode", root.dataset.bsTheme === "dark");
  dress();
  document.addEventListener("themechange", dress);
  SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    docExpansion: "list",
    filter: true,
    syntaxHighlight: { theme: "agate" },
    validatorUrl: null,
  });
})();
