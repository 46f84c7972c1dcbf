// The page of the OpenAPI schema. API keys entered there are lost when the page is closed.
(() => {
  "use strict";
  const root = document.documentElement;
  const container = document.getElementById("docs");
  const applyTheme = () => root.classList.toggle("dark-mode", root.dataset.bsTheme === "dark");
  applyTheme();
  document.addEventListener("themechange", applyTheme);
  SwaggerUIBundle({
    url: container.dataset.schema,
    domNode: container,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    docExpansion: "list",
    filter: true,
    syntaxHighlight: { theme: "agate" },
    validatorUrl: null,
  });
})();
