import { denied, fail } from "./error.js";
import { newState, take } from "./fragment.js";
import { check, isWord, type Options, type Settings } from "./options.js";
import { inPopup, reported } from "./popup.js";
import { channelTo, isOver, type LoginRecord, NAME } from "./storage.js";

/** How long a login may take, in milliseconds. */
const LIFETIME = 600_000;
/** A silent restart comes back sooner than this, in milliseconds. */
const RESTART_TIME = 60_000;
/** Clever's error words for a wrong request of this app (RFC 6749 4.2.2.1, OpenID Connect Core 3.1.2.6). */
const OF_THE_APP = /^(invalid|unsupported|request)_|_client$/;

/** The result of a login. `JSON.stringify` and copies (`{ ...result }`) leave the token out. */
export interface LoginResult {
  /** The access token. Check it before you trust it: with `signIn` on your server, or with `checkToken`. */
  readonly accessToken: string;
  readonly scopes: readonly string[];
  /** Where to go now: the `next` that you passed to the login. */
  readonly next?: string;
}

let taken: URLSearchParams | undefined;
let current: Promise<LoginResult | null> | undefined;
let isLeaving = false;

if (globalThis.document) {
  // Do this first: remove the token from the URL before any other code runs.
  taken = take();
  // A redirect from Clever loads the page. If only the fragment changes, the link did not come from Clever.
  addEventListener("popstate", take);
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    forget();
    // The person went to Clever and used the back button. That login is over, so the page starts fresh.
    if (isLeaving) location.reload();
  });
}

/** Forgets the response on this page. `logOut` and `signIn` do this themselves. */
export function forget(): void {
  current = undefined;
}

/** Starts a login. The code in session.ts decides whether a refusal ends the session. */
export function begin(options: Options): Promise<LoginResult> {
  const settings = check(options);
  forget();
  if (settings.launch) return launched(settings, settings.launch);
  const popup = settings.popup && channelTo() && open("", "", "width=520,height=720");
  // Without a popup, for example because it is blocked, this page goes to Clever.
  return popup ? inPopup(popup, (state) => prepare(settings, state, true)).then(sealed) : leave(settings, "assign");
}

async function leave(settings: Settings, how: "assign" | "replace"): Promise<never> {
  const url = await prepare(settings, newState());
  isLeaving = true;
  location[how](url);
  return new Promise(() => {});
}

async function prepare(settings: Settings, state: string, popup?: boolean): Promise<string> {
  const { clientId, next, storage } = settings;
  await storage.put(state, { at: Date.now(), clientId, next, popup: popup! });
  return addressAt(settings, state);
}

function addressAt({ clever, clientId, redirectUri, districtId, switchUser }: Settings, state: string): string {
  const query: any = { response_type: "token", client_id: clientId, redirect_uri: redirectUri, state };
  if (districtId) query.district_id = districtId;
  if (switchUser) query.confirmed = false;
  return `${clever}/oauth/authorize?${new URLSearchParams(query)}`;
}

async function launched(settings: Settings, launch: NonNullable<Options["launch"]>): Promise<LoginResult> {
  const state = newState();
  const back = await launch(addressAt(settings, state)).catch(() => {});
  const answer = new URLSearchParams((back || fail("call_interrupted")).split("#")[1]);
  return judge(settings, answer, answer.get("state") === state && { ...settings, at: Date.now() }) || fail("state_mismatch");
}

/**
 * Returns the result of the login that Clever sent to this page; `null` on every other visit.
 *
 * Call it as often as you like: all calls on one page get the same result. A login that starts in the Clever Portal
 * goes to Clever again without the person noticing; the promise then stays pending. Rejects if the login failed.
 */
export function handleCallback(options: Options): Promise<LoginResult | null> {
  const settings = check(options);
  const answer = take() ?? taken;
  taken = undefined;
  if (answer) current = arrived(settings, answer);
  return current ?? Promise.resolve(null);
}

async function arrived(settings: Settings, answer: URLSearchParams): Promise<LoginResult | null> {
  const state = answer.get("state") ?? "";
  let login = state && (await settings.storage.take(state));
  // Another app on this origin may have started this login. Then neither the token nor `next` is for this app.
  if (login && login.clientId !== settings.clientId) login = "";
  const judged = async () => judge(settings, answer, login);
  const outcome = await (login && login.popup ? reported(state, judged()) : judged()).catch((error) => {
    mayRestart(0);
    throw error;
  });
  if (outcome) mayRestart(0);
  if (outcome !== undefined) return outcome;
  if (mayRestart(Date.now())) return leave({ ...settings, next: (login || settings).next }, "replace");
  return fail(state ? "pending_missing" : "state_missing");
}

/** The result; `null` if the response says nothing about this browser; `undefined` if this browser did not start the login. */
function judge(
  { clever }: Settings,
  answer: URLSearchParams,
  login?: LoginRecord | false | "",
): LoginResult | null | undefined {
  const get = (name: string) => answer.get(name) ?? "";
  const token = get("access_token");
  const error = get("error");
  // Anyone can make such a link, so its token is never used and its text is not shown.
  if (!login) return token ? undefined : null;
  const no = (code: string, sentence?: string) => fail(code, code, sentence, true);
  // RFC 6749 3.1: each parameter may appear only once.
  const names = [...answer.keys()];
  if (new Set(names).size < names.length) no("callback_duplicate");
  if (token && error) no("callback_contradictory");
  // These error words don't refuse the person, so the session stays.
  if (/^(server|temporarily)_/.test(error)) fail("callback_unavailable");
  // Clever does not write error words in any other format.
  const word = /^[\w-]{1,40}$/.test(error) ? error : "access_denied";
  if (OF_THE_APP.test(word)) fail("callback_rejected", word);
  if (error) no(word, denied());
  if (!isWord(token) || !/^(bearer)?$/i.test(get("token_type"))) return no("callback_malformed");
  if ((get("iss") || clever) !== clever) no("callback_issuer");
  if (!isOver(login.at, LIFETIME)) return sealed({ accessToken: token, scopes: get("scope").match(/\S+/g) ?? [], next: login.next });
}

function sealed(result: LoginResult): LoginResult {
  return Object.defineProperty(result, "accessToken", { enumerable: false });
}

/** Whether this tab may restart now, because it has not restarted a moment ago. 0 means that a login has arrived. */
function mayRestart(now: number): boolean {
  try {
    const before = sessionStorage[NAME];
    sessionStorage[NAME] = now;
    return isOver(before, RESTART_TIME);
  } catch {
    return now ? fail("cookies_blocked") : false;
  }
}
