import { otherData, type TrainedOn } from "../core/columns/other-data.ts";
import { ManymodelError } from "../core/errors.ts";
import type { Engine } from "../ports/engine.ts";
import { metricName, type PartitionScore, type RunScores, readScores } from "./run-scores.ts";

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

/** Two runs compared by a metric of which less is better. */
export interface Comparison {
  readonly runs: readonly [a: string, b: string];
  readonly metric: string;
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
  /** What to know before believing it: that partitions were trained on other data in one run than in the other. */
  readonly warning: string | null;
  readonly pairs: readonly Pair[];
}

/**
 * Compares two completed runs, partition by partition: B against A.
 *
 * @throws {ManymodelError} `not-found`, `conflict` or `corrupt` for a run; `input` if no partition has the metric in both
 */
export async function compareRuns(engine: Engine, a: string, b: string, metric: string): Promise<Comparison> {
  const [runA, runB] = [await readScores(engine, a, metric), await readScores(engine, b, metric)];
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
    throw new ManymodelError("input", `no partition has a usable ${metricName(metric)} in both ${a} and ${b}`);
  const count = (test: (pair: Pair) => boolean) => pairs.filter(test).length;
  return {
    runs: [a, b],
    metric: metricName(metric),
    matched: {
      a: distribution(pairs.map((pair) => pair.a)),
      b: distribution(pairs.map((pair) => pair.b)),
      change: distribution(pairs.map((pair) => pair.b - pair.a)),
    },
    all: { a: distribution(valuesOf(valuesA)), b: distribution(valuesOf(valuesB)) },
    wins: count((pair) => pair.b < pair.a),
    losses: count((pair) => pair.b > pair.a),
    ties: count((pair) => pair.b === pair.a),
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
