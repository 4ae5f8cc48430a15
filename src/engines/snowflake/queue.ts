import type { SegmentInfo } from "../../core/artifact.ts";
import { queueCounts } from "../../core/queue-counts.ts";
import type { SnowflakeAddress } from "../../core/snowflake-address.ts";
import type { ChunkState } from "../../core/states.ts";
import { type ChunkRecord, type Lease, LONGEST_RETRY_MS, type Queue } from "../../ports/queue.ts";
import type { Names } from "./names.ts";
import { type Row, readRow, type Session } from "./session.ts";
import { shardQueue } from "./shard-queue.ts";
import { type Candidate, queueStatements } from "./sql/queue.ts";

/** Chunks are added this many at a time. */
const ENQUEUED_AT_ONCE = 10_000;

/**
 * Returns leases as rows of a hybrid table. A claim compares the attempt it has seen, and is then read back: whoever the row
 * names has it, whatever two updates of the same row may have said.
 */
export function snowflakeQueue(session: Session, names: Names, shard?: SnowflakeAddress["shard"]): Queue {
  const sql = queueStatements(names, LONGEST_RETRY_MS, shard);
  const counts = async (run: string) =>
    queueCounts(
      (await session.rows(sql.counts, [run])).map(([state, chunks, partitions, failed]) => ({
        state: state as ChunkState,
        chunks: Number(chunks),
        partitions: Number(partitions),
        failed: Number(failed),
      })),
    );
  const queue: Queue = {
    async enqueue(run, chunks, state = "available") {
      for (let from = 0; from < chunks.length; from += ENQUEUED_AT_ONCE) {
        const some = chunks.slice(from, from + ENQUEUED_AT_ONCE);
        const rows = some.map(({ chunk, partitions, priority }) => [chunk, partitions, priority]);
        await session.change(sql.enqueue, [run, state, JSON.stringify(rows), run]);
      }
    },
    async feed(run, upTo) {
      const before = (await counts(run)).chunks;
      const missing = upTo - before.available;
      const released = missing > 0 && before.waiting > 0 ? await session.change(sql.release(missing), [run, run]) : 0;
      const { available, leased, waiting } = released > 0 ? (await counts(run)).chunks : before;
      return { released, available, leased, waiting: waiting > 0 };
    },
    skip: (run, reason) => session.change(sql.skip, [reason, run]),
    release: (run, workers) => session.change(sql.free, [run, JSON.stringify(workers)]),
    abandon: (run, error) => session.change(sql.abandon, [error, run]),
    prioritize: (run, chunks, priority) => session.change(sql.prioritize, [priority, run, JSON.stringify(chunks)]),
    async claim(run, worker, { leaseMs, maxAttempts }) {
      for (;;) {
        const candidates = [...(await session.rows(sql.candidates, [run]))];
        if (candidates.length === 0) return undefined;
        while (candidates.length > 0) {
          const [chunk, attempt, state, counted] = candidates.shift() as Candidate;
          if (state === "leased" && counted >= maxAttempts) {
            await session.change(sql.giveUp, [run, chunk, attempt]);
            continue;
          }
          if ((await session.change(sql.claim, [worker, leaseMs, run, chunk, attempt])) === 1) {
            const [[lastAttempt, holder]] = (await session.rows(sql.holder, [run, chunk])) as [[number, string]];
            if (holder === worker) return { run, worker, chunk, attempt: lastAttempt };
          }
          // Others want the same: any of the rest will do, so that they are not met again.
          const at = Math.floor(Math.random() * candidates.length);
          candidates.unshift(...candidates.splice(at, 1));
        }
      }
    },
    renew: async (lease, leaseMs) => (await session.change(sql.renew, [leaseMs, ...leaseKeys(lease)])) === 1,
    finish: async (lease, segment) =>
      (await session.change(sql.finish, [JSON.stringify(segment), segment.failed, ...leaseKeys(lease)])) === 1,
    fail: async (lease, error, maxAttempts, retryAfterMs = 0) =>
      (await session.change(sql.fail, [maxAttempts, retryAfterMs, error.slice(0, 4000), ...leaseKeys(lease)])) === 1,
    async ended(run) {
      const [open] = await readRow(session, sql.open, [run]);
      return Number(open) === 0;
    },
    counts,
    chunks: async (run) => (await session.rows(sql.chunks, [run])).map(toRecord),
    forget: async (run) => {
      await session.change(sql.forget, [run]);
    },
  };
  return shard === undefined ? queue : shardQueue(queue, session, sql);
}

const leaseKeys = ({ run, chunk, attempt, worker }: Lease) => [run, chunk, attempt, worker] as const;

function toRecord(row: Row): ChunkRecord {
  const [chunk, partitions, priority, state, attempt, forgiven, worker, segment, error] = row;
  return {
    chunk: Number(chunk),
    partitions: Number(partitions),
    priority: Number(priority),
    state: state as ChunkState,
    attempt: Number(attempt),
    forgiven: Number(forgiven),
    worker: worker as string | null,
    segment: segment === null ? null : (JSON.parse(segment as string) as SegmentInfo),
    error: error as string | null,
  };
}
