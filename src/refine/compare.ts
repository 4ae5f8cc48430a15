import type { Grouping } from "../core/attributes.ts";
import { otherData, type TrainedOn } from "../core/columns/other-data.ts";
import { ManymodelError } from "../core/errors.ts";
import { type Better, comparedValue, improvement, type Metric } from "../core/metric.ts";
import type { Engine } from "../ports/engine.ts";
import { type GroupedPartitions, type GroupKey, groupPartitions } from "../runs/grouped-partitions.ts";
import { scoreGroups } from "./group-scores.ts";
import { checkSameDirection, type PartitionScore, type RunScores, readScores } from "./run-scores.ts";

/** A metric's distribution over partitions. */
export interface Distribution {
  readonly count: number;
  readonly mean: number;
  readonly median: number;
  /** Tenth and ninetieth percentile. */
  readonly p10: number;
  readonly p90: number;
}

/** Options of `compareRuns`. */
export interface CompareOptions extends Grouping {
  /** The metric (see `findMetric`); run A's default when left out. */
  readonly metric?: string;
}

/** Two runs compared over a group of partitions that both have a usable metric for. */
export interface GroupComparison {
  /** The group's attributes; empty for all partitions. */
  readonly group: GroupKey;
  /** The metric of each run over the group (see `scoreGroups`). */
  readonly a: number;
  readonly b: number;
  /** The improvement of B over A in the metric's scale. */
  readonly gain: number;
  readonly partitions: number;
  readonly wins: number;
  readonly losses: number;
}

/** Two runs' values of a metric where both have one. */
export interface Pair {
  readonly partitionKey: string;
  readonly a: number;
  readonly b: number;
  /** The improvement of B over A in the metric's scale; negative if it is worse. */
  readonly gain: number;
}

/** Two runs compared by a metric. */
export interface Comparison {
  readonly runs: readonly [a: string, b: string];
  readonly metric: string;
  /** The direction of the metric. If values close to zero are better, `change` is that of the distance from zero. */
  readonly better: Better;
  /** The distributions over the partitions for which both runs have a usable metric. */
  readonly matched: { readonly a: Distribution; readonly b: Distribution; readonly change: Distribution };
  /** The distribution over all partitions with a usable metric, for each run. */
  readonly all: { readonly a: Distribution; readonly b: Distribution };
  /** Numbers of partitions that are better, worse or the same in B. */
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  /** Number of partitions with a usable metric in one run only. */
  readonly onlyA: number;
  readonly onlyB: number;
  /** A warning about partitions that the two runs trained on different data; null if there are none. */
  readonly warning: string | null;
  readonly pairs: readonly Pair[];
  /** The groups, the largest loss first, if groups were requested. */
  readonly groups: readonly GroupComparison[];
}

/**
 * Compares two completed runs, partition by partition: B against A.
 *
 * @throws {ManymodelError} `not-found`, `conflict` or `corrupt` for a run; `input` if no partition has the metric in both;
 *   `usage` for attributes that are not kept
 */
export async function compareRuns(
  engine: Engine,
  a: string,
  b: string,
  options: CompareOptions = {},
): Promise<Comparison> {
  const { metric: word, weighByValue = false } = options;
  const grouped = await groupPartitions(engine, options);
  const runA = await readScores(engine, a, word);
  const { metric } = runA;
  const runB = await readScores(engine, b, word ?? metric.name);
  checkSameDirection([runA, runB]);
  const [valuesA, valuesB] = [usable(runA, grouped), usable(runB, grouped)];
  const pairs: Pair[] = [];
  const trained: TrainedOn[] = [];
  const matched: (readonly [a: PartitionScore, b: PartitionScore])[] = [];
  for (const [partitionKey, valueA] of valuesA) {
    const other = valuesB.get(partitionKey);
    if (other === undefined) continue;
    matched.push([valueA, other]);
    pairs.push({ partitionKey, a: valueA.value, b: other.value, gain: improvement(metric, valueA.value, other.value) });
    trained.push({ partitionKey, data: [valueA.dataSha256, other.dataSha256] });
  }
  if (pairs.length === 0)
    throw new ManymodelError("input", `no partition has a usable ${metric.name} in both ${a} and ${b}`);
  const count = (test: (gain: number) => boolean) => pairs.filter(({ gain }) => test(gain)).length;
  return {
    runs: [a, b],
    metric: metric.name,
    better: metric.better,
    matched: {
      a: distribution(pairs.map((pair) => pair.a)),
      b: distribution(pairs.map((pair) => pair.b)),
      change: distribution(pairs.map((pair) => comparedValue(metric, pair.b) - comparedValue(metric, pair.a))),
    },
    all: { a: distribution(valuesOf(valuesA)), b: distribution(valuesOf(valuesB)) },
    wins: count((gain) => gain > 0),
    losses: count((gain) => gain < 0),
    ties: count((gain) => gain === 0),
    onlyA: valuesA.size - pairs.length,
    onlyB: valuesB.size - pairs.length,
    warning: otherData(a, b, trained),
    pairs,
    groups: compareGroups(matched, grouped, metric, weighByValue),
  };
}

/** Compares two runs group by group, over the partitions that both have a usable metric for. */
function compareGroups(
  matched: readonly (readonly [a: PartitionScore, b: PartitionScore])[],
  grouped: GroupedPartitions,
  metric: Metric,
  weighByValue: boolean,
): GroupComparison[] {
  const scoresOf = (scores: readonly PartitionScore[]) =>
    new Map(scoreGroups(scores, grouped, metric, weighByValue).groups.map((score) => [score.group, score]));
  const [scoresA, other] = [scoresOf(matched.map(([a]) => a)), scoresOf(matched.map(([, b]) => b))];
  const gains = new Map<GroupKey, number[]>();
  for (const [a, b] of matched) {
    const group = grouped.groups[grouped.groupOf(a.partitionKey) ?? -1];
    if (group === undefined) continue;
    const groupGain = gains.get(group);
    const gain = improvement(metric, a.value, b.value);
    if (groupGain === undefined) gains.set(group, [gain]);
    else groupGain.push(gain);
  }
  return [...scoresA.values()]
    .map(({ group, value: a, usable: partitions }): GroupComparison => {
      const b = other.get(group)?.value ?? Number.NaN;
      const each = gains.get(group) ?? [];
      const [wins, losses] = [each.filter((gain) => gain > 0).length, each.filter((gain) => gain < 0).length];
      return { group, a, b, gain: improvement(metric, a, b), partitions, wins, losses };
    })
    .sort((x, y) => x.gain - y.gain);
}

function usable({ scores }: RunScores, grouped: GroupedPartitions): Map<string, PartitionScore> {
  const inGroups = scores.filter(
    ({ why, partitionKey }) => why === null && grouped.groupOf(partitionKey) !== undefined,
  );
  return new Map(inGroups.map((score) => [score.partitionKey, score]));
}

const valuesOf = (scores: Map<string, PartitionScore>) => Array.from(scores.values(), ({ value }) => value);

/** Returns the mean and quantiles (linear between order statistics) of values. */
export function distribution(values: ArrayLike<number>): Distribution {
  const sorted = Float64Array.from(values).sort();
  const quantile = (p: number) => {
    const at = p * (sorted.length - 1);
    const low = Math.floor(at);
    const below = sorted[low] ?? NaN;
    return below + (at - low) * ((sorted[low + 1] ?? below) - below);
  };
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { count: sorted.length, mean, median: quantile(0.5), p10: quantile(0.1), p90: quantile(0.9) };
}
