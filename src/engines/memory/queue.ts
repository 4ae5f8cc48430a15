import type { SegmentInfo } from "../../core/artifact.ts";
import { lapsedLease, queueCounts } from "../../core/queue-counts.ts";
import type { ChunkState } from "../../core/states.ts";
import { type ChunkRecord, type Lease, LONGEST_RETRY_MS, type Queue } from "../../ports/queue.ts";

type Entry = { -readonly [K in keyof ChunkRecord]: ChunkRecord[K] } & { leaseUntil: number; notBefore: number };

/** Returns leases in a map, on the clock given. */
export function memoryQueue(now: () => number): Queue {
  const runs = new Map<string, Map<number, Entry>>();
  const entries = (run: string) => [...(runs.get(run)?.values() ?? [])].sort((a, b) => a.chunk - b.chunk);
  const findLeased = ({ run, chunk, attempt }: Lease) => {
    const entry = runs.get(run)?.get(chunk);
    return entry?.state === "leased" && entry.attempt === attempt && entry.leaseUntil > now() ? entry : undefined;
  };
  const end = (lease: Lease, state: ChunkState, segment: SegmentInfo | null, error: string | null) => {
    const entry = findLeased(lease);
    if (entry !== undefined) Object.assign(entry, { state, segment, error });
    return entry !== undefined;
  };
  const waits = ({ notBefore }: Entry) => notBefore > now() && notBefore <= now() + LONGEST_RETRY_MS;
  const unbegun = ({ state }: Entry) => state === "waiting" || state === "available";
  const change = (some: readonly Entry[], to: Partial<Entry>) => {
    for (const entry of some) Object.assign(entry, to);
    return some.length;
  };
  return {
    async enqueue(run, chunks, state = "available") {
      const entries = runs.get(run) ?? new Map<number, Entry>();
      runs.set(run, entries);
      for (const chunk of chunks)
        if (!entries.has(chunk.chunk))
          entries.set(chunk.chunk, {
            ...chunk,
            state,
            attempt: 0,
            forgiven: 0,
            worker: null,
            segment: null,
            error: null,
            leaseUntil: 0,
            notBefore: 0,
          });
    },
    async feed(run, upTo) {
      const all = entries(run).sort((a, b) => b.priority - a.priority);
      const count = (state: ChunkState) => all.filter((entry) => entry.state === state).length;
      const missing = Math.max(0, upTo - count("available"));
      const some = all.filter((entry) => entry.state === "waiting").slice(0, missing);
      const released = change(some, { state: "available" });
      return { released, available: count("available"), leased: count("leased"), waiting: count("waiting") > 0 };
    },
    async skip(run, reason) {
      return change(
        entries(run).filter((entry) => unbegun(entry) && entry.attempt === 0),
        { state: "skipped", error: reason },
      );
    },
    async release(run, workers) {
      const theirs = entries(run).filter(
        ({ state, worker }) => state === "leased" && worker !== null && workers.includes(worker),
      );
      for (const entry of theirs) Object.assign(entry, { state: "available", forgiven: entry.forgiven + 1 });
      return theirs.length;
    },
    async abandon(run, error) {
      return change(
        entries(run).filter((entry) => entry.state === "leased" || (entry.state === "available" && entry.attempt > 0)),
        { state: "failed", error },
      );
    },
    async prioritize(run, chunks, priority) {
      return change(
        entries(run).filter((entry) => unbegun(entry) && chunks.includes(entry.chunk)),
        { priority },
      );
    },
    async claim(run, worker, { leaseMs, maxAttempts }) {
      for (const entry of entries(run))
        if (
          entry.worker !== null &&
          entry.state === "leased" &&
          entry.leaseUntil <= now() &&
          entry.attempt - entry.forgiven >= maxAttempts
        )
          Object.assign(entry, { state: "failed", error: lapsedLease(entry.worker) });
      const free = entries(run)
        .filter(
          (entry) =>
            (entry.state === "available" && !waits(entry)) || (entry.state === "leased" && entry.leaseUntil <= now()),
        )
        .reduce<Entry | undefined>(
          (best, entry) => (best && best.priority >= entry.priority ? best : entry),
          undefined,
        );
      if (free === undefined) return undefined;
      Object.assign(free, { state: "leased", worker, attempt: free.attempt + 1, leaseUntil: now() + leaseMs });
      return { run, worker, chunk: free.chunk, attempt: free.attempt };
    },
    async renew(lease, leaseMs) {
      const entry = findLeased(lease);
      if (entry !== undefined) entry.leaseUntil = now() + leaseMs;
      return entry !== undefined;
    },
    async finish(lease, segment) {
      return end(lease, "finished", segment, null);
    },
    async fail(lease, error, maxAttempts, retryAfterMs = 0) {
      const tries = lease.attempt - (findLeased(lease)?.forgiven ?? 0);
      const entry = findLeased(lease);
      if (entry !== undefined) entry.notBefore = now() + retryAfterMs;
      return end(lease, tries >= maxAttempts ? "failed" : "available", null, error);
    },
    async ended(run) {
      return !entries(run).some((entry) => unbegun(entry) || entry.state === "leased");
    },
    async counts(run) {
      return queueCounts(
        entries(run).map(({ state, partitions, segment }) => {
          return { state, chunks: 1, partitions, failed: segment?.failed ?? null };
        }),
      );
    },
    async chunks(run) {
      return entries(run).map(({ leaseUntil: _, notBefore: __, ...record }) => record);
    },
    async forget(run) {
      runs.delete(run);
    },
  };
}
