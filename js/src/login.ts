import { denied, fail } from "./error.js";
import { newState, take } from "./fragment.js";
import { check, isWord, type Options, type Settings } from "./options.js";
import { inPopup, reported } from "./popup.js";
import { isOver, type LoginRecord, NAME } from "./storage.js";

/** The parameters that may come once (RFC 6749 3.1). */
const ONCE = "access_token token_type state scope error iss".split(" ");
/** A silent restart is back sooner than this, in milliseconds. */
const RESTART_TIME = 60_000;
/** Clever's words for a request that this app should not send (RFC 6749 4.2.2.1, OpenID Connect Core 3.1.2.6). */
const OF_THE_APP = /^(invalid|unsupported|request)_|_client$/;

/** What a login brought. `JSON.stringify` leaves the token out. */
export interface Answer {
  /** Prove it before you believe it: with `signIn` on your server, or with `checkToken`. */
  readonly accessToken: string;
  readonly scopes: readonly string[];
  /** Where to go now: the `next` that the login started with. */
  readonly next?: string;
}

const isPage = !!globalThis.document;
// First of all: the token leaves the address before anything else runs.
let taken = isPage ? take() : undefined;
let current: Promise<Answer | null> | undefined;
let isLeaving = false;

if (isPage) {
  // Clever's answers load the page. One that only changes the fragment is somebody else's link.
  addEventListener("popstate", take);
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    forget();
    // It was left for Clever, and the back button brought it again: nothing in it waits any longer.
    if (isLeaving) location.reload();
  });
}

/** Forgets the answer of this page. `logOut` and `signIn` do so themselves. */
export function forget(): void {
  current = undefined;
}

/**
 * Starts a login: goes to Clever. The promise settles only with `popup` or `launch`, where it gives the answer.
 *
 * Options that cannot work throw at once. Rejects with `cookies_blocked` when the browser keeps nothing for this site.
 */
export function begin(options: Options): Promise<Answer> {
  const settings = check(options);
  forget();
  if (settings.launch) return launched(settings, settings.launch);
  const popup = settings.popup && open("", "_blank", "popup,width=520,height=720");
  // Without a popup, for example because it is blocked, the page goes itself.
  return popup ? inPopup(popup, (state) => prepare(settings, state, true)).then(sealed) : leave(settings);
}

async function leave(settings: Settings, how: "assign" | "replace" = "assign"): Promise<never> {
  const url = await prepare(settings, newState());
  isLeaving = true;
  location[how](url);
  return new Promise(() => {});
}

async function prepare(settings: Settings, state: string, popup = false): Promise<string> {
  await settings.storage.put(state, recordOf(settings, popup));
  return addressAt(settings, state);
}

function recordOf({ clientId, next }: Options, popup: boolean): LoginRecord {
  return { at: Date.now(), clientId, next, popup };
}

function addressAt({ clever, clientId, redirectUri, districtId, switchUser }: Settings, state: string): string {
  const query = new URLSearchParams({ response_type: "token", client_id: clientId, redirect_uri: redirectUri, state });
  if (districtId) query.set("district_id", districtId);
  if (switchUser) query.set("confirmed", "false");
  return `${clever}/oauth/authorize?${query}`;
}

async function launched(settings: Settings, launch: NonNullable<Options["launch"]>): Promise<Answer> {
  const state = newState();
  const back = await launch(addressAt(settings, state)).catch(() => "");
  if (!back) fail("call_interrupted");
  const answer = new URLSearchParams(back.split("#")[1]);
  return judge(settings, answer, answer.get("state") === state && recordOf(settings, false)) || fail("state_mismatch");
}

/**
 * The answer that Clever sent to this page; `null` on every other visit.
 *
 * Call it as often as you like: all calls on one page get the same answer. A login that starts in the Clever Portal goes to Clever
 * once more, which the person does not see; the promise then stays pending. Rejects when the login failed.
 */
export function handleCallback(options: Options): Promise<Answer | null> {
  const settings = check(options);
  const answer = take() ?? taken;
  taken = undefined;
  if (answer) current = arrived(settings, answer);
  return (current ??= Promise.resolve(null));
}

async function arrived(settings: Settings, answer: URLSearchParams): Promise<Answer | null> {
  const state = answer.get("state");
  const login = state && (await settings.storage.take(state));
  const judged = () => judge(settings, answer, login);
  const outcome = login && login.popup ? await reported(state, () => judged() || fail("pending_expired")) : judged();
  if (outcome) mayRestart(0);
  if (outcome !== undefined) return outcome;
  if (mayRestart(Date.now())) return leave({ ...settings, next: (login || settings).next }, "replace");
  return fail(state ? "pending_missing" : "state_missing");
}

/** The answer; `null` for one that says nothing about this browser; `undefined` for one that nobody here asked for. */
function judge(
  { clever, clientId }: Settings,
  answer: URLSearchParams,
  login?: LoginRecord | false | "" | null,
): Answer | null | undefined {
  const get = (name: string) => answer.get(name) ?? "";
  const token = get("access_token");
  const error = get("error");
  // Anybody can make such a link: its token is never used, and what it says is not shown.
  if (!login || login.clientId !== clientId) return token ? undefined : null;
  const no = (code: string, message?: string, sentence?: string) => fail(code, message, true, sentence);
  if (ONCE.some((name) => answer.getAll(name).length > 1)) no("callback_duplicate");
  if (token && error) no("callback_contradictory");
  if (/^(temporarily_unavailable|server_error)$/.test(error)) fail("callback_unavailable");
  // A text of another form was not written by Clever.
  const word = /^[\w-]{1,40}$/.test(error) ? error : "access_denied";
  if (OF_THE_APP.test(word)) no("callback_rejected", word);
  if (error) no(word, word, denied());
  if (!isWord(token) || !/^(bearer)?$/i.test(get("token_type"))) return no("callback_malformed");
  if (get("iss") && get("iss") !== clever) no("callback_issuer");
  if (!isOver(login.at)) return sealed({ accessToken: token, scopes: get("scope").split(/\s+/).filter(Boolean), next: login.next });
}

function sealed({ accessToken, scopes, next }: Answer): Answer {
  const toJSON = () => ({ scopes, next });
  return Object.defineProperty({ accessToken, scopes, next }, "toJSON", { value: toJSON });
}

/** Whether this tab may restart now: it did not do so a moment ago. At 0, a login has arrived. */
function mayRestart(now: number): boolean {
  try {
    const before = +sessionStorage.getItem(NAME)!;
    sessionStorage.setItem(NAME, `${now}`);
    return Math.abs(now - before) > RESTART_TIME;
  } catch {
    return false;
  }
}
