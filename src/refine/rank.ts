import { ManymodelError, show } from "../core/errors.ts";
import type { Engine } from "../ports/engine.ts";
import { expectedGains, refinementsOf } from "./gain.ts";
import { metricName, type PartitionScore, type RunScores, readScores } from "./run-scores.ts";

/** How to rank, and how many of the worst to take. */
export interface RankOptions {
  /** A holdout measure (mape, smape, mase, rmse, mae, wape, rmsse), or any other metric of the run. */
  readonly metric: string;
  /** `metric`: the highest value first. `gain`: the most expected improvement per CPU second first. */
  readonly by?: "metric" | "gain";
  /** Only the first so many. */
  readonly worst?: number;
  /** Only the first so many percent of those with a usable metric. */
  readonly worstPercent?: number;
  /** Only those whose metric is above this. */
  readonly above?: number;
}

/** A partition in a ranking. */
export interface RankedPartition {
  readonly partitionKey: string;
  readonly value: number;
  /** Expected improvement of the metric per CPU second of refining; null when ranked by the metric. */
  readonly gain: number | null;
  readonly nObs: number;
}

/** A run's partitions, the worst first. */
export interface Ranking {
  readonly runId: string;
  readonly metric: string;
  readonly by: "metric" | "gain";
  /** Those that were chosen, the worst first. */
  readonly ranked: readonly RankedPartition[];
  /** How many have a usable metric, chosen or not. */
  readonly usable: number;
  /** Partitions without a usable metric: never ranked, and why. */
  readonly unranked: readonly { readonly partitionKey: string; readonly why: string }[];
}

/**
 * Ranks the partitions of a completed run by a metric. Those without a usable metric are listed apart: a partition is
 * never among the worst because nothing is known of it.
 *
 * @throws {ManymodelError} `usage` for a choice that makes no sense; `not-found`, `conflict` or `corrupt` for the run
 */
export async function rank(engine: Engine, runId: string, options: RankOptions): Promise<Ranking> {
  checkChoice(options);
  const run = await readScores(engine, runId, options.metric);
  const usable = run.scores.filter(({ why }) => why === null);
  const by = options.by ?? "metric";
  const gains = by === "gain" ? expectedGains(usable, await refinementsOf(engine, run, options.metric)) : undefined;
  const order = gains ?? ((score: PartitionScore) => score.value);
  const sorted = usable
    .filter(({ value }) => options.above === undefined || value > options.above)
    .map((score) => ({ score, order: order(score) }))
    .sort((a, b) => b.order - a.order || (a.score.partitionKey < b.score.partitionKey ? -1 : 1));
  const ranked = sorted.slice(0, howMany(options, usable.length)).map(({ score }): RankedPartition => {
    const { partitionKey, value, nObs } = score;
    return { partitionKey, value, gain: gains === undefined ? null : gains(score), nObs };
  });
  return { runId, metric: metricName(options.metric), by, ranked, usable: usable.length, unranked: unrankedOf(run) };
}

function unrankedOf({ scores }: RunScores): Ranking["unranked"] {
  return scores.flatMap(({ partitionKey, why }) => (why === null ? [] : [{ partitionKey, why }]));
}

function howMany({ worst, worstPercent }: RankOptions, usable: number): number {
  if (worst !== undefined) return worst;
  return worstPercent === undefined ? usable : Math.ceil((worstPercent / 100) * usable);
}

function checkChoice({ worst, worstPercent, above }: RankOptions): void {
  if (worst !== undefined && worstPercent !== undefined)
    throw new ManymodelError("usage", "give either worst or worst-percent, not both");
  if (worst !== undefined && !(Number.isSafeInteger(worst) && worst >= 1))
    throw new ManymodelError("usage", `worst is ${show(worst)}; it must be an integer of at least 1`);
  if (worstPercent !== undefined && !(worstPercent > 0 && worstPercent <= 100))
    throw new ManymodelError("usage", `worst-percent is ${show(worstPercent)}; it must be above 0 and at most 100`);
  if (above !== undefined && !Number.isFinite(above))
    throw new ManymodelError("usage", `above is ${show(above)}; it must be a number`);
}
