import type { SegmentInfo } from "../core/artifact.ts";
import { isStorageFailure, messageOf } from "../core/errors.ts";
import { during } from "../ports/activity.ts";
import { type Lease, LONGEST_RETRY_MS, type Queue } from "../ports/queue.ts";
import { resumable } from "../runs/resumable.ts";
import { pause } from "../stages/pause.ts";
import { CrewClosed, type Member } from "./crew.ts";
import { trainLease } from "./train-lease.ts";

/** Options of a worker on a run's queue. */
export interface WorkOptions {
  /** The run's manifest, by its checksum. */
  readonly manifestSha256: string;
  readonly maxAttempts: number;
  /** The milliseconds that one partition may take; null for no limit. */
  readonly fitTimeoutMs: number | null;
  /** The milliseconds that a lease lasts. A live worker renews it after a third of that time. */
  readonly leaseMs: number;
  readonly onChunk?: (segment: SegmentInfo) => void;
  /** Aborting it claims no further chunk. */
  readonly signal: AbortSignal;
}

/** A worker that finds nothing to claim asks again after the first of these, then less and less often. */
const SHORTEST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 200;

/** Claims a run's chunks one after another and works on them, until every chunk of the run has ended. */
export async function workQueue(queue: Queue, run: string, member: Member, options: WorkOptions): Promise<void> {
  let wait = SHORTEST_WAIT_MS;
  while (!options.signal.aborted) {
    if (await workOne(queue, run, member, options)) {
      wait = SHORTEST_WAIT_MS;
      continue;
    }
    if (await queue.ended(run)) return;
    await (queue.awaitWork?.(run, options.signal) ?? pause(wait, options.signal));
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  }
}

/**
 * Claims one chunk of a run, has it trained, and finishes its lease. The only place where chunks are claimed.
 *
 * @returns false if there was none to claim
 * @throws {ManymodelError} `storage` if nothing can be written any more
 */
export function workOne(queue: Queue, run: string, member: Member, options: WorkOptions): Promise<boolean> {
  const claimed = async () => {
    const { maxAttempts, leaseMs } = options;
    const lease = await queue.claim(run, member.name, { leaseMs, maxAttempts });
    if (lease === undefined) return false;
    await during({ chunk: lease.chunk }, () => workOnLease(queue, lease, member, options));
    return true;
  };
  return during({ phase: "train", run }, () => resumable(run, claimed));
}

async function workOnLease(queue: Queue, lease: Lease, member: Member, options: WorkOptions): Promise<void> {
  const { maxAttempts, leaseMs, onChunk } = options;
  const renewal = setInterval(() => void renew(queue, lease, leaseMs, member), leaseMs / 3);
  try {
    const isHeld = () => queue.renew(lease, leaseMs);
    const segment = await trainLease(member, lease, options.manifestSha256, isHeld, options.fitTimeoutMs);
    if (await queue.finish(lease, segment)) onChunk?.(segment);
  } catch (error) {
    // Nobody is to blame: no attempt is used up.
    if (isStorageFailure(error) || error instanceof CrewClosed) {
      // If not even that can be written, whoever resumes the run frees the lease.
      await queue.release(lease.run, [member.name]).catch(() => {});
      throw error;
    }
    await queue.fail(lease, messageOf(error), maxAttempts, backOff(lease.attempt));
  } finally {
    clearInterval(renewal);
  }
}

/**
 * Returns the milliseconds to wait before the next attempt: twice as long each time, up to half a minute, since a
 * failure of a chunk may pass.
 */
function backOff(attempt: number): number {
  return Math.min(LONGEST_RETRY_MS / 2, 500 * 2 ** (attempt - 1));
}

/** Renews a lease. A worker that has lost its lease is interrupted, and a new worker takes its place. */
async function renew(queue: Queue, lease: Lease, leaseMs: number, member: Member): Promise<void> {
  // A renewal that cannot be written is one that was missed; the next may come through before the lease lapses.
  const stillHeld = await queue.renew(lease, leaseMs).catch(() => true);
  if (!stillHeld) await member.interrupt();
}
