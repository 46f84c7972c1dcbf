// Says why a security key did not work; allauth's own script would tell the console alone.
(() => {
  "use strict";
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const problem = document.getElementById("webauthn-problem");
    const { exception } = event.detail;
    const say = document.getElementById("webauthn-words").dataset;
    problem.textContent = say[`say${exception.name}`] || `${say.sayOther} ${exception.message}`;
    problem.hidden = false;
  });
})();
