import { type CleverError, fail } from "./error.js";
import { baseUrl, isWord } from "./options.js";

/** Clever's advice: wait 1 s, 2 s, 4 s and so on, and stop after 5 attempts. */
const ATTEMPTS = 5;
const FIRST_PAUSE = 1000;
const TIMEOUT = 10_000;

/** What Clever says of a token that was issued to this app. */
export interface TokenInfo {
  readonly clientId: string;
  readonly scopes: readonly string[];
}

/**
 * Asks Clever whether it issued this token, and to this app: for extensions and apps without a server.
 *
 * Rejects with `token_foreign` (another app's) or `token_rejected` (not valid): discard the token then. What may pass is tried five
 * times, with longer and longer pauses. `clever` is Clever's base URL: set it only to use a local emulator.
 */
export async function checkToken(token: string, clientId: string, { clever }: { clever?: string } = {}): Promise<TokenInfo> {
  if (!isWord(token) || !isWord(clientId)) fail("argument_invalid", "no token or no clientId");
  const url = baseUrl(clever) + "/oauth/tokeninfo";
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask(url, token, clientId);
    } catch (error) {
      if (!(error as CleverError).retryable || attempt === ATTEMPTS) throw error;
    }
    // A whole class does not come back at the same moment.
    const pause = FIRST_PAUSE * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function ask(url: string, token: string, clientId: string): Promise<TokenInfo> {
  let status = 0;
  let answer: any;
  try {
    const response = await fetch(url, {
      headers: { Authorization: `Bearer ${token}` },
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    ({ status } = response);
    if (status === 200) answer = await response.json();
  } catch (error) {
    if ((error as Error).name === "TimeoutError") fail("network_timeout");
    if (!status) fail("network_connect", "no answer, or none that pages may read");
  }
  if (status !== 200) fail(codeOf(status));
  const { client_id, scopes } = answer ?? {};
  if (!isWord(client_id)) fail("response_malformed");
  if (client_id !== clientId) fail("token_foreign");
  return { clientId, scopes: Array.isArray(scopes) ? scopes.filter(isWord) : [] };
}

function codeOf(status: number): string {
  if (status === 401) return "token_rejected";
  if (status === 429) return "rate_limited";
  return status >= 500 && status !== 501 ? "clever_unavailable" : "request_rejected";
}
