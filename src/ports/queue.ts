import type { SegmentInfo } from "../core/artifact.ts";
import type { Chunk } from "../core/chunk.ts";
import type { QueueCounts } from "../core/queue-counts.ts";
import type { ChunkState, SkipReason } from "../core/states.ts";

/** The right to work on one chunk until it lapses. `attempt` is the fencing token: every claim raises it. */
export interface Lease {
  readonly run: string;
  readonly chunk: number;
  readonly attempt: number;
  readonly worker: string;
}

/** The state of the queue after feeding. */
export interface FeedState {
  /** Chunks that this call made available. */
  readonly released: number;
  /** Chunks that may be claimed now. */
  readonly available: number;
  /** Chunks that workers hold, lapsed leases among them. */
  readonly leased: number;
  /** True if chunks still wait to be fed. */
  readonly waiting: boolean;
}

/** A chunk as the queue holds it. */
export interface ChunkRecord extends Chunk {
  readonly state: ChunkState;
  readonly attempt: number;
  /** Attempts that do not count against `maxAttempts`. */
  readonly forgiven: number;
  readonly worker: string | null;
  /** The committed segment of a finished chunk. */
  readonly segment: SegmentInfo | null;
  /** The reason why it failed or, as a `SkipReason`, was skipped. */
  readonly error: string | null;
}

/** No failed chunk waits longer than this for its next attempt. */
export const LONGEST_RETRY_MS = 60_000;

/** Options of a claim. */
export interface ClaimOptions {
  readonly leaseMs: number;
  readonly maxAttempts: number;
}

/** Hands each chunk of a run to one worker at a time. Every engine passes `src/contract/queue.ts`. */
export interface Queue {
  /** Milliseconds of a worker's lease, where renewing has a price; `LEASE_MS` when left out. */
  readonly leaseMs?: number;
  /** Adds chunks as `available`, or as `waiting` to be fed. Adding the same chunk again changes nothing. */
  enqueue(run: string, chunks: readonly Chunk[], state?: "available" | "waiting"): Promise<void>;
  /** Makes the best waiting chunks available until `upTo` are. */
  feed(run: string, upTo: number): Promise<FeedState>;
  /** Ends chunks that have not begun (waiting or available, never tried) as `skipped`; says how many. */
  skip(run: string, reason: SkipReason): Promise<number>;
  /**
   * Frees the leases of workers that are known to be gone: their chunks are available again, and the attempt does not
   * count against `maxAttempts`. Says how many. A worker that was alive after all finds that its lease has moved on.
   */
  release(run: string, workers: readonly string[]): Promise<number>;
  /** Ends every lease of a run, and what was to be tried again: `failed`, with this error. Says how many. */
  abandon(run: string, error: string): Promise<number>;
  /** Changes the priority of chunks that wait or are available; says how many. */
  prioritize(run: string, chunks: readonly number[], priority: number): Promise<number>;
  /**
   * Returns leases the best available chunk (a lapsed lease counts) for `leaseMs`; undefined if none. Never waits. A chunk whose
   * lease lapsed in its last attempt becomes `failed` instead.
   */
  claim(run: string, worker: string, options: ClaimOptions): Promise<Lease | undefined>;
  /** Extends a lease. False: it lapsed and another worker may hold the chunk, so stop working. */
  renew(lease: Lease, leaseMs: number): Promise<boolean>;
  /** Ends a lease by committing a segment. False: the lease had lapsed or moved on, and nothing was recorded. */
  finish(lease: Lease, segment: SegmentInfo): Promise<boolean>;
  /**
   * Ends a lease without a segment: the chunk becomes available again after `retryAfterMs` (at most a minute, so that a
   * clock that jumps back holds up nothing for longer), or `failed` once it has had `maxAttempts`. False: the lease had
   * moved on, and nothing was recorded.
   */
  fail(lease: Lease, error: string, maxAttempts: number, retryAfterMs?: number): Promise<boolean>;
  /** Tells whether every chunk of a run has ended. */
  ended(run: string): Promise<boolean>;
  /** Counts a run's chunks by state. */
  counts(run: string): Promise<QueueCounts>;
  /** Returns a run's chunks in order of their number. */
  chunks(run: string): Promise<ChunkRecord[]>;
  /** Forgets a run's chunks. */
  forget(run: string): Promise<void>;
  /**
   * Waits until there may be something to claim, or the run (any run: null) may have ended; or until the signal is set
   * off. Where it is left out, nobody is told of such things: whoever waits asks again after a while.
   */
  awaitWork?(run: string | null, signal: AbortSignal): Promise<void>;
}
