// The login runs here, because the popup of an extension closes as soon as the login window opens.
import { begin, checkToken } from "./clever-sso-implicit.js";
import { options } from "./settings.js";

let login;

async function logIn() {
  const { clever, clientId } = options;
  const result = await begin({
    ...options,
    redirectUri: chrome.identity.getRedirectURL(),
    launch: (url) => chrome.identity.launchWebAuthFlow({ url, interactive: true }),
  });
  // The token of any other app opens /me too, so check whose token it is first.
  await checkToken(result.accessToken, clientId, { clever });
  const response = await fetch(`${options.api}/v3.0/me`, { headers: { Authorization: `Bearer ${result.accessToken}` } });
  const { data } = await response.json();
  if (!data.id) throw new Error("Clever did not say who it is");
  // The token is valid for a day, so do not store it. Store only who the person is.
  return { person: { id: data.id } };
}

chrome.runtime.onMessage.addListener((message, sender, sendResponse) => {
  if (message !== "log-in") return false;
  // Two clicks start only one login.
  login ??= logIn()
    .catch(({ code = "internal", userMessage = "Please try again." }) => ({ problem: { code, userMessage } }))
    .finally(() => (login = undefined));
  login.then(sendResponse);
  return true;
});
