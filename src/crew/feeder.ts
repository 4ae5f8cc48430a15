import type { QueueLimits } from "../core/run.ts";
import type { Queue } from "../ports/queue.ts";
import { pause } from "../stages/pause.ts";

/** Options of feeding a queue. */
export interface FeedOptions extends QueueLimits {
  /** Counts the workers to feed. It is called again and again. */
  readonly workers: () => Promise<number>;
  /** Milliseconds that only move forward. */
  readonly clock: () => number;
  /** Called when the first chunk was claimed: the budget and the deadline are counted from then. */
  readonly onBegin?: () => Promise<void>;
  /** Called when the hard deadline has passed and nobody's work counts any more. */
  readonly onDeadline?: () => Promise<void>;
  readonly signal: AbortSignal;
}

const TICK_MS = 25;

/**
 * Feeds a run's chunks to its workers, the best first: about two for each worker, or what they took in the last two
 * ticks if that was more, so that priorities count until shortly before a chunk is begun. When the time budget is over,
 * what has not begun is skipped; what has is waited for, but not longer than the hard deadline. Ends when every chunk
 * has ended, or the signal is set off.
 *
 * Its memory does not grow with the number of chunks.
 */
export async function feedQueue(queue: Queue, run: string, options: FeedOptions): Promise<void> {
  const { timeBudgetMs, hardDeadlineMs, clock, signal } = options;
  let upTo = 2 * (await options.workers());
  let began: number | undefined;
  let draining = false;
  let counted = clock();
  for (let tick = 0; !signal.aborted; tick++) {
    const { released, available, leased, waiting } = await queue.feed(run, upTo);
    if (!waiting && available === 0 && leased === 0) return;
    const isTaken = tick > 0 && (leased > 0 || released > 0 || available < upTo);
    if (isTaken && began === undefined) {
      began = clock();
      await options.onBegin?.();
    }
    const elapsed = began === undefined ? 0 : clock() - began;
    if (!draining && timeBudgetMs !== null && elapsed >= timeBudgetMs) {
      draining = true;
      await queue.skip(run, "not-fed");
    }
    if (hardDeadlineMs !== null && elapsed >= hardDeadlineMs) {
      await queue.skip(run, "not-fed");
      await queue.abandon(run, "deadline");
      await options.onDeadline?.();
    }
    if (clock() - counted > 1000) {
      counted = clock();
      upTo = 2 * (await options.workers());
    }
    if (tick > 0) upTo = Math.max(upTo, 2 * released);
    const left = timeBudgetMs === null || draining ? Infinity : timeBudgetMs - elapsed;
    await pause(Math.min(TICK_MS, Math.max(1, left)), signal);
  }
}
