// The file clever-sso-implicit.js is in the folder dist of the package clever-sso-implicit. Put it next to this file.
import { begin, checkToken, forget, handleCallback } from "./clever-sso-implicit.js";

const place = document.getElementById("reading-room");
const { api = "https://api.clever.com", ...options } = place.dataset;

show(async () => {
  const result = await handleCallback(options);
  if (!result) return ["", "Log in with Clever", logIn];
  // The token of any other app opens /me too, so check whose token it is first.
  await checkToken(result.accessToken, options.clientId, options);
  const response = await fetch(`${api}/v3.0/me`, { headers: { Authorization: `Bearer ${result.accessToken}` } });
  const { data } = await response.json();
  if (!data.id) throw new Error("Clever did not say who it is");
  return [`You are signed in (${data.id}).`, "Not you? Log out", logOut];
});

async function show(work) {
  say("One moment, please.");
  try {
    say(...(await work()));
  } catch ({ userMessage = "Please try again.", code = "internal" }) {
    say(`${userMessage} (${code})`, "Log in with Clever", logIn);
  }
}

function say(text, label, press) {
  const line = Object.assign(document.createElement("p"), { textContent: text, role: "status" });
  const button = Object.assign(document.createElement("button"), { textContent: label, onclick: press });
  place.replaceChildren(line, ...(label ? [button] : []));
}

function logIn() {
  show(() => begin(options));
}

function logOut() {
  forget();
  location.reload();
}
