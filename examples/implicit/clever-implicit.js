// The browser's half of the implicit grant (RFC 6749 4.2): out to Clever with a state, back with an access token.
//
// The token comes in the fragment of the address. It is taken out of there before anything else happens, believed by
// nobody here, and handed to the server, which asks Clever whose it is. It is kept nowhere and never logged.

const KEPT_STATE = "clever_state";
const STATE_BYTES = 16;
const PARAMETERS = ["access_token", "token_type", "state", "error", "scope"];
const AGAIN = "Signing in did not work this time. Please try again.";
const REFUSED = "Clever did not let you into this app. Please ask your teacher for access.";
const OFFLINE = "This app cannot be reached right now. Please wait a minute, then try again.";

/** Why a login did not work: a code word for those who help, and a sentence for the person. */
export class Problem extends Error {
  constructor(code, sentence = AGAIN) {
    super(sentence);
    this.code = code;
  }
}

/** Begins a login: the address at Clever to which the browser must go. The state stays in this tab. */
export function begin({ clever, clientId, redirectUri }, storage = sessionStorage) {
  const state = randomText();
  storage.setItem(KEPT_STATE, state);
  const parameters = { response_type: "token", client_id: clientId, redirect_uri: redirectUri, state };
  return `${clever}/oauth/authorize?${new URLSearchParams(parameters)}`;
}

function randomText() {
  const bytes = crypto.getRandomValues(new Uint8Array(STATE_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Takes the fragment out of the address, so that neither the history nor a copied link holds a token. */
export function takeFragment(address = location, past = history) {
  const fragment = address.hash.slice(1);
  if (address.hash) past.replaceState(null, "", address.pathname + address.search);
  return fragment;
}

/** The access token that Clever sent to this tab; `null` when the fragment is no answer of Clever's. */
export function accessToken(fragment, storage = sessionStorage) {
  const answer = new URLSearchParams(fragment);
  if (!["access_token", "error", "state"].some((name) => answer.has(name))) return null;
  const kept = storage.getItem(KEPT_STATE);
  storage.removeItem(KEPT_STATE); // A state is good for one answer.
  checkForm(answer);
  checkState(answer.get("state"), kept);
  if (answer.has("error")) throw new Problem(wordOf(answer.get("error")), REFUSED);
  return answer.get("access_token");
}

/** RFC 6749 3.1: no parameter comes twice. And an answer is either a token that bears all by itself, or an error. */
function checkForm(answer) {
  if (PARAMETERS.some((name) => answer.getAll(name).length > 1)) throw new Problem("callback_duplicate");
  if (answer.has("access_token") && answer.has("error")) throw new Problem("callback_contradictory");
  const bearer = (answer.get("token_type") ?? "bearer").toLowerCase() === "bearer";
  if (!answer.has("error") && !(answer.get("access_token") && bearer)) throw new Problem("callback_malformed");
}

/** Without this anybody could log this browser in with a token of their own, by a link. */
function checkState(returned, kept) {
  if (!returned) throw new Problem("state_missing");
  if (!kept) throw new Problem("pending_missing");
  if (returned !== kept) throw new Problem("state_mismatch");
}

/** An error word that may be shown; anything else was not written by Clever. */
function wordOf(error) {
  return /^[\w-]{1,40}$/.test(error) ? error : "denied";
}

/** Hands the token to the server, and tells who is signed in now. */
export function signIn(token, send = fetch) {
  return ask("POST", { access_token: token }, send);
}

/** Who is signed in; `null` when nobody is. */
export function whoAmI(send = fetch) {
  return ask("GET", undefined, send);
}

/** Ends the session at this app. That at Clever goes on. */
export function logOut(send = fetch) {
  return ask("DELETE", undefined, send);
}

// The mode stays "cors", the default of fetch: in mode "same-origin" the referrer policy would take the Origin away that
// the server wants to see.
async function ask(method, body, send) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  const request = { method, headers, body: body && JSON.stringify(body), cache: "no-store", redirect: "error" };
  let answer;
  try {
    const response = await send("/session", request);
    answer = await response.json();
  } catch {
    throw new Problem("network", OFFLINE);
  }
  if (answer.code) throw new Problem(answer.code, answer.sentence);
  return answer.person;
}
