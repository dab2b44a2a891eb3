// The login of an Electron app, in its main process: a new window opens Clever, and its redirect back is caught before it loads.
import { begin, checkToken } from "clever-sso-implicit";

/** Logs a person in and returns the token, which was issued to this app. `makeWindow` is `() => new BrowserWindow(...)`. */
export async function logIn(options, makeWindow) {
  const result = await begin({ ...options, launch: (url) => wayBack(url, options.redirectUri, makeWindow) });
  await checkToken(result.accessToken, options.clientId, options);
  return result;
}

function wayBack(url, redirectUri, makeWindow) {
  const window = makeWindow();
  // The URL as the window reports it: in lower case and without the default port.
  const awaited = new URL(redirectUri).href;
  return new Promise((resolve, reject) => {
    // Clever redirects to an https URL where no server runs. The token goes no further than this.
    const caught = (event, address) => {
      if (address.split("#")[0] !== awaited) return;
      event.preventDefault();
      resolve(address);
    };
    for (const kind of ["will-redirect", "will-navigate"]) window.webContents.on(kind, caught);
    window.on("closed", () => resolve(undefined));
    window.loadURL(url).catch(reject);
  }).finally(() => window.isDestroyed() || window.destroy());
}
