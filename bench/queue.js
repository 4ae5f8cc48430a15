/**
 * Measures the chunks per second that the local engine's queue hands out and takes back, with no work in between, by
 * one process and by four on the same workspace. Also measures how much of the cores' time goes into bodies while a run
 * in queue mode has chunks to give: run from the repository's root:
 *
 *   npm run bench:queue -- [chunks] [bodies]      40,000 and 800 when left out
 */
import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const { openLocalEngine } = await import("../dist/engines/local/index.js");
const CHUNKS = Number(process.argv[2] ?? 40_000);
const BODIES = Number(process.argv[3] ?? 800);
/** Claims that one process has under way at the same time, as a worker process with that many threads has. */
const MEMBERS = 8;

if (process.argv[2] === "claim") {
  process.send(await claimAll(process.argv[3]));
  process.exit(0);
}

async function claimAll(workspace) {
  const engine = await openLocalEngine(workspace);
  const began = Date.now();
  let done = 0;
  const member = async (i) => {
    for (;;) {
      const options = { leaseMs: 60_000, maxAttempts: 3 };
      const lease = await engine.queue.claim("r", `${process.pid}-${i}`, options);
      if (lease === undefined) return;
      const { chunk, attempt } = lease;
      const path = `runs/r/chunks/${chunk}/${attempt}/segment.parquet`;
      const segment = { path, chunk, attempt, rows: 1, bytes: 1000, sha256: "0".repeat(64), succeeded: 1, failed: 0 };
      if (await engine.queue.finish(lease, segment)) done++;
    }
  };
  await Promise.all(Array.from({ length: MEMBERS }, (_, i) => member(i)));
  await engine.close();
  return { done, began, ended: Date.now() };
}

async function chunksPerSecond(processes) {
  const workspace = mkdtempSync(path.join(tmpdir(), "bench-queue-"));
  const engine = await openLocalEngine(workspace);
  const chunks = Array.from({ length: CHUNKS }, (_, i) => ({ chunk: i + 1, partitions: 1, priority: 0 }));
  await engine.queue.enqueue("r", chunks);
  const self = fileURLToPath(import.meta.url);
  const children = Array.from({ length: processes }, () => fork(self, ["claim", workspace]));
  const results = await Promise.all(children.map(async (child) => (await once(child, "message"))[0]));
  const { finished } = (await engine.queue.counts("r")).chunks;
  await engine.close();
  rmSync(workspace, { recursive: true });
  if (finished !== CHUNKS) throw new Error(`${finished} of ${CHUNKS} chunks finished`);
  const seconds = (Math.max(...results.map((r) => r.ended)) - Math.min(...results.map((r) => r.began))) / 1000;
  return CHUNKS / seconds;
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
for (const processes of [1, 4]) {
  const rates = [];
  for (let i = 0; i < 3; i++) rates.push(await chunksPerSecond(processes));
  console.log(`${processes} process${processes > 1 ? "es" : ""}: ${median(rates).toFixed(0)} chunks/s (median of 3)`);
}

/** Bodies that compute for 50 ms each, four to a chunk: the share of the workers' time that was spent in them. */
const folder = mkdtempSync(path.join(tmpdir(), "bench-utilization-"));
const main = fileURLToPath(new URL("../bin/manymodel.js", import.meta.url));
const body =
  "export default { fit() { const end = performance.now() + 50; while (performance.now() < end); return { model: {} }; } };";
writeFileSync(path.join(folder, "body.mjs"), body);
writeFileSync(
  path.join(folder, "manymodel.yaml"),
  "source: { table: SERIES_EVENTS, partition_by: UNIT_ID, order_by: OBS_DATE }\nmodel: ./body.mjs\ntrain: { mode: queue }\n",
);
const manymodel = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args, "--json"], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};
manymodel("setup", "--series", String(BODIES), "--days", "60");
const { seconds } = manymodel("train", "--chunks", String(BODIES / 4));
const workers = availableParallelism();
console.log(
  `queue mode, ${BODIES} bodies of 50 ms in ${BODIES / 4} chunks on ${workers} workers: ${((100 * BODIES * 0.05) / (workers * seconds)).toFixed(1)} % of the workers' time in bodies (start and index included)`,
);
rmSync(folder, { recursive: true });
