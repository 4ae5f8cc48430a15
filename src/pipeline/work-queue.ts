import type { SegmentInfo } from "../core/artifact.ts";
import { messageOf } from "../core/errors.ts";
import type { Queue } from "../ports/queue.ts";
import type { Member } from "./crew.ts";

/** How a worker works on a run's queue. */
export interface WorkOptions {
  readonly maxAttempts: number;
  /** How long a lease lasts; it is renewed after every third of that time while the worker lives. */
  readonly leaseMs: number;
  /** How long to wait before asking again when all remaining chunks are held by others. */
  readonly pollMs: number;
  readonly onChunk?: (segment: SegmentInfo) => void;
  /** When it is set off, no further chunk is claimed, and a chunk being worked on is left to lapse. */
  readonly signal: AbortSignal;
}

/**
 * Claims a run's chunks one after another, has them trained, and finishes their leases, until every chunk of the run
 * has ended. The only place where chunks are claimed.
 */
export async function workQueue(queue: Queue, run: string, member: Member, options: WorkOptions): Promise<void> {
  const { maxAttempts, leaseMs, pollMs, onChunk, signal } = options;
  while (!signal.aborted) {
    const lease = await queue.claim(run, member.name, { leaseMs, maxAttempts });
    if (lease === undefined) {
      const { available, leased } = (await queue.counts(run)).chunks;
      if (available + leased === 0) return;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      continue;
    }
    const renewal = setInterval(() => void queue.renew(lease, leaseMs).catch(() => {}), leaseMs / 3);
    try {
      const { chunk, attempt } = lease;
      const segment = await member.call<SegmentInfo>({ type: "train", run, chunk, attempt });
      if (await queue.finish(lease, segment)) onChunk?.(segment);
    } catch (error) {
      if (!signal.aborted) await queue.fail(lease, messageOf(error), maxAttempts);
    } finally {
      clearInterval(renewal);
    }
  }
}
