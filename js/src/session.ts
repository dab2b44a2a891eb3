import { fail } from "./error.js";
import { type LoginResult, begin as start, forget, handleCallback } from "./login.js";
import { isWord, originOf, type Options } from "./options.js";
import { request } from "./request.js";
import { channelTo } from "./storage.js";

/** The id of this page, so that it ignores its own messages. */
const ME = Math.random();

export interface SessionOptions {
  /**
   * The URL of the session on your server. Default: `/session`. `POST` with `{"access_token": …}` signs in, `GET`
   * returns who is signed in, `DELETE` logs out. Each responds with `{"person": …}` (`null` if no one is signed in), or
   * with `{"code": …}`, and a `"sentence"` for your own error codes.
   */
  session?: string;
}

/** The time limit in milliseconds. Your server asks Clever, which can be slow when a whole school signs in. */
const TIMEOUT = 60_000;

let pending = "";
let person: Promise<any>;

/**
 * Starts a login: goes to Clever. The promise settles only with `popup` or `launch`; then it resolves to the result.
 *
 * Invalid options throw at once. Rejects with `cookies_blocked` if the browser stores nothing for this site. With
 * `session`, a login that is refused ends the previous person's session.
 */
export function begin(options: Options): Promise<LoginResult> {
  const result = start(options);
  return options.session ? result.catch(ending(options)) : result;
}

/**
 * Sends the token to your server, which must check it with Clever. Returns the person from the server's response.
 *
 * If that fails, for any reason, the previous person's session ends, because devices are shared.
 */
export function signIn<Person = unknown>(token: string, options?: SessionOptions): Promise<Person> {
  if (!isWord(token)) fail("argument_invalid", "no token");
  // If one page calls this twice, for example in two effects, it signs in only once.
  if (pending !== token) {
    pending = token;
    person = changed("POST", options, { access_token: token })
      .catch(ending(options, true))
      .finally(() => (pending = ""));
  }
  return person;
}

/** Returns the person who is signed in on your server; `null` if no one is. */
export function whoAmI<Person = unknown>(options?: SessionOptions): Promise<Person | null> {
  return ask("GET", options);
}

/** Ends the session on your server, and notifies the other tabs. The session at Clever continues, because an app cannot end it. */
export function logOut(options?: SessionOptions): Promise<void> {
  return changed("DELETE", options);
}

/**
 * Call this when a page with a server opens: it finishes the login that Clever sent here, or asks the server who is
 * signed in.
 *
 * A login that is refused ends the previous person's session, because devices are shared.
 */
export async function arrive<Person = unknown>(options: Options): Promise<{ person: Person | null; next?: string }> {
  const result = await handleCallback(options).catch(ending(options));
  if (!result) return { person: await whoAmI<Person>(options) };
  return { person: await signIn<Person>(result.accessToken, options), next: result.next };
}

/**
 * Calls `heard` when a person signs in or out in another tab, and when the back button shows an old page again.
 *
 * Returns a function that stops this.
 */
export function watch(heard: () => void): () => void {
  const channel = channelTo();
  const hear = () => {
    forget();
    heard();
  };
  const shown = (event: PageTransitionEvent) => event.persisted && hear();
  if (channel) channel.onmessage = ({ data }) => data !== ME && hear();
  addEventListener("pageshow", shown);
  return () => {
    channel?.close();
    removeEventListener("pageshow", shown);
  };
}

/** Ends the session if a login that this browser began was refused: the previous person must not stay signed in. */
function ending(options?: SessionOptions, always = false): (error: any) => Promise<never> {
  return async (error) => {
    error.endsSession ||= always;
    if (error.endsSession) await logOut(options).catch(() => {});
    throw error;
  };
}

async function changed(method: string, options?: SessionOptions, body?: object): Promise<any> {
  const person = await ask(method, options, body).finally(forget);
  const channel = channelTo();
  channel?.postMessage(ME);
  channel?.close();
  return person;
}

async function ask(method: string, options?: SessionOptions, body?: object): Promise<any> {
  const session = options?.session || "/session";
  if (/^http:/i.test(session)) originOf("session", session);
  // The mode stays "cors". With "same-origin", the referrer policy could remove the Origin header that the server
  // checks.
  const [, answer = { code: "network_connect" }] = await request(session, TIMEOUT, {
    method,
    headers: body && { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
    credentials: "include",
  });
  if (answer?.code) fail(answer.code, undefined, answer.sentence);
  if (answer?.person === undefined) fail("response_malformed", `no person at ${session}`);
  return answer.person;
}
