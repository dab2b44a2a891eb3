import { fail } from "./error.js";
import { type Answer, begin as start, forget, handleCallback } from "./login.js";
import { isWord, originOf, type Options } from "./options.js";
import { request } from "./request.js";
import { channelTo } from "./storage.js";

/** This page: it does not listen to itself. */
const ME = Math.random();

export interface SessionOptions {
  /**
   * The address of the session at your server, `/session` by default. `POST` with `{"access_token": …}` signs in, `GET` says who is
   * signed in, `DELETE` logs out. Each answers `{"person": …}` (`null` if no one is signed in), or `{"code": …}`,
   * with a `"sentence"` where the error code is your own.
   */
  session?: string;
}

/** Your server asks Clever, which takes its time when a whole school signs in; in milliseconds. */
const TIMEOUT = 60_000;

let pending = "";
let person: Promise<any>;

/**
 * Starts a login: goes to Clever. The promise settles only with `popup` or `launch`, where it gives the answer.
 *
 * Options that cannot work throw at once. Rejects with `cookies_blocked` when the browser keeps nothing for this site. With
 * `session`, a login that is refused ends the session of the person before.
 */
export function begin(options: Options): Promise<Answer> {
  const answer = start(options);
  return options.session ? answer.catch(ending(options)) : answer;
}

/**
 * Hands the token to your server, which must check it with Clever. Returns the person in the server's answer.
 *
 * When that fails, for whatever reason, the session of the person before ends: devices are shared.
 */
export function signIn<Person = unknown>(token: string, options?: SessionOptions): Promise<Person> {
  if (!isWord(token)) fail("argument_invalid", "no token");
  // Two effects of one page sign in once.
  if (pending !== token) {
    pending = token;
    person = changed("POST", options, { access_token: token })
      .catch(ending(options, true))
      .finally(() => (pending = ""));
  }
  return person;
}

/** The person who is signed in at your server; `null` when no one is. */
export function whoAmI<Person = unknown>(options?: SessionOptions): Promise<Person | null> {
  return ask("GET", options);
}

/** Ends the session at your server, and tells the other tabs. The session at Clever continues: an app cannot end it. */
export function logOut(options?: SessionOptions): Promise<void> {
  return changed("DELETE", options);
}

/**
 * All that a page with a server needs when it opens: finishes the login that Clever sent here, or asks who is signed in.
 *
 * A login that is refused ends the session of the person before: devices are shared.
 */
export async function arrive<Person = unknown>(options: Options): Promise<{ person: Person | null; next?: string }> {
  const answer = await handleCallback(options).catch(ending(options));
  if (!answer) return { person: await whoAmI<Person>(options) };
  return { person: await signIn<Person>(answer.accessToken, options), next: answer.next };
}

/**
 * Calls `heard` when a person signs in or out in another tab, and when the back button shows an old page again.
 *
 * Gives a function that stops it.
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

/** What a failed login does to the session: the person before must not stay when this browser's own login was refused. */
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
  // The mode stays "cors": in "same-origin" the referrer policy could take the Origin away that the server looks at.
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
