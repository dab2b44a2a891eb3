import { type CleverError, fail } from "./error.js";
import { forget, handleCallback } from "./login.js";
import { isWord, type Options } from "./options.js";
import { NAME } from "./storage.js";

/** This page: it does not listen to itself. */
const ME = Math.random();

export interface SessionOptions {
  /**
   * The address of the session at your server, `/session` by default. `POST` with `{"access_token": …}` signs in, `GET` says who is
   * signed in, `DELETE` logs out. Each answers `{"person": …}` (`null` for nobody), or `{"code": …}`,
   * with a `"sentence"` where the error code is your own.
   */
  session?: string;
}

let pending = "";
let person: Promise<any>;

/** Hands the token to your server, which must check it with Clever. Returns the person in the server's answer. */
export function signIn<Person = unknown>(token: string, options?: SessionOptions): Promise<Person> {
  if (!isWord(token)) fail("argument_invalid", "no token");
  // Two effects of one page sign in once.
  if (pending !== token) {
    pending = token;
    person = changed("POST", options, { access_token: token }).finally(() => (pending = ""));
  }
  return person;
}

/** The person who is signed in at your server; `null` when nobody is. */
export function whoAmI<Person = unknown>(options?: SessionOptions): Promise<Person | null> {
  return ask("GET", options);
}

/** Ends the session at your server, and tells the other tabs. The session at Clever goes on: an app cannot end it. */
export function logOut(options?: SessionOptions): Promise<void> {
  return changed("DELETE", options);
}

/**
 * All that a page with a server needs when it opens: finishes the login that Clever sent here, or asks who is signed in.
 *
 * A login that is refused ends the session of the person before: devices are shared.
 */
export async function arrive<Person = unknown>(options: Options): Promise<{ person: Person | null; next?: string }> {
  try {
    const answer = await handleCallback(options);
    if (!answer) return { person: await whoAmI<Person>(options) };
    return { person: await signIn<Person>(answer.accessToken, options), next: answer.next };
  } catch (error) {
    if ((error as CleverError).endsSession) await logOut(options).catch(() => {});
    throw error;
  }
}

/**
 * Calls `heard` when somebody signs in or out in another tab, and when the back button brings an old page again.
 *
 * Gives a function that stops it.
 */
export function watch(heard: () => void): () => void {
  const channel = new BroadcastChannel(NAME);
  const hear = (isNews: boolean) => {
    if (!isNews) return;
    forget();
    heard();
  };
  const shown = (event: PageTransitionEvent) => hear(event.persisted);
  channel.onmessage = ({ data }) => hear(data !== ME);
  addEventListener("pageshow", shown);
  return () => {
    channel.close();
    removeEventListener("pageshow", shown);
  };
}

async function changed(method: string, options?: SessionOptions, body?: object): Promise<any> {
  if (!body) forget();
  const person = await ask(method, options, body);
  forget();
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(ME);
  channel.close();
  return person;
}

async function ask(method: string, { session = "/session" }: SessionOptions = {}, body?: object): Promise<any> {
  // The mode stays "cors": in "same-origin" the referrer policy could take the Origin away that the server looks at.
  const answer = await fetch(session, {
    method,
    headers: body && { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
    cache: "no-store",
    credentials: "include",
    redirect: "error",
  })
    .then((response) => response.json())
    .catch(() => ({ code: "network_connect" }));
  if (answer?.code) fail(`${answer.code}`, undefined, false, answer.sentence || undefined);
  if (answer?.person === undefined) fail("response_malformed", `${session} names no person`);
  return answer.person;
}
