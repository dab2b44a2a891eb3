"use strict";
// Draws logins and journal as they happen: the emulator responds as soon as something has happened.
const desk = document.getElementById("desk");
const form = document.getElementById("activity");
const news = document.getElementById("news");
const RETRY = 2000; // milliseconds, if the emulator has ended or too many pages wait
const PAUSE = 200; // between two requests, so that a busy emulator gets few of them
const sleep = (time) => new Promise((done) => setTimeout(done, time));
const number = (item) => (item ? Number(item.dataset.number) : 0);
let seen = desk.dataset.changes;
let paused = false;
let waiting = new AbortController();

// A hidden page sends no requests, because browsers open only a few connections to one host.
const isIdle = () => paused || document.hidden;
const chosen = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => value));

const writeOn = (fresh) => {
  const list = document.getElementById("notes");
  const items = [...fresh.children];
  const known = new Map([...list.children].map((item) => [number(item), item]));
  // Keep a row that exists already, because it may contain the selection. After a reset, the numbers start again.
  list.replaceChildren(...items.map((item) => {
    const old = known.get(number(item));
    return old && old.textContent === item.textContent ? old : item;
  }));
};

const drawOn = (fresh) => {
  const list = document.getElementById("login-list");
  const known = new Map([...list.querySelectorAll(".login")].map((login) => [login.dataset.login, login]));
  const drawn = [...fresh.childNodes].map((login) => {
    const old = login.dataset && known.get(login.dataset.login);
    if (!old) {
      login.classList?.add("fresh");
      return login;
    }
    const said = old.querySelector("summary").textContent;
    if (old.textContent === login.textContent) return old;
    if (said !== login.querySelector("summary").textContent) tell(login);
    // Replace only the content, so that the element stays folded or unfolded, and keeps the focus.
    old.dataset.state = login.dataset.state;
    old.querySelector(".state").replaceWith(login.querySelector(".state"));
    old.querySelector(".sequence").replaceWith(login.querySelector(".sequence"));
    return old;
  });
  if (drawn.some((login, place) => login !== list.childNodes[place]) || list.childNodes.length !== drawn.length) {
    const focused = document.activeElement;
    list.replaceChildren(...drawn);
    if (list.contains(focused)) focused.focus({ preventScroll: true });
  }
};

const tell = (login) => {
  const [name, state] = [login.querySelector("h3"), login.querySelector(".state")];
  news.textContent = `${name.textContent}: ${state.lastChild.textContent.trim()}`;
};

const show = (text) => {
  const live = new DOMParser().parseFromString(text, "text/html").getElementById("live");
  drawOn(live.querySelector("#login-list"));
  const nothing = live.querySelector("#nothing");
  document.getElementById("nothing")?.remove();
  if (nothing) document.getElementById("notes").before(nothing);
  writeOn(live.querySelector("#notes"));
  const isNew = live.dataset.changes !== seen;
  seen = live.dataset.changes;
  return isNew;
};

const ask = async (parameters) => {
  waiting = new AbortController();
  const query = new URLSearchParams([...chosen(), ...parameters]);
  const answer = await fetch(`/_emulator/desk/live?${query}`, { signal: waiting.signal });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.text();
};

// Aborted by another filter or by a pause, so send the next request at once.
const isAborted = (error) => error.name === "AbortError";

const follow = async () => {
  for (;;) {
    let isNew = false;
    const begun = performance.now();
    if (!isIdle()) isNew = await ask([["seen", seen]]).then((text) => !isIdle() && show(text)).catch(isAborted);
    const isEarly = performance.now() - begun < RETRY;
    await (isIdle() ? resumed() : sleep(isNew || !isEarly ? PAUSE : RETRY));
  }
};

let resume = () => {};
const resumed = () => new Promise((done) => { resume = done; });
const look = () => (isIdle() ? waiting.abort() : resume());
document.addEventListener("visibilitychange", look);

const pause = document.createElement("button");
pause.type = "button";
pause.textContent = "Pause";
pause.setAttribute("aria-pressed", "false");
pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  look();
});
document.getElementById("watch").append(pause);

// Keep the search in the URL.
const keep = (names) => {
  const address = new URL(location.href);
  for (const [name, value] of names) value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
  history.replaceState(null, "", address);
};

form.querySelector(".plain").hidden = true;
form.addEventListener("change", () => {
  keep([["app", ""], ["failed", ""], ...chosen()].filter(([name]) => ["app", "failed"].includes(name)));
  waiting.abort();
  ask([]).then(show).catch(() => {});
});
form.addEventListener("submit", (event) => event.preventDefault());

// Typing searches the lists: an entry stays if it has every word.
for (const search of document.querySelectorAll("form[data-list]")) {
  const section = search.closest("section");
  const [field, count] = [search.querySelector("input[type=search]"), search.querySelector("[data-count]")];
  const items = [...section.querySelectorAll("li[data-words]")];
  const groups = [...section.querySelectorAll("details")].filter((group) => group.querySelector("li[data-words]"));
  const opened = groups.map((group) => group.open);
  search.querySelector(".plain").hidden = true;
  const find = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) {
      const text = item.dataset.words.toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
    }
    groups.forEach((group, place) => {
      group.hidden = !group.querySelector("li:not([hidden])");
      group.open = words.length > 0 || opened[place];
    });
    count.textContent = words.length ? `${items.filter((item) => !item.hidden).length} of ${items.length}` : "";
    keep([[field.name, field.value]]);
  };
  field.addEventListener("input", find);
  search.addEventListener("submit", (event) => event.preventDefault());
}

// Copy buttons. If the page has no access to the clipboard, for example over http on another host, select the text instead.
const copy = async (text, code) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return document.execCommand("copy");
  }
};
const said = document.createElement("p");
said.className = "heard";
said.setAttribute("role", "status");
desk.after(said);
for (const code of document.querySelectorAll("code.copy[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy-button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy ${code.dataset.copy}`);
  button.addEventListener("click", async () => {
    const isCopied = await copy(code.textContent, code);
    button.textContent = isCopied ? "Copied" : "Press Ctrl+C";
    button.setAttribute("aria-label", `${button.textContent}: ${code.dataset.copy}`);
    said.textContent = isCopied ? `Copied ${code.dataset.copy}` : "The text is selected: press Ctrl+C";
    setTimeout(() => {
      button.textContent = "Copy";
      button.setAttribute("aria-label", `Copy ${code.dataset.copy}`);
    }, RETRY);
  });
  const block = code.closest("pre");
  block ? block.before(button) : code.after(button);
}

follow();
