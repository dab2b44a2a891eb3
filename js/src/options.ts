import { fail } from "./error.js";
import { IN_BROWSER, type LoginStorage } from "./storage.js";

/** An address over https or on this machine, without a fragment: elsewhere, anyone on the way could read the token. */
const SAFE = /^(https|http(?=:\/\/(localhost|127\.0\.0\.1|\[::1])(:\d+)?(\/|$))):\/\/[^#\s]+$/i;

/** Stands for the address of this app while a path is read. */
const HERE = "https://x/";

/** How your app is known to Clever, and what a login does. */
export interface Options {
  /** From Clever's dashboard. */
  clientId: string;
  /** Where Clever sends the browser, letter by letter as registered with Clever. Its origin must be the page's own. */
  redirectUri: string;
  /** The id of the district, where it is known: Clever then skips the school picker. */
  districtId?: string;
  /** Where to go after the login: a path of your app, which comes back as `next`. */
  next?: string;
  /** Lets the person at Clever confirm who they are, before a student signs in on a shared device. */
  switchUser?: boolean;
  /** The login runs in a window of its own, and the page stays. Call `begin` right in the click. */
  popup?: boolean;
  /**
   * Opens the address by other means and gives the one it ends at: in an extension
   * `(url) => chrome.identity.launchWebAuthFlow({ url, interactive: true })`.
   */
  launch?: (url: string) => Promise<string | undefined>;
  /** Clever's base URL. Set it only to use a local emulator. */
  clever?: string;
  /** Where started logins are kept; by default in the IndexedDB of the page. */
  storage?: LoginStorage;
  /**
   * The address of the session at your server, `/session` by default. See `signIn`. With `popup` or `launch`, set it even if it is
   * the default: then a login that Clever refuses ends the session of the person before.
   */
  session?: string;
}

export interface Settings extends Options {
  clever: string;
  storage: LoginStorage;
}

/** The options, or an error that names the first one that cannot work. */
export function check(options: Options): Settings {
  const { clientId, redirectUri, next, launch } = options ?? {};
  if (!isWord(clientId)) fail("config_invalid", "clientId is missing");
  const origin = originOf("redirectUri", redirectUri);
  if (!launch && origin !== location.origin) {
    fail("config_invalid", `redirectUri must be on ${location.origin}`);
  }
  return { ...options, storage: options.storage ?? IN_BROWSER, clever: baseUrl(options.clever), next: next && path(next) };
}

/** Whether it is text that can stand in a header, such as a token (RFC 6750 2.1). */
export function isWord(value: unknown): value is string {
  return typeof value === "string" && /^[!-~]+$/.test(value);
}

/** A base URL of Clever, without slashes at its end. */
export function baseUrl(clever?: string): string {
  clever ||= "https://clever.com";
  originOf("clever", clever);
  return clever.replace(/\/+$/, "");
}

export function originOf(name: string, url: string): string {
  try {
    if (SAFE.test(url)) return new URL(url).origin;
  } catch {
    // Such as https://[
  }
  return fail("config_invalid", `${name} must start with https:// (or http://localhost) and have no #. Apps: universal link, chromiumapp.org`);
}

/** A path of this app: no one is sent elsewhere after a login. */
function path(next: string): string {
  // A second slash would name a host; browsers see one in a backslash, too, and skip tabs and dots.
  const clean = new URL(HERE + next).href.slice(HERE.length);
  if (!/^\/(?!\/)/.test(clean)) fail("return_to_unsafe", "next must be a path of this app");
  return clean;
}
