#!/usr/bin/env node
// The command `clever-emulator`: runs the program, forwards signals to it, and exits like the program.
import { spawn } from "node:child_process";
import process from "node:process";
import { isatty } from "node:tty";

import { find } from "./program.js";

function fail(error) {
  console.error(error.message);
  process.exit(127);
}

let program;
try {
  program = find();
} catch (error) {
  fail(error);
}
// The terminal sends Ctrl-C to the program, too, so don't forward it. A second Ctrl-C would kill the command that it runs.
const atTerminal = process.platform === "win32" || [0, 1, 2].some((stream) => isatty(stream));
const running = spawn(program, process.argv.slice(2), { stdio: "inherit" });
const names = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR2", "SIGCONT"];
if (process.platform === "win32") names.splice(1, 1).push("SIGBREAK");
for (const name of names) {
  const fromKeyboard = name === "SIGINT" || name === "SIGQUIT" || name === "SIGBREAK";
  process.on(name, () => {
    if (!fromKeyboard || !atTerminal) running.kill(name);
  });
}
running.on("error", (error) => fail(new Error(`${program} cannot be run: ${error.code}`)));
running.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  for (const name of names) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});
