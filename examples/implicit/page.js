// Decides what the page shows. The package handles the rest: the state, the fragment, the token and other tabs.
import { arrive, begin, CleverError, logOut, watch } from "./clever-sso-implicit.js";

// clientId, redirectUri and clever, as the server wrote them into the page.
const options = document.body.dataset;

showWhoIsThere();
watch(showWhoIsThere);
for (const button of document.querySelectorAll(".log-in")) {
  button.addEventListener("click", () => orExplain(() => begin(options)));
}
document.getElementById("log-out").addEventListener("click", () =>
  orExplain(async () => {
    await logOut(options);
    show(null);
  }),
);

function showWhoIsThere() {
  return orExplain(async () => show((await arrive(options)).person));
}

async function orExplain(work) {
  reveal("moment");
  try {
    await work();
  } catch (error) {
    explain(error instanceof CleverError ? error : new CleverError("internal"));
  }
}

function show(person) {
  for (const [name, text] of Object.entries(person ?? {})) {
    for (const place of document.querySelectorAll(`[data-of-person="${name}"]`)) place.textContent = text;
  }
  if (!person) for (const place of document.querySelectorAll("[data-of-person]")) place.textContent = "";
  reveal(person ? "person" : "welcome");
}

function explain(error) {
  document.getElementById("sentence").textContent = error.userMessage;
  document.getElementById("code").textContent = error.code;
  reveal("problem");
}

function reveal(id) {
  for (const section of document.querySelectorAll("section")) section.hidden = section.id !== id;
}
