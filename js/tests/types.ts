// Compiled, not run: how an app in TypeScript uses the package. A comment that expects an error fails where there is none.
import { type LoginResult, arrive, begin, checkToken, CleverError, handleCallback, type LoginStorage, type Options, watch } from "clever-sso-implicit";

interface Person {
  name: string;
}

const storage: LoginStorage = { put: async () => {}, take: async () => undefined };
const options: Options = { clientId: "4c63", redirectUri: "https://app.example/cb", next: "/lessons", storage };
const answer: LoginResult | null = await handleCallback(options);
if (answer) {
  const { clientId, scopes } = await checkToken(answer.accessToken, options.clientId);
  const shown: string = clientId + scopes.join() + (answer.next ?? "");
  document.title = shown;
}
const { person } = await arrive<Person>(options);
document.title = person?.name ?? "";
const stop: () => void = watch(() => {});
stop();
await begin({ ...options, launch: async (url) => url }).catch((error: CleverError) => error.code + error.userMessage);

// @ts-expect-error: required options are missing
await begin({});
// @ts-expect-error: the person may be null
document.title = person.name;
// @ts-expect-error: the result is read-only
if (answer) answer.accessToken = "";
