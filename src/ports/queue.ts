import type { SegmentInfo } from "../core/artifact.ts";
import type { Chunk } from "../core/chunk.ts";
import type { QueueCounts } from "../core/queue-counts.ts";
import type { ChunkState, SkipReason } from "../core/states.ts";

/** The right to work on a chunk until the lease lapses. `attempt` is the fencing token: every claim raises it. */
export interface Lease {
  readonly run: string;
  readonly chunk: number;
  readonly attempt: number;
  readonly worker: string;
}

/** The state of the queue after feeding. */
export interface FeedState {
  /** Number of chunks that this call made available. */
  readonly released: number;
  /** Number of chunks that may be claimed now. */
  readonly available: number;
  /** Number of chunks that workers hold, including lapsed leases. */
  readonly leased: number;
  /** True if chunks are still waiting to be fed. */
  readonly waiting: boolean;
}

/** A chunk in the queue. */
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
  /** Milliseconds of a worker's lease, if renewing has a price; `LEASE_MS` when left out. */
  readonly leaseMs?: number;
  /** Adds chunks as `available`, or as `waiting` to be fed. Adding the same chunk again changes nothing. */
  enqueue(run: string, chunks: readonly Chunk[], state?: "available" | "waiting"): Promise<void>;
  /** Makes the best waiting chunks available until `upTo` chunks are. */
  feed(run: string, upTo: number): Promise<FeedState>;
  /** Ends chunks that have not started (waiting or available, never tried) as `skipped`; returns how many. */
  skip(run: string, reason: SkipReason): Promise<number>;
  /**
   * Frees the leases of workers that are known to be gone; returns how many. Their chunks are available again, and the
   * attempt does not count against `maxAttempts`. A worker that is alive after all finds that its lease is lost.
   */
  release(run: string, workers: readonly string[]): Promise<number>;
  /**
   * Ends every leased chunk of a run, and every chunk waiting for another attempt, as `failed` with this error. Returns
   * how many.
   */
  abandon(run: string, error: string): Promise<number>;
  /** Changes the priority of waiting and available chunks; returns how many. */
  prioritize(run: string, chunks: readonly number[], priority: number): Promise<number>;
  /**
   * Leases the best available chunk for `leaseMs`; a chunk whose lease has lapsed counts as available. Returns
   * undefined if there is none. Never waits. A chunk whose lease lapsed in its last attempt becomes `failed` instead.
   */
  claim(run: string, worker: string, options: ClaimOptions): Promise<Lease | undefined>;
  /**
   * Extends a lease. Returns false if it has lapsed: another worker may hold the chunk, so the caller must stop
   * working.
   */
  renew(lease: Lease, leaseMs: number): Promise<boolean>;
  /**
   * Ends a lease by committing a segment. Returns false, and records nothing, if the lease has lapsed or is no longer
   * the worker's.
   */
  finish(lease: Lease, segment: SegmentInfo): Promise<boolean>;
  /**
   * Ends a lease without a segment. The chunk becomes available again after `retryAfterMs`, or `failed` once it has had
   * `maxAttempts`. The wait is at most a minute, so that a clock that jumps back delays nothing for longer. Returns
   * false, and records nothing, if the lease is no longer the worker's.
   */
  fail(lease: Lease, error: string, maxAttempts: number, retryAfterMs?: number): Promise<boolean>;
  /** Tells whether every chunk of a run has ended. */
  ended(run: string): Promise<boolean>;
  /** Counts a run's chunks by state. */
  counts(run: string): Promise<QueueCounts>;
  /** Returns a run's chunks in the order of their numbers. */
  chunks(run: string): Promise<ChunkRecord[]>;
  /** Forgets a run's chunks. */
  forget(run: string): Promise<void>;
  /**
   * Waits until there may be a chunk to claim, the run (null: any run) may have ended, or the signal is aborted.
   * Without this function the queue sends no notice, and callers poll.
   */
  awaitWork?(run: string | null, signal: AbortSignal): Promise<void>;
}
