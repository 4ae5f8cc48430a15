import { otherData, type TrainedOn } from "../core/columns/other-data.ts";
import { ManymodelError } from "../core/errors.ts";
import { type Better, comparedValue, improvement } from "../core/metric.ts";
import type { Engine } from "../ports/engine.ts";
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

/** Two runs' values of a metric where both have one. */
export interface Pair {
  readonly partitionKey: string;
  readonly a: number;
  readonly b: number;
}

/** Two runs compared by a metric. */
export interface Comparison {
  readonly runs: readonly [a: string, b: string];
  readonly metric: string;
  /**
   * The direction of the metric. Where values close to zero are better, `change` is that of the distance from zero.
   */
  readonly better: Better;
  /** Over the partitions that both runs have a usable metric for. */
  readonly matched: { readonly a: Distribution; readonly b: Distribution; readonly change: Distribution };
  /** Over all partitions with a usable metric, of each run. */
  readonly all: { readonly a: Distribution; readonly b: Distribution };
  /** Partitions that are better, worse or the same in B. */
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  /** Partitions with a usable metric in one run only. */
  readonly onlyA: number;
  readonly onlyB: number;
  /** A caution for partitions that were trained on other data in one run than in the other; null if there are none. */
  readonly warning: string | null;
  readonly pairs: readonly Pair[];
}

/**
 * Compares two completed runs, partition by partition: B against A.
 *
 * @param word - the metric (see `findMetric`); A's default when left out
 * @throws {ManymodelError} `not-found`, `conflict` or `corrupt` for a run; `input` if no partition has the metric in both
 */
export async function compareRuns(engine: Engine, a: string, b: string, word?: string): Promise<Comparison> {
  const runA = await readScores(engine, a, word);
  const { metric } = runA;
  const runB = await readScores(engine, b, word ?? metric.name);
  checkSameDirection([runA, runB]);
  const [valuesA, valuesB] = [usable(runA), usable(runB)];
  const pairs: Pair[] = [];
  const trained: TrainedOn[] = [];
  for (const [partitionKey, { value, dataSha256 }] of valuesA) {
    const other = valuesB.get(partitionKey);
    if (other === undefined) continue;
    pairs.push({ partitionKey, a: value, b: other.value });
    trained.push({ partitionKey, data: [dataSha256, other.dataSha256] });
  }
  if (pairs.length === 0)
    throw new ManymodelError("input", `no partition has a usable ${metric.name} in both ${a} and ${b}`);
  const gains = pairs.map((pair) => improvement(metric, pair.a, pair.b));
  const count = (test: (gain: number) => boolean) => gains.filter(test).length;
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
  };
}

function usable({ scores }: RunScores): Map<string, PartitionScore> {
  return new Map(scores.flatMap((score) => (score.why === null ? [[score.partitionKey, score]] : [])));
}

const valuesOf = (scores: Map<string, PartitionScore>) => Array.from(scores.values(), ({ value }) => value);

/** Mean and quantiles (linear between order statistics) of values. */
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
