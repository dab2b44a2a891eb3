/** The format of this package's states. A fragment with such a state is Clever's response; other fragments belong to the app. */
const STATE = /^\d+(-\d+){3}$/;
/** Parameters that Clever never sends: a response with one of them is for another library. */
const OF_OTHERS = /refresh_token|expires_|id_token/;
/** When to search the caches for the token after a response, in milliseconds: a service worker may write late. */
const SWEEPS = [0, 1000, 5000];

/** A new state: 128 random bits. */
export function newState(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

/**
 * Removes Clever's response from the URL, so that no history entry, bookmark or copied link contains a token.
 *
 * Fragments of the app stay unchanged. A router that uses the fragment may have put a slash before the response.
 */
export function take(): URLSearchParams | undefined {
  const text = location.hash.replace(/^#[!/?]*/, "");
  const answer = new URLSearchParams(text);
  const isClevers = answer.get("access_token") && !OF_OTHERS.test(text);
  if (!isClevers && !STATE.test(answer.get("state")!)) return;
  try {
    history.replaceState(without(history.state, text), "", location.href.split("#")[0]);
  } catch {
    // Some browsers limit how often a page can change its URL.
    location.replace("#");
  }
  // Routers remember the URL. This event gives them the new one.
  dispatchEvent(new PopStateEvent("popstate", history));
  for (const pause of SWEEPS) setTimeout(() => sweep().catch(() => {}), pause);
  return answer;
}

/** The same history state without the response, because routers store URLs in it. Values that are not strings stay unchanged. */
function without(state: any, text: string): unknown {
  if (typeof state === "string" && state.includes(text)) return state.split(text)[0]!.replace(/#[!/?]*$/, "");
  if (state instanceof Object) for (const name in state) state[name] = without(state[name], text);
  return state;
}

/** Service workers that cache pages may use the whole URL as the key. */
async function sweep(): Promise<void> {
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      if (/#.*access_token=/.test(request.url)) await cache.delete(request);
    }
  }
}
