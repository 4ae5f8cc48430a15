import type { QueueLimits } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Stage } from "../ports/stage.ts";
import { getJson } from "../stages/json.ts";

/** When the limits of a run in queue mode began to count, on the stage for whoever looks. */
export interface Feeding {
  readonly beganAt: string;
}

/** Milliseconds until a run's limits end it; null where it has none, less than 0 where one has. */
export interface LimitsLeft {
  readonly budgetMs: number | null;
  readonly deadlineMs: number | null;
}

/** How long a run goes on. */
export interface TimeLeft {
  readonly seconds: number;
  /** What ends it: that all is done, that nothing more is begun, or that what still runs is ended. */
  readonly until: "done" | "budget" | "deadline";
  /** How many partitions are not begun by then, at this rate. */
  readonly untouched: number;
}

/** When a run's limits began to count, in milliseconds since 1970; undefined before its first claim. */
export async function feedingBegan(stage: Stage, runId: string): Promise<number | undefined> {
  const feeding = await getJson<Feeding>(stage, stagePath.feeding(runId)).catch(() => undefined);
  return feeding && Date.parse(feeding.beganAt);
}

/** What is left of a run's limits after `usedMs` of them; of those that it has, all before its first claim (0). */
export function limitsLeft(limits: QueueLimits | null | undefined, usedMs: number): LimitsLeft {
  const left = (ms: number | null | undefined) => (typeof ms === "number" ? ms - usedMs : null);
  return { budgetMs: left(limits?.timeBudgetMs), deadlineMs: left(limits?.hardDeadlineMs) };
}

/**
 * How long a run goes on: until what remains is done at this rate, or until one of its limits ends it, whichever is first.
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
