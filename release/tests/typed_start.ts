// Only compiled, not run: a TypeScript test that uses the package. A comment that expects an error fails if there is none.
import { type Emulator, type Environment, type Options, start } from "clever-emulator";

const options: Options = { person: null, redirectUris: ["https://app.example/callback"], arguments: ["--seed", "1"], oidc: false };
const clever: Emulator = await start(options);
const environment: Environment = clever.environment;
const base: string = environment.CLEVER_BASE_URL + clever.url;
await clever.stop();
await start();

// @ts-expect-error: a port is a number
await start({ port: base });
// @ts-expect-error: the emulator sets the URL
clever.url = "";
