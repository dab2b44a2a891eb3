// The browser's half of the implicit grant, with small stand-ins for what a browser has.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, mock, test } from "node:test";

// Read as text, because a folder without a package.json does not tell node that its files are modules.
const source = readFileSync(new URL("../clever-implicit.js", import.meta.url), "utf-8");
const { accessToken, begin, logOut, Problem, signIn, takeFragment, whoAmI } = await import(
  `data:text/javascript,${encodeURIComponent(source)}`
);

const SETTINGS = { clever: "https://clever.com", clientId: "4c63", redirectUri: "https://app.example/cb?a=b&c" };
const TOKEN = "il-very-private";

class Storage {
  #kept = new Map();
  getItem = (name) => this.#kept.get(name) ?? null;
  setItem = (name, value) => this.#kept.set(name, String(value));
  removeItem = (name) => this.#kept.delete(name);
}

let storage;
let state;

beforeEach(() => {
  storage = new Storage();
  state = new URL(begin(SETTINGS, storage)).searchParams.get("state");
});

function answer(parameters) {
  return new URLSearchParams({ token_type: "bearer", state, access_token: TOKEN, ...parameters }).toString();
}

function refusal(fragment, kept = storage) {
  try {
    accessToken(fragment, kept);
  } catch (problem) {
    assert.ok(problem instanceof Problem && problem.message.endsWith("."), String(problem));
    assert.ok(!problem.message.includes(TOKEN) && !problem.code.includes(TOKEN));
    return problem.code;
  }
  return assert.fail(`${fragment} was believed`);
}

function server(answers) {
  return mock.fn(async () => ({ json: async () => answers }));
}

test("the address at Clever has all that the implicit grant needs", () => {
  const url = new URL(begin(SETTINGS, storage));
  assert.equal(url.origin + url.pathname, "https://clever.com/oauth/authorize");
  const { state: sent, ...rest } = Object.fromEntries(url.searchParams);
  assert.deepEqual(rest, { response_type: "token", client_id: "4c63", redirect_uri: SETTINGS.redirectUri });
  assert.match(sent, /^[0-9a-f]{32}$/);
});

test("every login has a state of its own", () => {
  const states = Array.from({ length: 50 }, () => new URL(begin(SETTINGS, storage)).searchParams.get("state"));
  assert.equal(new Set(states).size, 50);
});

test("an answer with the state of this tab brings the token", () => {
  assert.equal(accessToken(answer({}), storage), TOKEN);
});

test("a state is good for one answer", () => {
  accessToken(answer({}), storage);
  assert.equal(refusal(answer({})), "pending_missing");
});

test("a refused answer uses the state up as well", () => {
  assert.equal(refusal(answer({ state: "foreign" })), "state_mismatch");
  assert.equal(refusal(answer({})), "pending_missing");
});

test("an answer with a foreign, empty or missing state is refused", () => {
  assert.equal(refusal(answer({ state: "0".repeat(32) })), "state_mismatch");
  begin(SETTINGS, storage);
  assert.equal(refusal(answer({ state: "" })), "state_missing");
  begin(SETTINGS, storage);
  assert.equal(refusal(`access_token=${TOKEN}`), "state_missing");
});

test("an answer is refused in a tab that asked for none", () => {
  assert.equal(refusal(answer({}), new Storage()), "pending_missing");
});

test("nothing may come twice, not even the same", () => {
  for (const name of ["access_token", "token_type", "state", "scope", "error"]) {
    const twice = new URLSearchParams(answer(name === "error" ? {} : { scope: "a" }));
    const value = twice.get(name) ?? "x";
    twice.delete(name);
    twice.append(name, value);
    twice.append(name, value);
    assert.equal(refusal(twice.toString()), "callback_duplicate", name);
  }
});

test("a token and an error exclude each other", () => {
  assert.equal(refusal(answer({ error: "access_denied" })), "callback_contradictory");
});

test("an answer without a token, or with one of another type, is refused", () => {
  assert.equal(refusal(`state=${state}`), "callback_malformed");
  assert.equal(refusal(answer({ access_token: "" })), "callback_malformed");
  assert.equal(refusal(answer({ token_type: "mac" })), "callback_malformed");
});

test("Clever's refusal is told kindly, and only with the right state", () => {
  assert.equal(refusal(`error=unauthorized-user&state=${state}`), "unauthorized-user");
  begin(SETTINGS, storage);
  assert.equal(refusal("error=unauthorized-user&state=foreign"), "state_mismatch");
});

test("an error word that Clever would not write is not shown", () => {
  const error = encodeURIComponent("Call 555-0100 and tell your password");
  assert.equal(refusal(`error=${error}&state=${state}`), "denied");
});

test("a fragment that is no answer of Clever's is none, and uses no state up", () => {
  assert.equal(accessToken("", storage), null);
  assert.equal(accessToken("chapter-2", storage), null);
  assert.equal(accessToken(answer({}), storage), TOKEN);
});

test("the fragment leaves the address and the rest of it stays", () => {
  const past = { replaceState: mock.fn() };
  const address = { hash: "#access_token=x", pathname: "/callback", search: "?a=b" };
  assert.equal(takeFragment(address, past), "access_token=x");
  assert.deepEqual(past.replaceState.mock.calls.map((call) => call.arguments[2]), ["/callback?a=b"]);
});

test("an address without a fragment is left alone", () => {
  const past = { replaceState: mock.fn() };
  assert.equal(takeFragment({ hash: "", pathname: "/", search: "" }, past), "");
  assert.equal(past.replaceState.mock.callCount(), 0);
});

test("the token goes to the server in the body of a POST and nowhere else", async () => {
  const send = server({ person: { name: "Ada" } });
  assert.deepEqual(await signIn(TOKEN, send), { name: "Ada" });
  const [address, { method, headers, body, ...rest }] = send.mock.calls[0].arguments;
  assert.deepEqual([address, method, headers], ["/session", "POST", { "Content-Type": "application/json" }]);
  assert.deepEqual(JSON.parse(body), { access_token: TOKEN });
  assert.ok(!JSON.stringify(rest).includes(TOKEN));
  assert.equal(send.mock.callCount(), 1);
});

test("who am I and log out carry no body", async () => {
  for (const [call, method] of [[whoAmI, "GET"], [logOut, "DELETE"]]) {
    const send = server({ person: null });
    assert.equal(await call(send), null);
    assert.deepEqual([send.mock.calls[0].arguments[1].method, send.mock.calls[0].arguments[1].body], [method, undefined]);
  }
});

test("what the server refuses is a problem with its code word and its sentence", async () => {
  const send = server({ code: "token_foreign", sentence: "Please try again." });
  await assert.rejects(signIn(TOKEN, send), { code: "token_foreign", message: "Please try again." });
});

test("a server that cannot be reached, or answers no JSON, is a problem with a sentence", async () => {
  const unreachable = async () => assert.fail("no network");
  const page = async () => ({ json: () => JSON.parse("<!doctype html>") });
  for (const send of [unreachable, page]) {
    await assert.rejects(signIn(TOKEN, send), (problem) => problem instanceof Problem && problem.code === "network");
  }
});

test("nothing is ever logged", async () => {
  const said = ["log", "info", "warn", "error", "debug"].map((name) => mock.method(console, name, () => {}));
  accessToken(answer({}), storage);
  refusal(answer({ state: "foreign" }));
  await signIn(TOKEN, server({ person: {} }));
  await assert.rejects(signIn(TOKEN, async () => assert.fail("no network")));
  assert.equal(said.reduce((count, one) => count + one.mock.callCount(), 0), 0);
  mock.restoreAll();
});
