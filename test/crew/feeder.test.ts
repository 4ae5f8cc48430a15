import { randomUUID } from "node:crypto";
import { memoryEngine } from "manymodel/engines/memory";
import { describe, expect, it } from "vitest";
import { feedQueue } from "../../src/crew/feeder.ts";
import type { Queue } from "../../src/ports/queue.ts";

const HOUR = { leaseMs: 3_600_000, maxAttempts: 3 };
const unlimited = { timeBudgetMs: null, hardDeadlineMs: null };
const segment = { path: "p", bytes: 1, rows: 1, sha256: "00", succeeded: 1, failed: 0 };

/** Returns a queue of waiting chunks, and a clock that moves by `step` milliseconds at every reading. */
async function start(chunks: number, step = 0) {
  const { queue } = memoryEngine(randomUUID());
  await queue.enqueue(
    "r",
    Array.from({ length: chunks }, (_, i) => ({ chunk: i + 1, partitions: 1, priority: 0 })),
    "waiting",
  );
  let now = 0;
  const clock = () => (now += step);
  return { queue, clock };
}

async function work(queue: Queue, count: number): Promise<number[]> {
  const done: number[] = [];
  while (done.length < count && !(await queue.ended("r"))) {
    const lease = await queue.claim("r", "w", HOUR);
    if (lease === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    done.push(lease.chunk);
    await queue.finish(lease, { ...segment, chunk: lease.chunk, attempt: lease.attempt });
  }
  return done;
}

describe("the feeder", () => {
  const signal = new AbortController().signal;
  it("feeds everything, in order, a few at a time", async () => {
    const { queue, clock } = await start(40);
    let most = 0;
    const watched: Queue = {
      ...queue,
      async feed(run, upTo) {
        const state = await queue.feed(run, upTo);
        most = Math.max(most, state.available);
        return state;
      },
    };
    const feeding = feedQueue(watched, "r", { ...unlimited, workers: async () => 3, clock, signal });
    const done = await work(queue, 40);
    await feeding;
    expect(done).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(most).toBeGreaterThanOrEqual(6);
    expect(most, "priorities count until shortly before a chunk is begun").toBeLessThan(40);
  });

  it("skips waiting chunks when the budget is over, and waits for started ones", async () => {
    const { queue, clock } = await start(50, 10);
    let starts = 0;
    const onBegin = async () => void starts++;
    const limits = { ...unlimited, timeBudgetMs: 15 };
    const feeding = feedQueue(queue, "r", { ...limits, workers: async () => 1, clock, onBegin, signal });
    await queue.feed("r", 2);
    expect(starts).toBe(0);
    const lease = (await queue.claim("r", "w", HOUR))!;
    while ((await queue.counts("r")).chunks.skipped === 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await queue.counts("r")).chunks).toMatchObject({ leased: 1, skipped: 49 });
    await queue.finish(lease, { ...segment, chunk: 1, attempt: 1 });
    await feeding;
    expect(starts).toBe(1);
    expect(await queue.ended("r")).toBe(true);
  });

  it("does not spend the budget before the first claim", async () => {
    const { queue, clock } = await start(3, 1000);
    const feeding = feedQueue(queue, "r", { ...unlimited, timeBudgetMs: 1, workers: async () => 1, clock, signal });
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await queue.counts("r")).chunks.skipped).toBe(0);
    await work(queue, 1);
    await feeding;
    expect((await queue.counts("r")).chunks.skipped).toBeGreaterThan(0);
  });

  it("ends running chunks at the hard deadline", async () => {
    const { queue, clock } = await start(3, 10);
    let calls = 0;
    const onDeadline = async () => {
      calls++;
    };
    const limits = { timeBudgetMs: 15, hardDeadlineMs: 60 };
    const feeding = feedQueue(queue, "r", { ...limits, workers: async () => 1, clock, onDeadline, signal });
    await queue.feed("r", 2);
    const lease = (await queue.claim("r", "w", HOUR))!;
    await feeding;
    expect(calls).toBe(1);
    expect(await queue.finish(lease, { ...segment, chunk: 1, attempt: 1 })).toBe(false);
    const states = (await queue.chunks("r")).map(({ state, error }) => [state, error]);
    expect(states).toEqual([
      ["failed", "deadline"],
      ["skipped", "not-fed"],
      ["skipped", "not-fed"],
    ]);
  });
});
