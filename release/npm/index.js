// The emulator for tests: `start` runs it, and `stop` ends it. It also ends with the process that started it.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";

import { find } from "./program.js";

const START_SECONDS = 20;
// This shell ends the emulator as soon as its standard input closes, even if the process that started it was killed.
const GUARD = '"$@" < /dev/null & exec > /dev/null 2>&1; read -r _; kill $!; kill -CONT $!; wait $!';
const windows = process.platform === "win32";

/** Runs an emulator with one app, for which `person` signs in without a page. */
export async function start(options = {}) {
  const { port = 0, world, person = "ada", redirectUris = "http://localhost/clever/callback", oidc = true } = options;
  const { arguments: more = [], program = process.env.CLEVER_EMULATOR || find() } = options;
  const addresses = [redirectUris].flat();
  // New credentials each time, so that nobody mistakes them for those of a real app.
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
  // The emulator may have ended already when `stop` closes its input.
  running.stdin.on("error", () => {});
  // Windows has no shell that watches the process.
  if (windows) process.on("exit", kill);

  let complaints = "";
  running.stderr.setEncoding("utf-8").on("data", (text) => (complaints = (complaints + text).slice(-4096)));
  const url = await firstLine(running).catch(() => undefined);
  if (url === undefined) {
    await stop();
    // The error output names the wrong option. It never contains a secret.
    throw new Error(`clever-emulator did not start: ${complaints.trim() || "it said nothing"}`);
  }
  // Don't keep a program running that forgets `stop`.
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
    // Standard output has nothing more; hints are on standard error.
    lines.close();
    running.stdout.resume();
  }
}
