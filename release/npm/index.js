// The emulator for tests: `start` runs it, and `stop` ends it. It does not outlive the process that started it.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";

import { find } from "./program.js";

const START_SECONDS = 20;
// It ends the emulator as soon as its standard input closes, even if the process that started it was killed.
const GUARD = '"$@" < /dev/null & exec > /dev/null 2>&1; read -r _; kill $!; kill -CONT $!; wait $!';
const windows = process.platform === "win32";

/** Runs an emulator with one app, for which `person` signs in without a page. */
export async function start(options = {}) {
  const { port = 0, world, person = "ada", redirectUris = "http://localhost/clever/callback", oidc = true } = options;
  const { arguments: more = [], program = process.env.CLEVER_EMULATOR || find() } = options;
  const addresses = [redirectUris].flat();
  // New ones each time: nobody can mistake them for those of a real app.
  const [id, secret] = [randomBytes(10).toString("hex"), randomBytes(20).toString("hex")];
  const words = ["--port", String(port)];
  for (const address of addresses) words.push("--app", `${id}:${secret}:${address}${oidc ? ",oidc" : ""}`);
  if (person !== null) words.push("--auto-login", person);
  if (world !== undefined) words.push("--world", world);
  words.push(...more);

  const command = windows ? [program] : ["/bin/sh", "-c", GUARD, "clever-emulator", program];
  const settings = { stdio: ["pipe", "pipe", "pipe"], detached: !windows, windowsHide: true };
  const running = spawn(command[0], [...command.slice(1), ...words], settings);
  const ended = new Promise((resolve) => running.once("exit", resolve).once("error", resolve));
  const kill = () => running.kill();
  const stop = async () => {
    running.ref();
    running.stdin.end("\n");
    if (windows) kill();
    await ended;
    process.off("exit", kill);
  };
  // It may be gone when it is told to stop.
  running.stdin.on("error", () => {});
  // No shell is there that watches.
  if (windows) process.on("exit", kill);

  let complaints = "";
  running.stderr.setEncoding("utf-8").on("data", (text) => (complaints = (complaints + text).slice(-4096)));
  const url = await firstLine(running).catch(() => undefined);
  if (url === undefined) {
    await stop();
    // It names the option that is wrong. A secret is in none of its sentences.
    throw new Error(`clever-emulator did not start: ${complaints.trim() || "it said nothing"}`);
  }
  // A program that forgets `stop` may end.
  for (const one of [running, running.stdin, running.stdout, running.stderr]) one.unref();
  const environment = {
    CLEVER_CLIENT_ID: id,
    CLEVER_CLIENT_SECRET: secret,
    CLEVER_REDIRECT_URI: addresses.join(" "),
    CLEVER_BASE_URL: url,
  };
  return { url, environment, stop };
}

async function firstLine(running) {
  const lines = createInterface({ input: running.stdout });
  const signal = AbortSignal.timeout(START_SECONDS * 1000);
  try {
    const ended = new AbortController();
    const line = once(lines, "line", { signal: AbortSignal.any([signal, ended.signal]) });
    lines.once("close", () => ended.abort());
    return (await line)[0];
  } finally {
    // Hints come on the other stream; this one has nothing more to say.
    lines.close();
    running.stdout.resume();
  }
}
