import { AGAIN, BLOCKED, DENIED, LATER, type Sentence, SETUP } from "./sentences.js";

// The tests compare these codes with the list of error codes.
const SETUP_CODES = /^(config|argument|redirect|intern|not_f|response_[^h])|tls$|(k|request)_rejected$/;
const LATER_CODES = /^(network|response|rate)_|unavailable$/;
const RETRYABLE = /^(state|pending|rate|limit)_|network_[^t]|unavailable$|html$|timeout$|interrupted$/;

/** Spanish for pages in `es` and `es-MX`, English for all others. */
function inLanguage(sentence: Sentence, language = globalThis.document?.documentElement.lang): string {
  return sentence[+/^es\b/i.test(language!) as 0 | 1];
}

/** The sentence to show to the person for an error code, in the language of the page or the one given. */
export function userMessage(code: string, language?: string): string {
  const sentence = SETUP_CODES.test(code) ? SETUP : LATER_CODES.test(code) ? LATER : code === "cookies_blocked" ? BLOCKED : AGAIN;
  return inLanguage(sentence, language);
}

/**
 * Why a login failed.
 *
 * `message` is for developers and logs. It never contains a token, a state or a URL of the person.
 */
export class CleverError extends Error {
  /** The error code, as in the list of errors; or the error word that Clever sent, such as `access_denied`. */
  declare readonly code: string;
  /** A sentence to show to the person, in the language of the page. */
  declare readonly userMessage: string;
  /** Whether the same call, or a new try of the same login, may succeed later without a change. */
  declare readonly retryable: boolean;
  /** Whether Clever or your server refused a login that this browser began. Then the previous person must not stay signed in. */
  declare readonly endsSession: boolean;

  constructor(code: string, message = code, sentence?: string, endsSession = false) {
    super(message);
    Object.assign(this, {
      name: "CleverError",
      code,
      userMessage: sentence || userMessage(code),
      retryable: RETRYABLE.test(code),
      endsSession,
    });
  }
}

export function fail(...said: ConstructorParameters<typeof CleverError>): never {
  throw new CleverError(...said);
}

export const denied = (): string => inLanguage(DENIED);
