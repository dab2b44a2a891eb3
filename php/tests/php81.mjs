// PHP 8.1 as WebAssembly: runs one command of it. It sees the folders that are named, at the same paths as here.
// usage: node php81.mjs PACKAGES FOLDER:FOLDER... ARGUMENTS-OF-PHP...
import { createRequire } from "node:module";

const [packages, folders, ...command] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { getPHPLoaderModule } = require("@php-wasm/node-8-1");
const { PHP, loadPHPRuntime } = require("@php-wasm/universal");

const php = new PHP(await loadPHPRuntime(await getPHPLoaderModule(), { ENV: { ...process.env } }));
for (const folder of folders.split(":")) {
    php.mkdir(folder);
    await php.mount(folder, (_, system, at) => {
        system.mount(system.filesystems.NODEFS, { root: folder }, at);
        return () => system.unmount(at);
    });
}
const ended = await php.cli(["php", ...command]);
const copied = (from, to) => from.pipeTo(new WritableStream({ write: (bytes) => void to.write(bytes) }));
await Promise.all([copied(ended.stdout, process.stdout), copied(ended.stderr, process.stderr)]);
process.exitCode = await ended.exitCode;
