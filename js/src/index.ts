/**
 * Log in with Clever without a client secret: the implicit grant (RFC 6749 4.2), for pages, extensions and apps.
 *
 * Import this module before your router: it removes Clever's response from the URL as soon as it is loaded.
 */
export { checkToken, type TokenInfo } from "./token.js";
export { type LoginResult, forget, handleCallback } from "./login.js";
export { CleverError, userMessage } from "./error.js";
export type { LoginRecord, LoginStorage } from "./storage.js";
export type { Options } from "./options.js";
export { arrive, begin, logOut, type SessionOptions, signIn, watch, whoAmI } from "./session.js";
