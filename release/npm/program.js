// Finds the program: it is in the package for this platform, which npm installs as an optional dependency.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform } from "node:process";

const require = createRequire(import.meta.url);
const { version, optionalDependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf-8"));
const SCOPE = "@clever-sso/emulator-";

/** Returns the path of the program in the package for this platform. */
export function find() {
  const here = `${platform}-${arch}`;
  const wanted = SCOPE + here;
  try {
    return require.resolve(`${wanted}/clever-emulator${platform === "win32" ? ".exe" : ""}`);
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
  }
  if (!(wanted in optionalDependencies)) {
    const known = Object.keys(optionalDependencies).map((name) => name.slice(SCOPE.length));
    throw new Error(
      `clever-emulator has no program for ${here}, only for ${known.join(", ")}. ` +
        "Build it with `cargo install clever-emulator`. In tests, set CLEVER_EMULATOR to the path of that program.",
    );
  }
  throw new Error(
    `the package ${wanted} is missing. npm leaves it out with --omit=optional, and if node_modules comes from another ` +
      `platform. Run: npm install --save-dev ${wanted}@${version}`,
  );
}
