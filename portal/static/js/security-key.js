// Shows why a security key did not work; allauth's own script only logs it to the console.
(() => {
  "use strict";
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const problem = document.getElementById("webauthn-problem");
    const { exception } = event.detail;
    const words = document.getElementById("webauthn-words").dataset;
    problem.textContent = words[`say${exception.name}`] || `${words.sayOther} ${exception.message}`;
    problem.hidden = false;
  });
})();
