import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SnowflakeAddress } from "../../src/core/snowflake-address.ts";
import { serveQueue } from "../../src/crew/serve-queue.ts";
import { workspaceNames } from "../../src/engines/snowflake/names.ts";
import { snowflakeQueue } from "../../src/engines/snowflake/queue.ts";
import { jobRoster, snowflakeRoster } from "../../src/engines/snowflake/roster.ts";
import type { Session } from "../../src/engines/snowflake/session.ts";
import type { Engine } from "../../src/ports/engine.ts";
import type { Workers } from "../../src/ports/workers.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTE_MS = 60_000;
const CONTAINERS = 4;
const THREADS = 3;
/** The statements of a container beside two a chunk: its run, old leases, a list; each thread looks whether all is done. */
const STATEMENTS = 3 + THREADS;
const address = { database: "LAB", schema: "MM", stage: "MM_STAGE", queueTable: "MM_CHUNKS", hybridTables: true };
const entry = { module: new URL("file:///body"), context: {} };

/** Returns the chunks of one shard as rows of a table, and every statement that was sent about them. */
function shardTable(chunks: number) {
  const statements: string[] = [];
  const rows = Array.from({ length: chunks }, (_, chunk) => ({ chunk, attempt: 0, state: "available", notBefore: 0 }));
  const find = (parameters: readonly unknown[]) => {
    const row = rows.find(({ chunk }) => chunk === parameters.at(-1));
    if (row === undefined) throw new Error(`no chunk ${parameters.at(-1)}`);
    return row;
  };
  const session = {
    async rows(sql: string) {
      statements.push(sql);
      if (/^SELECT COUNT/.test(sql))
        return [[rows.filter(({ state }) => state === "available" || state === "leased").length]];
      const open = rows.filter(({ state, notBefore }) => state === "available" && notBefore <= Date.now());
      return open.slice(0, 16).map(({ chunk, attempt, state }) => [chunk, attempt, state, attempt]);
    },
    async change(sql: string, parameters: readonly unknown[]) {
      statements.push(sql);
      if (/LEASE_UNTIL = SYSDATE\(\)/.test(sql)) return 0;
      // A claim names the attempt last; what ends a lease also names the worker.
      const isClaim = /SET STATE = 'leased'/.test(sql);
      const row = find(parameters.slice(0, isClaim ? -1 : -2));
      if (isClaim) Object.assign(row, { state: "leased", attempt: row.attempt + 1 });
      else if (/'finished'/.test(sql)) row.state = "finished";
      else Object.assign(row, { state: "available", notBefore: Date.now() + Number(parameters[1]) });
      return 1;
    },
  };
  return { rows, sent: statements, session: session as unknown as Session };
}

/** Returns workers whose chunks take these minutes one after another; a chunk of 0 minutes fails. */
function workersOf(minutes: readonly number[]): Workers {
  const left = [...minutes];
  let started = 0;
  return {
    parallelism: THREADS,
    isGone: () => false,
    async start() {
      started++;
      return {
        name: `w${started}`,
        async call<Response>() {
          const next = left.shift() ?? Number.NaN;
          await new Promise((resolve) => setTimeout(resolve, next * MINUTE_MS));
          if (next === 0) throw new Error("no memory");
          return { chunk: 1, path: "p", rows: 1, failed: 0 } as Response;
        },
        async release() {},
        async terminate() {},
      };
    },
    async close() {},
  };
}

/** Has each of four containers of three threads train chunks that take these minutes; returns the statements of each. */
async function train(minutes: readonly number[]): Promise<number[]> {
  const names = workspaceNames(address as SnowflakeAddress);
  const manifest = { runId: "r", mode: "service", maxAttempts: 3, fitTimeoutMs: null };
  const tables = Array.from({ length: CONTAINERS }, () => shardTable(minutes.filter((minute) => minute > 0).length));
  const served = tables.map(({ session, sent }, index) => {
    const queue = snowflakeQueue(session, names, { index, count: CONTAINERS });
    const roster = jobRoster(snowflakeRoster(session, names));
    const run = async () => {
      sent.push("the run's row");
      return { state: "running", manifest };
    };
    const engine = { queue, roster, catalog: { run } } as unknown as Engine;
    const signal = new AbortController().signal;
    return serveQueue(engine, workersOf(minutes), entry, { count: THREADS, run: "r", signal });
  });
  await vi.advanceTimersByTimeAsync(3 * 60 * MINUTE_MS);
  await Promise.all(served);
  for (const { rows } of tables) expect(rows.every(({ state }) => state === "finished")).toBe(true);
  return tables.map(({ sent }) => sent.length);
}

it("keeps a warehouse awake by less than one statement a minute while 4 containers of 3 threads train for an hour", async () => {
  const counts = await train([60, 60, 60]);
  expect(counts).toEqual(Array(CONTAINERS).fill(STATEMENTS + 2 * 3));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(60);
});

it("asks for nothing while a thread waits for the chunks of the others", async () => {
  expect(await train([1, 1, 58])).toEqual(Array(CONTAINERS).fill(STATEMENTS + 2 * 3));
  expect(await train([5, 60, 10, 40, 30])).toEqual(Array(CONTAINERS).fill(STATEMENTS + 2 * 5));
});

it("tries a chunk again as soon as its time has come, while others compute", async () => {
  // One that failed is claimed and ended twice, and listed once more when its time has come.
  const [count] = await train([60, 0, 30, 10]);
  expect(count).toBe(STATEMENTS + 2 * 4 + 1);
});
