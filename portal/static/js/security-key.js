// Says why a security key did not work; allauth's own script would tell the console alone.
(() => {
  "use strict";
  const reasons = {
    InvalidStateError: "This key is added already.",
    NotAllowedError: "No key answered in time, or it was cancelled. Try again.",
    SecurityError: "This browser offers no keys on this address: it needs a name and https.",
  };
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const problem = document.getElementById("webauthn-problem");
    const { exception } = event.detail;
    problem.textContent = reasons[exception.name] || `The key did not work: ${exception.message}`;
    problem.hidden = false;
  });
})();
