import { type CleverError, fail } from "./error.js";
import { baseUrl, isWord } from "./options.js";
import { request } from "./request.js";

/** Clever's advice: wait 1 s, 2 s, 4 s and so on, and stop after 5 attempts. */
const FIRST_PAUSE = 1000;
const LAST_PAUSE = 8000;
const TIMEOUT = 10_000;

/** Clever's data about a token that was issued to this app. */
export interface TokenInfo {
  readonly clientId: string;
  readonly scopes: readonly string[];
}

/**
 * Asks Clever whether it issued this token to this app, for extensions and apps without a server.
 *
 * Rejects with `token_foreign` (issued to another app) or `token_rejected` (not valid). Then discard the token.
 * Temporary failures are retried five times, with growing pauses. `clever` is Clever's base URL: set it only to use a
 * local emulator.
 */
export async function checkToken(token: string, clientId: string, { clever }: { clever?: string } = {}): Promise<TokenInfo> {
  if (!isWord(token) || !isWord(clientId)) fail("argument_invalid", "no token or clientId");
  const url = baseUrl(clever) + "/oauth/tokeninfo";
  for (let pause = FIRST_PAUSE; ; pause *= 2) {
    try {
      return await ask(url, token, clientId);
    } catch (error) {
      if (!(error as CleverError).retryable || pause > LAST_PAUSE) throw error;
    }
    // A random pause, so that a whole class does not retry at the same moment.
    await new Promise((resolve) => setTimeout(resolve, pause * (0.75 + Math.random() / 2)));
  }
}

async function ask(url: string, token: string, clientId: string): Promise<TokenInfo> {
  const [status, answer] = await request(url, TIMEOUT, {
    headers: { Authorization: `Bearer ${token}` },
    credentials: "omit",
    referrerPolicy: "no-referrer",
  });
  if (status !== 200) fail(codeOf(status));
  const { client_id, scopes } = answer ?? {};
  if (!isWord(client_id)) fail("response_malformed");
  if (client_id !== clientId) fail("token_foreign");
  return { clientId, scopes: Array.isArray(scopes) ? scopes.filter(isWord) : [] };
}

function codeOf(status: number): string {
  if (status === 401) return "token_rejected";
  if (status === 429) return "rate_limited";
  return status < 502 && status !== 500 ? "request_rejected" : "clever_unavailable";
}
