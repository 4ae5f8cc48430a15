import type { Grouping } from "../core/attributes.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { type Better, badness, comparedValue } from "../core/metric.ts";
import type { Engine } from "../ports/engine.ts";
import { groupPartitions } from "../runs/grouped-partitions.ts";
import { expectedGains, refinementsOf } from "./gain.ts";
import { type GroupScore, scoreGroups } from "./group-scores.ts";
import { type PartitionScore, type RunScores, readScores, scoreAt } from "./run-scores.ts";

/** Options of `rank`. */
export interface RankOptions extends Grouping {
  /** A metric of the run: `mase` means `holdout_mase` (see `findMetric`); the run's default when left out. */
  readonly metric?: string;
  /**
   * The order. `metric`: the worst value first. `gain`: the largest expected improvement per CPU second first. `value`:
   * the largest mean absolute error times the worth of a unit first (see `source.value`).
   */
  readonly by?: "metric" | "gain" | "value";
  /** Only the first partitions, at most this number. */
  readonly worst?: number;
  /** Only this percentage of the partitions with a usable metric, the first in the order. */
  readonly worstPercent?: number;
  /**
   * Only partitions whose metric is above this value; if values close to zero are better, its distance from zero
   * counts.
   */
  readonly above?: number;
  /** Only partitions whose metric (or distance from zero) is below this value. */
  readonly below?: number;
  /**
   * True to rank by the origins before the last one, if the holdout has several. The last origin then has no part in
   * the choice of the worst.
   */
  readonly byEarlier?: boolean;
}

/** A partition in a ranking. */
export interface RankedPartition {
  readonly partitionKey: string;
  readonly value: number;
  /** Expected improvement of the metric per CPU second of refining; null if ranked by the metric. */
  readonly gain: number | null;
  /** The mean absolute error of the holdout times the worth of a unit; null unless ranked by value. */
  readonly worth: number | null;
  readonly nObs: number;
}

/** A run's partitions, the worst first. */
export interface Ranking {
  readonly runId: string;
  readonly metric: string;
  /** The direction of the metric. */
  readonly better: Better;
  readonly by: "metric" | "gain" | "value";
  /** The groups, the worst first, if groups were requested. */
  readonly groups: readonly GroupScore[];
  /** The metric over all partitions that are meant. */
  readonly all: GroupScore;
  /** The chosen partitions, the worst first. */
  readonly ranked: readonly RankedPartition[];
  /** The number of partitions with a usable metric, chosen or not. */
  readonly usable: number;
  /** Partitions without a usable metric, which are not ranked, each with the reason. */
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
  const by = options.by ?? "metric";
  const weighByValue = options.weighByValue ?? false;
  const grouped = await groupPartitions(engine, { ...options, weighByValue: weighByValue || by === "value" });
  const whole = await readScores(engine, runId, options.metric);
  const run = {
    ...whole,
    scores: whole.scores.filter(({ partitionKey }) => grouped.groupOf(partitionKey) !== undefined),
  };
  const ranking = options.byEarlier ? run.scores.map((score) => scoreAt(score, "earlier")) : run.scores;
  const usable = ranking.filter(({ why }) => why === null);
  const worthOf = ({ partitionKey, error }: PartitionScore) => error * grouped.valueOf(partitionKey);
  const gains = by === "gain" ? expectedGains(usable, await refinementsOf(engine, run), run.metric) : undefined;
  const { metric } = run;
  const order = gains ?? (by === "value" ? worthOf : (score: PartitionScore) => badness(metric, score.value));
  const sorted = usable
    .filter((score) => by !== "value" || Number.isFinite(worthOf(score)))
    .filter(({ value }) => comparedValue(metric, value) > (options.above ?? -Infinity))
    .filter(({ value }) => comparedValue(metric, value) < (options.below ?? Infinity))
    .map((score) => ({ score, order: order(score) }))
    .sort((a, b) => b.order - a.order || (a.score.partitionKey < b.score.partitionKey ? -1 : 1));
  const ranked = sorted.slice(0, howMany(options, usable.length)).map(({ score }): RankedPartition => {
    const { partitionKey, value, nObs } = score;
    const worth = by === "value" ? worthOf(score) : null;
    return { partitionKey, value, gain: gains === undefined ? null : gains(score), worth, nObs };
  });
  return {
    runId,
    metric: metric.name,
    better: metric.better,
    by,
    ...scoreGroups(run.scores, grouped, metric, weighByValue),
    ranked,
    usable: usable.length,
    unranked: unrankedOf(run),
  };
}

function unrankedOf({ scores }: RunScores): Ranking["unranked"] {
  return scores.flatMap(({ partitionKey, why }) => (why === null ? [] : [{ partitionKey, why }]));
}

function howMany({ worst, worstPercent }: RankOptions, usable: number): number {
  if (worst !== undefined) return worst;
  return worstPercent === undefined ? usable : Math.ceil((worstPercent / 100) * usable);
}

function checkChoice({ worst, worstPercent, above, below }: RankOptions): void {
  if (worst !== undefined && worstPercent !== undefined)
    throw new ManymodelError("usage", "give either worst or worst-percent, not both");
  if (worst !== undefined && !(Number.isSafeInteger(worst) && worst >= 1))
    throw new ManymodelError("usage", `worst is ${show(worst)}; it must be an integer of at least 1`);
  if (worstPercent !== undefined && !(worstPercent > 0 && worstPercent <= 100))
    throw new ManymodelError("usage", `worst-percent is ${show(worstPercent)}; it must be above 0 and at most 100`);
  if (above !== undefined && !Number.isFinite(above))
    throw new ManymodelError("usage", `above is ${show(above)}; it must be a number`);
  if (below !== undefined && !Number.isFinite(below))
    throw new ManymodelError("usage", `below is ${show(below)}; it must be a number`);
}
