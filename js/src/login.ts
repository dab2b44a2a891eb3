import { denied, fail } from "./error.js";
import { newState, take } from "./fragment.js";
import { check, isWord, type Options, type Settings } from "./options.js";
import { inPopup, reported } from "./popup.js";
import { channelTo, isOver, type LoginRecord, NAME } from "./storage.js";

/** How long a login may take, in milliseconds. */
const LIFETIME = 600_000;
/** A silent restart is back sooner than this, in milliseconds. */
const RESTART_TIME = 60_000;
/** Clever's words for a request that this app should not send (RFC 6749 4.2.2.1, OpenID Connect Core 3.1.2.6). */
const OF_THE_APP = /^(invalid|unsupported|request)_|_client$/;

/** What a login brought. `JSON.stringify` and copies (`{ ...answer }`) leave the token out. */
export interface Answer {
  /** Prove it before you believe it: with `signIn` on your server, or with `checkToken`. */
  readonly accessToken: string;
  readonly scopes: readonly string[];
  /** Where to go now: the `next` that the login started with. */
  readonly next?: string;
}

let taken: URLSearchParams | undefined;
let current: Promise<Answer | null> | undefined;
let isLeaving = false;

if (globalThis.document) {
  // First of all: the token leaves the address before anything else runs.
  taken = take();
  // A redirect from Clever loads the page. If only the fragment changes, the link did not come from Clever.
  addEventListener("popstate", take);
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    forget();
    // The person left this page for Clever and used the back button: its login is over, so it starts fresh.
    if (isLeaving) location.reload();
  });
}

/** Forgets the answer of this page. `logOut` and `signIn` do so themselves. */
export function forget(): void {
  current = undefined;
}

/** Starts a login. What a refusal does to the session is decided in session.ts. */
export function begin(options: Options): Promise<Answer> {
  const settings = check(options);
  forget();
  if (settings.launch) return launched(settings, settings.launch);
  const popup = settings.popup && channelTo() && open("", "", "width=520,height=720");
  // Without a popup, for example because it is blocked, the page goes itself.
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

async function launched(settings: Settings, launch: NonNullable<Options["launch"]>): Promise<Answer> {
  const state = newState();
  const back = await launch(addressAt(settings, state)).catch(() => {});
  const answer = new URLSearchParams((back || fail("call_interrupted")).split("#")[1]);
  return judge(settings, answer, answer.get("state") === state && { ...settings, at: Date.now() }) || fail("state_mismatch");
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
  return current ?? Promise.resolve(null);
}

async function arrived(settings: Settings, answer: URLSearchParams): Promise<Answer | null> {
  const state = answer.get("state") ?? "";
  let login = state && (await settings.storage.take(state));
  // Another app of this origin may have started it: then neither the token nor `next` is for this one.
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

/** The answer; `null` if it says nothing about this browser; `undefined` if this browser did not ask for it. */
function judge(
  { clever }: Settings,
  answer: URLSearchParams,
  login?: LoginRecord | false | "",
): Answer | null | undefined {
  const get = (name: string) => answer.get(name) ?? "";
  const token = get("access_token");
  const error = get("error");
  // Anyone can make such a link: its token is never used, and its text is not shown.
  if (!login) return token ? undefined : null;
  const no = (code: string, sentence?: string) => fail(code, code, sentence, true);
  // RFC 6749 3.1: each parameter comes once.
  const names = [...answer.keys()];
  if (new Set(names).size < names.length) no("callback_duplicate");
  if (token && error) no("callback_contradictory");
  // These error words refuse no one: the session stays.
  if (/^(server|temporarily)_/.test(error)) fail("callback_unavailable");
  // A text of another form was not written by Clever.
  const word = /^[\w-]{1,40}$/.test(error) ? error : "access_denied";
  if (OF_THE_APP.test(word)) fail("callback_rejected", word);
  if (error) no(word, denied());
  if (!isWord(token) || !/^(bearer)?$/i.test(get("token_type"))) return no("callback_malformed");
  if ((get("iss") || clever) !== clever) no("callback_issuer");
  if (!isOver(login.at, LIFETIME)) return sealed({ accessToken: token, scopes: get("scope").match(/\S+/g) ?? [], next: login.next });
}

function sealed(answer: Answer): Answer {
  return Object.defineProperty(answer, "accessToken", { enumerable: false });
}

/** Whether this tab may restart now: it did not do so a moment ago. At 0, a login has arrived. */
function mayRestart(now: number): boolean {
  try {
    const before = sessionStorage[NAME];
    sessionStorage[NAME] = now;
    return isOver(before, RESTART_TIME);
  } catch {
    return now ? fail("cookies_blocked") : false;
  }
}
