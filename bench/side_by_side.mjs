// Verifies one ID token repeatedly in Node, in turns with other programs: bench/side_by_side.py starts them.
//
//     node side_by_side.mjs NAME JOB MODULES
//
// For each line of the input, "THREADS COUNT", it prints how many nanoseconds the verifications took: elapsed time and CPU time.
// Each thread is a worker.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { createPublicKey } from "node:crypto";

const VERIFIERS = {
  async jose(job, load) {
    const { createLocalJWKSet, jwtVerify } = await load("jose");
    const keys = createLocalJWKSet(job.jwks);
    const options = { algorithms: ["RS256"], issuer: job.issuer, audience: job.client_id };
    return () => jwtVerify(job.token, keys, options);
  },
  async "fast-jwt"(job, load) {
    const { createVerifier } = await load("fast-jwt");
    const key = createPublicKey({ key: job.jwks.keys[0], format: "jwk" }).export({ type: "spki", format: "pem" });
    const options = { algorithms: ["RS256"], allowedIss: job.issuer, allowedAud: job.client_id, cache: false };
    const verify = createVerifier({ key, ...options });
    return () => verify(job.token);
  },
};

async function work() {
  const { name, path, modules } = workerData;
  const require = createRequire(`${modules}/package.json`);
  const load = (module) => import(pathToFileURL(require.resolve(module)));
  const verify = await VERIFIERS[name](JSON.parse(readFileSync(path, "utf8")), load);
  parentPort.on("message", async (count) => {
    for (let done = 0; done < count; done++) await verify();
    parentPort.postMessage("done");
  });
}

async function main() {
  const [name, path, modules] = process.argv.slice(2);
  const workers = [];
  for await (const line of createInterface({ input: process.stdin })) {
    const [threads, count] = line.split(" ").map(Number);
    while (workers.length < threads) {
      const worker = new Worker(new URL(import.meta.url), { workerData: { name, path, modules } });
      worker.on("error", (error) => {
        console.error(error);
        process.exit(1);
      });
      workers.push(worker);
    }
    const begun = process.hrtime.bigint();
    const before = process.cpuUsage();
    const each = workers.slice(0, threads).map(
      (worker) =>
        new Promise((done) => {
          worker.once("message", done);
          worker.postMessage(Math.floor(count / threads));
        }),
    );
    await Promise.all(each);
    const used = process.cpuUsage(before);
    console.log(`${process.hrtime.bigint() - begun} ${(used.user + used.system) * 1000}`);
  }
  process.exit(0);
}

await (isMainThread ? main() : work());
