import { randomUUID } from "node:crypto";
import { memoryEngine } from "manymodel/engines/memory";
import { describe, expect, it, onTestFinished } from "vitest";

const OPTIONS = { leaseMs: 30_000, maxAttempts: 3 };

/** Opens a queue of three chunks, on a clock that can be set. */
async function openQueue() {
  const clock = { now: 1_000_000 };
  const engine = memoryEngine(randomUUID(), () => clock.now);
  onTestFinished(() => engine.close());
  const chunks = [1, 2, 3].map((chunk) => ({ chunk, partitions: 1, priority: 0 }));
  await engine.queue.enqueue("r", chunks);
  return { clock, queue: engine.queue };
}

const segment = (chunk: number, attempt: number) => ({
  path: `runs/r/chunks/000${chunk}/${attempt}/segment.parquet`,
  chunk,
  attempt,
  rows: 1,
  bytes: 1,
  sha256: "0".repeat(64),
  succeeded: 1,
  failed: 0,
});

describe("a clock that jumps", () => {
  it("forward: every lease lapses, its holder changes nothing any more, and another does the chunk", async () => {
    const { clock, queue } = await openQueue();
    const first = (await queue.claim("r", "a", OPTIONS))!;
    clock.now += 365 * 86_400_000;
    expect(await queue.renew(first, OPTIONS.leaseMs)).toBe(false);
    expect(await queue.finish(first, segment(1, 1))).toBe(false);
    const second = (await queue.claim("r", "b", OPTIONS))!;
    expect(second).toMatchObject({ chunk: 1, attempt: 2 });
    expect(await queue.fail(first, "late", 1)).toBe(false);
    expect(await queue.finish(second, segment(1, 2))).toBe(true);
    const states = (await queue.chunks("r")).map(({ state, attempt }) => [state, attempt]);
    expect(states).toEqual([
      ["finished", 2],
      ["available", 0],
      ["available", 0],
    ]);
  });

  it("backward: leases last longer, nobody gets a chunk twice, and nothing is lost", async () => {
    const { clock, queue } = await openQueue();
    const leases = [await queue.claim("r", "a", OPTIONS), await queue.claim("r", "b", OPTIONS)];
    clock.now -= 365 * 86_400_000;
    const third = (await queue.claim("r", "c", OPTIONS))!;
    expect(third.chunk).toBe(3);
    expect(await queue.claim("r", "d", OPTIONS)).toBe(undefined);
    for (const lease of [...leases, third]) {
      expect(await queue.renew(lease!, OPTIONS.leaseMs)).toBe(true);
      expect(await queue.finish(lease!, segment(lease!.chunk, 1))).toBe(true);
    }
    expect(await queue.ended("r")).toBe(true);
  });

  it("backward: a lost worker's chunk is free again once the clock has caught up, or when somebody resumes", async () => {
    const { clock, queue } = await openQueue();
    await queue.claim("r", "lost", OPTIONS);
    clock.now -= 3_600_000;
    expect(await queue.release("r", ["lost"])).toBe(1);
    expect(await queue.claim("r", "b", OPTIONS)).toMatchObject({ chunk: 1, attempt: 2 });
  });
});
