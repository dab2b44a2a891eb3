// Builds the npm package: `node build.mjs FOLDER` writes it to FOLDER/package, and its tools to FOLDER/node_modules.
//
// It installs and builds only what has changed, and writes nothing into the source folder.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const sources = dirname(fileURLToPath(import.meta.url));
const folder = resolve(process.argv[2] ?? join(sources, "..", "target", "js"));
const built = join(folder, "package");
const licenses = ["LICENSE-APACHE", "LICENSE-MIT"];

function unlessDone(name, files, work) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(sources, file))).update("\0");
  const stamp = join(folder, `${name}.done`);
  const wanted = hash.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf-8") === wanted) return;
  rmSync(stamp, { force: true });
  work();
  writeFileSync(stamp, wanted);
}

function run(program, ...words) {
  execFileSync(program, words, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
}

mkdirSync(folder, { recursive: true });
unlessDone("install", ["package-lock.json", "build.mjs"], () => {
  for (const name of ["package.json", "package-lock.json"]) cpSync(join(sources, name), join(folder, name));
  run("npm", "ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts");
});

const modules = readdirSync(join(sources, "src")).map((name) => join("src", name)).sort();
const texts = ["package.json", "README.md", "tsconfig.json", ...licenses.map((name) => join("..", name))];
unlessDone("build", [...modules, ...texts, "build.mjs"], () => {
  rmSync(built, { recursive: true, force: true });
  mkdirSync(built, { recursive: true });
  const bin = join(folder, "node_modules", ".bin");
  run(join(bin, "tsc"), "--project", join(sources, "tsconfig.json"), "--outDir", join(built, "dist"));
  run(
    join(bin, "esbuild"),
    join(sources, "src", "index.ts"),
    "--bundle",
    "--format=esm",
    "--target=es2022",
    "--charset=utf8",
    "--log-level=warning",
    `--outfile=${join(folder, "bundle.js")}`,
  );
  const minify = ["--module", "--ecma", "2022", "--compress", "passes=3,sequences=false,unsafe_arrows,unsafe_methods", "--mangle"];
  run(join(bin, "terser"), join(folder, "bundle.js"), ...minify, "--output", join(built, "dist", "clever-sso-implicit.js"));
  const { devDependencies: _, ...manifest } = JSON.parse(readFileSync(join(sources, "package.json"), "utf-8"));
  writeFileSync(join(built, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(sources, "src"), join(built, "src"), { recursive: true });
  cpSync(join(sources, "README.md"), join(built, "README.md"));
  for (const name of licenses) cpSync(join(sources, "..", name), join(built, name));
  // The archive contains the modes of the files, which otherwise depend on the umask.
  for (const entry of readdirSync(built, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) chmodSync(join(entry.parentPath ?? entry.path, entry.name), 0o644);
  }
});
