"use strict";
// The journal writes itself on: its own page is asked for every two seconds, and what is new in it is put on top.
const list = document.getElementById("notes");
const number = (item) => (item ? Number(item.dataset.number) : 0);
let paused = false;

const refresh = async () => {
  if (paused || document.hidden) return;
  const answer = await fetch("/_emulator/desk/journal");
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = [...page.getElementById("notes").children];
  const newest = number(list.firstElementChild);
  // After a reset, or when it was cleared, the numbers start again or nothing is there.
  if (number(fresh[0]) < newest) list.replaceChildren();
  const known = number(list.firstElementChild);
  list.prepend(...fresh.filter((item) => number(item) > known));
  while (list.children.length > fresh.length) list.lastElementChild.remove();
  document.getElementById("nothing")?.toggleAttribute("hidden", list.children.length > 0);
};

const pause = document.createElement("button");
pause.type = "button";
pause.textContent = "Pause";
pause.setAttribute("aria-pressed", "false");
pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
});
document.getElementById("journal-tools").append(pause);
// An emulator that has gone away is asked again, for it may come back.
setInterval(() => refresh().catch(() => {}), 2000);

// The filters: a scenario or a person stays when every word is in it.
const filter = (section, label) => {
  const items = [...section.querySelectorAll("li")];
  const groups = [...section.querySelectorAll("details")];
  const opened = groups.map((group) => group.open);
  const field = document.createElement("input");
  field.type = "search";
  field.id = `${section.id}-filter`;
  const caption = document.createElement("label");
  caption.htmlFor = field.id;
  caption.textContent = label;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) {
      const text = item.textContent.toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
    }
    groups.forEach((group, place) => {
      group.hidden = !group.querySelector("li:not([hidden])");
      group.open = words.length > 0 || opened[place];
    });
  });
  // Enter is not meant for the form around it.
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  groups[0]?.before(caption, field);
};
filter(document.getElementById("scenarios"), "Filter the scenarios");
filter(document.getElementById("people"), "Filter the people");
