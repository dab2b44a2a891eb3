// What the page shows, and when.
import { accessToken, begin, logOut, Problem, signIn, takeFragment, whoAmI } from "./clever-implicit.js";

// First of all: the token leaves the address before anything else runs.
arrive(takeFragment());

// A link to this very page with another fragment does not load it again.
addEventListener("hashchange", () => arrive(takeFragment()));
// A page out of the back and forward cache may name somebody who has logged out since.
addEventListener("pageshow", (event) => event.persisted && location.reload());
for (const button of document.querySelectorAll(".log-in")) {
  button.addEventListener("click", () => location.assign(begin(document.body.dataset)));
}
document.getElementById("log-out").addEventListener("click", () => showWhatComesOf(logOut()));

function arrive(fragment) {
  return showWhatComesOf(personFor(fragment));
}

async function personFor(fragment) {
  const token = accessToken(fragment);
  return token === null ? whoAmI() : signIn(token);
}

async function showWhatComesOf(person) {
  try {
    show(await person);
  } catch (problem) {
    explain(problem instanceof Problem ? problem : new Problem("internal"));
  }
}

function show(person) {
  for (const [name, text] of Object.entries(person ?? {})) {
    for (const place of document.querySelectorAll(`[data-of-person="${name}"]`)) place.textContent = text;
  }
  reveal(person ? "person" : "welcome");
}

function explain(problem) {
  document.getElementById("sentence").textContent = problem.message;
  document.getElementById("code").textContent = problem.code;
  reveal("problem");
}

function reveal(id) {
  for (const section of document.querySelectorAll("section")) section.hidden = section.id !== id;
}
