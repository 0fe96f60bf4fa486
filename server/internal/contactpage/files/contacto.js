"use strict";
// The page works without this script. The token stands behind the «#», which no
// server sees; the form takes it from there once, and the address forgets it.
const form = document.getElementById("open"), field = document.getElementById("token");
const token = location.hash.slice(1);
if (form && token) {
  history.replaceState(null, "", location.pathname);
  if (field.value === "") {
    field.value = decodeURIComponent(token);
    form.requestSubmit();
  }
}

// A second press sends nothing more.
for (const one of document.forms) {
  one.addEventListener("submit", () => {
    for (const button of one.querySelectorAll("button[type=submit]")) button.disabled = true;
  });
}
