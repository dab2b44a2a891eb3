/** How the emulator starts. */
export interface Options {
  /** The port. Without it: a free one. */
  port?: number;
  /** A file with your own people, as `clever-emulator init` writes it. Without it: the built-in people. */
  world?: string;
  /** Who signs in, without a page: a handle, a Clever id or a sign-in number. `null` shows the login pages. The default is `ada`. */
  person?: string | null;
  /** The redirect URIs of your app, the primary one first. The default is `http://localhost/clever/callback`. */
  redirectUris?: string | readonly string[];
  /** Whether your app gets ID tokens. The default is `true`. */
  oidc?: boolean;
  /** More options of `clever-emulator`, such as `["--seed", "1"]`. */
  arguments?: readonly string[];
  /** The path of the program. Without it: `CLEVER_EMULATOR`, or the program in the package for your platform. */
  program?: string;
}

/** The settings of the app under test, by the names of environment variables. */
export interface Environment {
  CLEVER_CLIENT_ID: string;
  CLEVER_CLIENT_SECRET: string;
  CLEVER_REDIRECT_URI: string;
  CLEVER_BASE_URL: string;
}

/** A running emulator. */
export interface Emulator {
  /** The base URL: the issuer, the OAuth endpoints, and the API. Below `url + "/s/NAME"` are the scenarios. */
  readonly url: string;
  /** The settings of the app under test. Its client id and secret are new at each start. */
  readonly environment: Environment;
  /** Stops the emulator; resolves when it has ended. You may call it more than once. */
  stop(): Promise<void>;
}

/**
 * Starts an emulator with one app.
 *
 * Rejects if the emulator does not start (the message has its error output), or if there is no program for your platform.
 */
export function start(options?: Options): Promise<Emulator>;
