/**
 * The engine postgres on a throwaway server of this machine, with commits that reach the disk: chunks claimed and
 * finished a second by worker processes; training through it beside the local engine; the bulk read; what an idle
 * fleet asks. Run from the repository's root, one part or all:
 *
 *   npm run bench:postgres -- [queue | train | read | idle]
 *     --chunks 8000 --series 100 --rows 5000000   sizes of the queue, of the training and of the read
 *     --workers 50 --seconds 60                   the idle fleet, and for how long it is watched
 *     --rounds 3                                  repetitions of the queue, the training and the read
 */
import { fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openPostgresEngine } from "manymodel/engines/postgres";
import { startPostgres, whyNoPostgres } from "../test/engines/postgres-server.ts";

const size = (value: string) => ({ type: "string", default: value }) as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    chunks: size("8000"),
    series: size("100"),
    rows: size("5000000"),
    workers: size("50"),
    seconds: size("60"),
    rounds: size("3"),
  },
});
const [only, ...places] = positionals;
const CHUNKS = Number(values.chunks);
const ROUNDS = Number(values.rounds);
const [PROCESSES, MEMBERS] = [8, 8];

const open = (url: string, folder: string) =>
  openPostgresEngine({ url, schema: "bench", stage: { url: path.join(folder, "stage") }, workspace: folder });

/** Claims and finishes chunks until none is left, as a worker process of the queue's bench. */
async function claimAll(url: string, folder: string): Promise<{ began: number; ended: number; cpuMs: number }> {
  const { queue, close } = await open(url, folder);
  await queue.counts("r");
  const [began, cpu] = [Date.now(), process.cpuUsage()];
  const member = async (i: number) => {
    for (;;) {
      const lease = await queue.claim("r", `${process.pid}-${i}`, { leaseMs: 60_000, maxAttempts: 3 });
      if (lease === undefined) return;
      const { chunk, attempt } = lease;
      const path = `runs/r/chunks/${chunk}/${attempt}/segment.parquet`;
      const counts = { rows: 1, bytes: 1000, succeeded: 1, failed: 0 };
      await queue.finish(lease, { path, chunk, attempt, sha256: "0".repeat(64), ...counts });
    }
  };
  await Promise.all(Array.from({ length: MEMBERS }, (_, i) => member(i)));
  const ended = Date.now();
  const { user, system } = process.cpuUsage(cpu);
  await close();
  return { began, ended, cpuMs: (user + system) / 1000 };
}

if (only === "claim") {
  process.send!(await claimAll(places[0]!, places[1]!));
  process.exit(0);
}

const reason = whyNoPostgres();
if (reason !== undefined) throw new Error(reason);
const server = startPostgres({ fsync: "on", shared_buffers: "256MB", max_wal_size: "4GB" });
const folder = mkdtempSync(path.join(tmpdir(), "bench-postgres-"));
const main = path.resolve("bin/manymodel.js");

async function queue(): Promise<void> {
  const engine = await open(server.url(), folder);
  for (let i = 0; i < ROUNDS; i++) {
    await engine.queue.forget("r");
    const chunks = Array.from({ length: CHUNKS }, (_, c) => ({ chunk: c + 1, partitions: 1, priority: 0 }));
    await engine.queue.enqueue("r", chunks);
    const before = server.cpuSeconds();
    const args = ["claim", server.url(), folder];
    const children = Array.from({ length: PROCESSES }, () => fork(process.argv[1]!, args));
    const done = (await Promise.all(children.map(async (child) => (await once(child, "message"))[0]))) as {
      began: number;
      ended: number;
      cpuMs: number;
    }[];
    const { finished } = (await engine.queue.counts("r")).chunks;
    if (finished !== CHUNKS) throw new Error(`${finished} of ${CHUNKS} chunks finished`);
    const seconds = (Math.max(...done.map((d) => d.ended)) - Math.min(...done.map((d) => d.began))) / 1000;
    const clientMs = done.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / CHUNKS;
    const serverMs = (1000 * (server.cpuSeconds() - before)) / CHUNKS;
    console.log(
      `queue, ${PROCESSES} processes: ${(CHUNKS / seconds).toFixed(0)} chunks/s claimed and finished; CPU a chunk: ${clientMs.toFixed(2)} ms clients, ${serverMs.toFixed(2)} ms server`,
    );
  }
  await engine.close();
}

/** Trains the demo's data by two worker processes, fed by a third, in turns on each engine. */
async function train(): Promise<void> {
  const engines = { local: "", postgres: `engine: postgres\npostgres: { url: "${server.url()}", schema: train }\n` };
  const manymodel = (cwd: string, ...args: string[]) => {
    const done = spawnSync(process.execPath, [main, ...args, "--json"], { cwd, encoding: "utf8" });
    if (done.status !== 0) throw new Error(done.stderr);
    return JSON.parse(done.stdout) as { seconds: number };
  };
  for (const [name, yaml] of Object.entries(engines)) {
    const site = path.join(folder, name);
    mkdirSync(site);
    writeFileSync(
      path.join(site, "manymodel.yaml"),
      `${yaml}source: { table: SERIES_EVENTS, partition_by: UNIT_ID, order_by: OBS_DATE, period: 7 }
model: auto-arima
train: { mode: queue }
queue: { worker_type: persistent, n_workers: 2 }
`,
    );
    manymodel(site, "setup", "--series", values.series, "--days", "1095");
  }
  for (let i = 0; i < ROUNDS; i++)
    for (const name of Object.keys(engines)) {
      const site = path.join(folder, name);
      const workers = [1, 2].map(() =>
        spawn(process.execPath, [main, "worker", "--workers", "1"], { cwd: site, stdio: "ignore" }),
      );
      const { seconds } = manymodel(site, "train", "--chunks", String(Math.ceil(Number(values.series) / 2)));
      for (const worker of workers) worker.kill("SIGTERM");
      await Promise.all(workers.map((worker) => once(worker, "exit")));
      console.log(`train, ${values.series} series by 2 worker processes, ${name}: ${seconds.toFixed(1)} s`);
    }
}

async function read(): Promise<void> {
  const rows = Number(values.rows);
  server.sql(
    `CREATE TABLE series AS SELECT 'SKU' || lpad((i / 1000)::text, 5, '0') AS unit_id, date '2020-01-01' + i % 1000 AS obs_date,
       round((100 * abs(sin(i * 0.7)))::numeric, 2)::float8 AS y FROM generate_series(0, ${rows - 1}) AS t (i)`,
  );
  const engine = await open(server.url(), folder);
  const query = { table: "series", keyColumns: ["unit_id"], orderBy: ["obs_date"], columns: ["obs_date", "y"] };
  const timed = async <T>(label: string, work: () => Promise<T>): Promise<T> => {
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    const result = await work();
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - began) / 1000;
    console.log(
      `read, ${label}: ${seconds.toFixed(2)} s (${(rows / 1e6 / seconds).toFixed(2)} million rows/s), ${((user + system) / 1e6).toFixed(2)} s of this process's CPU`,
    );
    return result;
  };
  const snapshot = await timed(`snapshot of ${rows} rows`, () => engine.source.snapshot(query));
  await timed("the same again, unchanged", () => engine.source.snapshot(query));
  for (let i = 0; i < ROUNDS; i++)
    await timed("all of it, 500 partitions of 1,000 rows at a time", async () => {
      for (let from = 0; from < snapshot.partitions; from += 500)
        await engine.source.read(
          snapshot,
          Array.from({ length: Math.min(500, snapshot.partitions - from) }, (_, j) => from + j),
        );
    });
  await engine.close();
}

/** Starts workers that find nothing to do. The server counts their statements. */
async function idle(): Promise<void> {
  const [workers, seconds] = [Number(values.workers), Number(values.seconds)];
  const { serveQueue } = await import("../src/crew/serve-queue.ts");
  const stop = new AbortController();
  const module = new URL("data:text/javascript,export const start = () => async () => undefined");
  const member = async () => {
    // An engine of its own each, and a thread as its worker: as a process has, without its memory.
    const engine = await open(server.url(), folder);
    const options = { count: 1, run: null, signal: stop.signal };
    await serveQueue(engine, engine.workers, { module, context: null }, options);
    await engine.close();
  };
  const fleet = Array.from({ length: workers }, member);
  const statements = () =>
    Number(
      server.sql("SELECT pg_stat_force_next_flush(); SELECT sum(xact_commit) FROM pg_stat_database").split("\n").at(-1),
    );
  await wait((2000 * seconds) / 3);
  const before = statements();
  await wait(seconds * 1000);
  console.log(
    `idle, ${workers} workers: ${((statements() - before) / seconds).toFixed(1)} transactions/s over ${seconds} s`,
  );
  stop.abort();
  await Promise.all(fleet);
}

const parts = { queue, train, read, idle };
try {
  for (const [name, measure] of Object.entries(parts)) if (only === undefined || only === name) await measure();
} finally {
  server.stop();
  rmSync(folder, { recursive: true, force: true });
}
