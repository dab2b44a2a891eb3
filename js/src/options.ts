import { fail } from "./error.js";
import { IN_BROWSER, type LoginStorage } from "./storage.js";

/** Matches a URL with https or on this machine, without a fragment. Others could read a token over plain http. */
const SAFE = /^(https|http(?=:\/\/(localhost|127\.0\.0\.1|\[::1])(:\d+)?(\/|$))):\/\/[^#\s]+$/i;

/** A placeholder for the URL of this app while a path is parsed. */
const HERE = "https://x/";

/** The settings of your app at Clever, and options for the login. */
export interface Options {
  /** The client id from Clever's dashboard. */
  clientId: string;
  /** Where Clever redirects the browser, exactly as registered with Clever. It must have the same origin as the page. */
  redirectUri: string;
  /** Clever's id of the district, if you know it. Clever then skips the school picker. */
  districtId?: string;
  /** Where to go after the login: a path of your app. You get it back as `next`. */
  next?: string;
  /** Makes Clever ask the person to confirm who they are, for shared devices. */
  switchUser?: boolean;
  /** Opens the login in a popup, and the page stays. Call `begin` directly in the click handler. */
  popup?: boolean;
  /**
   * A function that opens the URL in another way and returns the URL where it ends, for example in an extension
   * `(url) => chrome.identity.launchWebAuthFlow({ url, interactive: true })`.
   */
  launch?: (url: string) => Promise<string | undefined>;
  /** Clever's base URL. Set it only to use a local emulator. */
  clever?: string;
  /** Where started logins are stored. Default: the IndexedDB of the page. */
  storage?: LoginStorage;
  /**
   * The URL of the session on your server. Default: `/session`. See `signIn`. With `popup` or `launch`, set it even if
   * it is the default: then a login that Clever refuses ends the previous person's session.
   */
  session?: string;
}

export interface Settings extends Options {
  clever: string;
  storage: LoginStorage;
}

/** Returns the options, or throws an error that names the first invalid one. */
export function check(options: Options): Settings {
  const { clientId, redirectUri, next, launch } = options ?? {};
  if (!isWord(clientId)) fail("config_invalid", "clientId is missing");
  const origin = originOf("redirectUri", redirectUri);
  if (!launch && origin !== location.origin) {
    fail("config_invalid", `redirectUri must be on ${location.origin}`);
  }
  return { ...options, storage: options.storage ?? IN_BROWSER, clever: baseUrl(options.clever), next: next && path(next) };
}

/** Whether a text is valid in a header, such as a token (RFC 6750 2.1). */
export function isWord(value: unknown): value is string {
  return typeof value === "string" && /^[!-~]+$/.test(value);
}

/** A base URL of Clever, without trailing slashes. */
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

/** A path of this app, so that no one is redirected to another site after a login. */
function path(next: string): string {
  // A second slash would start a host name. Browsers also read a backslash as a slash, and skip tabs and dots.
  const clean = new URL(HERE + next).href.slice(HERE.length);
  if (!/^\/(?!\/)/.test(clean)) fail("return_to_unsafe", "next must be a path of this app");
  return clean;
}
