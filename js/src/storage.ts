import { fail } from "./error.js";

export const NAME = "clever-sso-implicit";
const MOST_LOGINS = 8;
const LONGEST_WAIT = 10_000;

/** The record of a login between its start and its callback. */
export interface LoginRecord {
  /** When it started, in milliseconds. */
  at: number;
  clientId: string;
  next?: string;
  popup?: boolean;
}

/** A store for started logins. `take` must return a login to only one caller, even if several tabs ask at once. */
export interface LoginStorage {
  put(state: string, login: LoginRecord): Promise<void>;
  take(state: string): Promise<LoginRecord | undefined>;
}

/** A channel to the other tabs; `undefined` in a browser that blocks storage and channels. */
export function channelTo(name = ""): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(NAME + name);
  } catch {
    return;
  }
}

type Logins = Map<string, LoginRecord>;

/**
 * IndexedDB is the only browser storage where one tab can take a value before any other tab sees it. `window.open`
 * copies session storage, and other processes see changes of local storage late.
 */
export const IN_BROWSER: LoginStorage = {
  put: (state, login) =>
    change((logins) => {
      logins.set(state, login);
      // They are in the order in which they started.
      if (logins.size > MOST_LOGINS) logins.delete(logins.keys().next().value!);
    }),
  take: (state) =>
    change((logins) => {
      const login = logins.get(state);
      logins.delete(state);
      return login;
    }),
};

/** Whether a time is more than `most` milliseconds ago, even if the clock was changed. */
export function isOver(at: number, most: number): boolean {
  return !(Math.abs(Date.now() - at) < most);
}

/** Changes the logins in one transaction, so that no other tab can interfere. */
async function change<Result>(work: (logins: Logins) => Result): Promise<Result> {
  try {
    return await new Promise((resolve, reject) => {
      setTimeout(reject, LONGEST_WAIT);
      const opening = indexedDB.open(NAME);
      opening.onupgradeneeded = () => opening.result.createObjectStore(NAME);
      opening.onerror = reject;
      opening.onsuccess = () => {
        const transaction = opening.result.transaction(NAME, "readwrite");
        const store = transaction.objectStore(NAME);
        const reading = store.get(NAME);
        reading.onsuccess = () => {
          const logins: Logins = reading.result ?? new Map();
          const result = work(logins);
          store.put(logins, NAME);
          transaction.oncomplete = () => resolve(result);
        };
        transaction.onabort = reject;
      };
    });
  } catch {
    return fail("cookies_blocked");
  }
}
