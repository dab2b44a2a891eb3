// The login runs here: the popup of an extension closes as soon as the window of the login opens.
import { begin, checkToken } from "./clever-sso-implicit.js";
import { options } from "./settings.js";

let login;

async function logIn() {
  const { clever, clientId } = options;
  const answer = await begin({
    ...options,
    redirectUri: chrome.identity.getRedirectURL(),
    launch: (url) => chrome.identity.launchWebAuthFlow({ url, interactive: true }),
  });
  // Any other app's token opens /me just as well.
  await checkToken(answer.accessToken, clientId, { clever });
  const response = await fetch(`${options.api}/v3.0/me`, { headers: { Authorization: `Bearer ${answer.accessToken}` } });
  const { data } = await response.json();
  if (!data.id) throw new Error("Clever did not say who it is");
  // The token is good for a day, so do not store it. Store only who the person is.
  return { person: { id: data.id } };
}

chrome.runtime.onMessage.addListener((message, sender, answer) => {
  if (message !== "log-in") return false;
  // Two clicks are one login.
  login ??= logIn()
    .catch(({ code = "internal", userMessage = "Please try again." }) => ({ problem: { code, userMessage } }))
    .finally(() => (login = undefined));
  login.then(answer);
  return true;
});
