import assert from "node:assert/strict";
import type { SegmentInfo } from "../core/artifact.ts";
import type { Chunk } from "../core/chunk.ts";
import type { ClaimOptions, Lease, Queue } from "../ports/queue.ts";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";

const MS = 3_600_000;
/** A lease that lasts. */
const HOUR = { leaseMs: MS, maxAttempts: 9 };
/** A lease of no length has lapsed at once: no test needs to wait. */
const LAPSED = { leaseMs: 0, maxAttempts: 9 };

const chunks = (...priorities: number[]): Chunk[] =>
  priorities.map((priority, i) => ({ chunk: i + 1, partitions: 10, priority }));

function segment(chunk: number, attempt: number, failed = 0): SegmentInfo {
  const path = `runs/r/chunks/${chunk}/${attempt}/segment.parquet`;
  return { path, chunk, attempt, rows: 10, bytes: 1, sha256: "00", succeeded: 10 - failed, failed };
}

/** Claims a chunk that must be there. */
async function take(queue: Queue, worker: string, options: ClaimOptions): Promise<Lease> {
  const lease = await queue.claim("r", worker, options);
  assert.ok(lease, `there is nothing to claim for ${worker}`);
  return lease;
}

/** Tests every queue. */
export function queueContract(harness: Harness, open: OpenEngine): void {
  harness.describe("queue", () => {
    const test = onEngine(harness, open);
    test("hands out chunks by priority, then number, each to one worker", async ({ queue }) => {
      await queue.enqueue("r", chunks(0, 5, 5));
      const claimed = [];
      for (let i = 0; i < 4; i++) claimed.push(await queue.claim("r", "w", HOUR));
      assert.deepEqual(
        claimed.map((lease) => lease?.chunk),
        [2, 3, 1, undefined],
      );
      assert.deepEqual(
        claimed.map((lease) => lease?.attempt),
        [1, 1, 1, undefined],
      );
    });
    test("keeps runs apart", async ({ queue }) => {
      await queue.enqueue("a", chunks(0));
      assert.equal(await queue.claim("b", "w", HOUR), undefined);
      assert.equal((await queue.counts("b")).partitions, 0);
    });
    test("adding a chunk again changes nothing", async ({ queue }) => {
      await queue.enqueue("r", chunks(0));
      const lease = await take(queue, "w", HOUR);
      await queue.enqueue("r", chunks(0));
      assert.equal(await queue.claim("r", "w", HOUR), undefined);
      assert.equal(await queue.finish(lease, segment(1, 1)), true);
    });
    test("concurrent claims never meet", async ({ queue }) => {
      await queue.enqueue("r", chunks(...new Array<number>(50).fill(0)));
      const leases = await Promise.all(Array.from({ length: 60 }, (_, i) => queue.claim("r", `w${i}`, HOUR)));
      const got = leases.filter((lease) => lease !== undefined).map((lease) => lease.chunk);
      assert.equal(got.length, 50);
      assert.equal(new Set(got).size, 50);
    });
    test("a lapsed lease is an available chunk, with the next attempt", async ({ queue }) => {
      await queue.enqueue("r", chunks(0));
      const first = await take(queue, "slow", LAPSED);
      const second = await take(queue, "quick", HOUR);
      assert.equal(second.chunk, first.chunk);
      assert.equal(second.attempt, 2);
    });
    test("a worker whose lease moved on can neither renew, finish nor fail it", async ({ queue }) => {
      await queue.enqueue("r", chunks(0));
      const late = await take(queue, "late", LAPSED);
      const lease = await take(queue, "w", HOUR);
      assert.equal(await queue.renew(late, MS), false);
      assert.equal(await queue.finish(late, segment(1, 1)), false);
      assert.equal(await queue.fail(late, "too late", 3), false);
      assert.equal(await queue.finish(lease, segment(1, 2)), true);
      assert.equal((await queue.chunks("r"))[0]?.segment?.attempt, 2);
    });
    test("a lapsed lease cannot be finished even if nobody else claimed it", async ({ queue }) => {
      await queue.enqueue("r", chunks(0));
      const lapsed = await take(queue, "w", LAPSED);
      assert.equal(await queue.finish(lapsed, segment(1, 1)), false);
      assert.equal((await queue.chunks("r"))[0]?.segment, null);
    });
    test("a chunk whose lease lapsed in its last attempt has failed", async ({ queue }) => {
      await queue.enqueue("r", chunks(0, 0));
      for (let i = 0; i < 2; i++) await queue.claim("r", "slow", { leaseMs: 0, maxAttempts: 2 });
      const next = await queue.claim("r", "w", { leaseMs: MS, maxAttempts: 2 });
      assert.equal(next?.chunk, 2);
      const [first] = await queue.chunks("r");
      assert.equal(first?.state, "failed");
      assert.match(first?.error ?? "", /lease lapsed: slow/);
    });
    test("renewing keeps a lease", async ({ queue }) => {
      await queue.enqueue("r", chunks(0));
      const lease = await take(queue, "w", HOUR);
      assert.equal(await queue.renew(lease, 2 * MS), true);
      assert.equal(await queue.claim("r", "other", HOUR), undefined);
    });
    test("finishing ends a chunk once and keeps its segment", async ({ queue }) => {
      await queue.enqueue("r", chunks(0));
      const lease = await take(queue, "w", HOUR);
      assert.equal(await queue.finish(lease, segment(1, 1, 3)), true);
      assert.equal(await queue.finish(lease, segment(1, 1)), false);
      const [record] = await queue.chunks("r");
      assert.equal(record?.state, "finished");
      assert.deepEqual(record?.segment, segment(1, 1, 3));
    });
    test("a failed chunk is tried again until its attempts are used up", async ({ queue }) => {
      await queue.enqueue("r", chunks(0));
      assert.equal(await queue.fail(await take(queue, "w", HOUR), "first", 2), true);
      const again = await take(queue, "w", HOUR);
      assert.equal(again.attempt, 2);
      assert.equal(await queue.fail(again, "second", 2), true);
      assert.equal(await queue.claim("r", "w", HOUR), undefined);
      const [record] = await queue.chunks("r");
      assert.equal(record?.state, "failed");
      assert.equal(record?.error, "second");
    });
    test("a failed chunk is not handed out again before its time", async ({ queue }) => {
      await queue.enqueue("r", chunks(1, 0));
      await queue.fail(await take(queue, "w", HOUR), "later", 3, 30_000);
      assert.equal((await take(queue, "w", HOUR)).chunk, 2);
      assert.equal(await queue.claim("r", "w", HOUR), undefined);
      assert.equal(await queue.ended("r"), false);
    });
    test("counts chunks by state and partitions by outcome", async ({ queue }) => {
      await queue.enqueue("r", chunks(9, 8, 7, 0));
      await queue.finish(await take(queue, "w", HOUR), segment(1, 1, 4));
      await queue.fail(await take(queue, "w", HOUR), "broken", 1);
      await queue.claim("r", "w", HOUR);
      assert.deepEqual(await queue.counts("r"), {
        chunks: { waiting: 0, available: 1, leased: 1, finished: 1, failed: 1, skipped: 0 },
        partitions: 40,
        partitionsFinished: 10,
        partitionsFailed: 14,
        partitionsSkipped: 0,
      });
    });
    test("waiting chunks are claimed only once they were fed, the best first", async ({ queue }) => {
      await queue.enqueue("r", chunks(1, 3, 2, 0), "waiting");
      assert.equal(await queue.claim("r", "w", HOUR), undefined);
      assert.equal(await queue.ended("r"), false);
      assert.deepEqual(await queue.feed("r", 2), { released: 2, available: 2, leased: 0, waiting: true });
      assert.deepEqual(await queue.feed("r", 2), { released: 0, available: 2, leased: 0, waiting: true });
      const got = [await queue.claim("r", "w", HOUR), await queue.claim("r", "w", HOUR)];
      assert.deepEqual(
        got.map((lease) => lease?.chunk),
        [2, 3],
      );
      assert.equal(await queue.claim("r", "w", HOUR), undefined);
      assert.deepEqual(await queue.feed("r", 9), { released: 2, available: 2, leased: 2, waiting: false });
    });
    test("skips what has not begun, and nothing else", async ({ queue }) => {
      await queue.enqueue("r", chunks(4, 3, 2), "waiting");
      await queue.feed("r", 2);
      const lease = await take(queue, "w", HOUR);
      assert.equal(await queue.skip("r", "not-fed"), 2);
      assert.equal(await queue.claim("r", "w", HOUR), undefined);
      assert.equal(await queue.ended("r"), false);
      assert.equal(await queue.fail(lease, "once more", 2), true);
      assert.equal(await queue.skip("r", "cancelled"), 0, "a chunk that was begun is tried again");
      await queue.finish(await take(queue, "w", HOUR), segment(1, 2));
      assert.equal(await queue.ended("r"), true);
      const states = (await queue.chunks("r")).map(({ state, error }) => [state, error]);
      assert.deepEqual(states, [
        ["finished", null],
        ["skipped", "not-fed"],
        ["skipped", "not-fed"],
      ]);
      assert.equal((await queue.counts("r")).partitionsSkipped, 20);
    });
    test("frees the leases of workers that are gone, without counting the attempt", async ({ queue }) => {
      await queue.enqueue("r", chunks(1, 0));
      const options = { leaseMs: MS, maxAttempts: 1 };
      const lost = await take(queue, "gone", options);
      const alive = await take(queue, "alive", options);
      assert.equal(await queue.release("r", ["gone", "nobody"]), 1);
      assert.equal(await queue.finish(lost, segment(1, 1)), false);
      const again = await take(queue, "w", options);
      assert.deepEqual([again.chunk, again.attempt], [1, 2]);
      assert.equal(await queue.fail(again, "its own fault", 1), true);
      assert.equal(await queue.finish(alive, segment(2, 1)), true);
      assert.deepEqual(
        (await queue.chunks("r")).map(({ state, attempt, forgiven }) => [state, attempt, forgiven]),
        [
          ["failed", 2, 1],
          ["finished", 1, 0],
        ],
      );
    });
    test("abandons what is leased or to be tried again: the holder's end is not recorded", async ({ queue }) => {
      await queue.enqueue("r", chunks(2, 1, 0));
      const lease = await take(queue, "w", HOUR);
      await queue.fail(await take(queue, "w", HOUR), "once more", 9);
      assert.equal(await queue.abandon("r", "deadline"), 2);
      assert.equal(await queue.finish(lease, segment(1, 1)), false);
      const states = (await queue.chunks("r")).map(({ state, error }) => [state, error]);
      assert.deepEqual(states, [
        ["failed", "deadline"],
        ["failed", "deadline"],
        ["available", null],
      ]);
    });
    test("changes priorities of what is not claimed yet", async ({ queue }) => {
      await queue.enqueue("r", chunks(5, 4, 3, 2), "waiting");
      await queue.feed("r", 2);
      const lease = await take(queue, "w", HOUR);
      assert.equal(await queue.prioritize("r", [lease.chunk, 3, 4], 9), 2);
      await queue.feed("r", 9);
      const order = [];
      for (let i = 0; i < 3; i++) order.push((await take(queue, "w", HOUR)).chunk);
      assert.deepEqual(order, [3, 4, 2]);
    });
    test("forgets a run, and no other", async ({ queue }) => {
      await queue.enqueue("r", chunks(2, 1));
      await queue.enqueue("s", chunks(1));
      await queue.forget("r");
      assert.deepEqual(await queue.chunks("r"), []);
      assert.equal((await queue.chunks("s")).length, 1);
    });
  });
}
