import type { QueueLimits } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Stage } from "../ports/stage.ts";
import { getJson } from "../stages/json.ts";

/** The start of counting for the limits of a run in queue mode, on the stage for whoever looks. */
export interface Feeding {
  readonly beganAt: string;
}

/** Milliseconds until a run's limits end it; null where it has none, less than 0 where one has. */
export interface LimitsLeft {
  readonly budgetMs: number | null;
  readonly deadlineMs: number | null;
}

/** The time that a run still takes. */
export interface TimeLeft {
  readonly seconds: number;
  /** The event that ends the run: all is done, no chunk starts any more, or chunks that still run are stopped. */
  readonly until: "done" | "budget" | "deadline";
  /** The number of partitions that have not started by then, at this rate. */
  readonly untouched: number;
}

/**
 * Returns the time at which a run's limits began to count, in milliseconds since 1970; undefined before its first
 * claim.
 */
export async function feedingBegan(stage: Stage, runId: string): Promise<number | undefined> {
  const feeding = await getJson<Feeding>(stage, stagePath.feeding(runId)).catch(() => undefined);
  return feeding && Date.parse(feeding.beganAt);
}

/** Subtracts `usedMs` from a run's limits. Before its first claim (0) all of them remain. */
export function limitsLeft(limits: QueueLimits | null | undefined, usedMs: number): LimitsLeft {
  const left = (ms: number | null | undefined) => (typeof ms === "number" ? ms - usedMs : null);
  return { budgetMs: left(limits?.timeBudgetMs), deadlineMs: left(limits?.hardDeadlineMs) };
}

/**
 * Estimates the time that a run still takes: until its remaining partitions are done at this rate, or until one of its
 * limits ends it, whichever is first.
 *
 * @param remaining - partitions that have neither ended nor been skipped
 * @param rate - partitions a second
 * @returns null where nothing tells: no rate, and no limit
 */
export function timeLeft(remaining: number, rate: number | null, limits?: LimitsLeft): TimeLeft | null {
  const { budgetMs = null, deadlineMs = null } = limits ?? {};
  // After the budget what has begun is waited for.
  const begins = budgetMs === null || budgetMs > 0;
  const ends = [
    { until: "done" as const, seconds: rate ? remaining / rate : Infinity },
    { until: "budget" as const, seconds: budgetMs === null || !begins ? Infinity : budgetMs / 1000 },
    { until: "deadline" as const, seconds: deadlineMs === null ? Infinity : Math.max(0, deadlineMs) / 1000 },
  ];
  const { until, seconds } = ends.reduce((first, end) => (end.seconds < first.seconds ? end : first));
  if (seconds === Infinity) return null;
  const untouched = until === "done" || !begins ? 0 : Math.max(0, Math.round(remaining - (rate ?? 0) * seconds));
  return { seconds, until, untouched };
}
