import { CleverError } from "./error.js";
import { newState } from "./fragment.js";
import type { LoginResult } from "./login.js";
import { channelTo } from "./storage.js";

/** How often to check whether the popup is closed, and how long the popup waits to be closed, in milliseconds. */
const LOOK = 500;
const PATIENCE = 2000;

/**
 * The page's half: sends the popup to Clever, and waits for what it reports.
 *
 * They use a broadcast channel named after the state, which no one else knows. The popup has no `opener`, because it
 * shows a page of another site, and Cross-Origin-Opener-Policy would remove it anyway.
 */
export async function inPopup(popup: Window, prepare: (state: string) => Promise<string>): Promise<LoginResult> {
  const state = newState();
  const channel = channelTo(state)!;
  let timer;
  try {
    popup.opener = null;
    popup.location.replace(await prepare(state));
    return await new Promise<LoginResult>((resolve, reject) => {
      const lost = (report?: object) => reject(Object.assign(new CleverError("call_interrupted"), report));
      channel.onmessage = ({ data }) => (data.code ? lost : resolve)(data);
      timer = setInterval(() => {
        // A popup without a connection also looks closed, but then the person is still using it. A report may still
        // arrive.
        if (popup.closed && document.hasFocus()) setTimeout(lost, LOOK);
      }, LOOK);
    });
  } finally {
    clearInterval(timer);
    channel.close();
    popup.close();
  }
}

/** The popup's half: reports and closes. If it cannot close, the login continues here. */
export async function reported<Outcome>(state: string, outcome: Promise<Outcome>): Promise<Outcome> {
  const channel = channelTo(state)!;
  const report: any = (await outcome.catch((error) => error)) ?? new CleverError("pending_expired");
  // A copy leaves out properties that are not enumerable.
  channel.postMessage({ ...report, message: report.message, accessToken: report.accessToken });
  close();
  await new Promise((resolve) => setTimeout(resolve, PATIENCE));
  return outcome;
}
