import { axisEnd } from "../../core/axis-end.ts";
import { histogram } from "../../core/histogram.ts";
import { type MetricDeclarations, metricOf } from "../../core/metric.ts";
import { type Distribution, distribution } from "../../refine/compare.ts";
import { holdoutSize } from "../../refine/run-scores.ts";
import { OUTCOMES, type PartitionTable } from "../partitions/partition-table.ts";
import type { Spread } from "../wire.ts";
import type { RunAccuracy } from "../wire-night.ts";

const BINS = 40;
const MOST_KINDS = 9;

/** The errors of a table's holdouts, by its rows: NaN where there is none. */
export interface HoldoutErrors {
  readonly error: Float64Array;
  readonly meanError: Float64Array;
  readonly size: Float64Array;
  readonly mase: Float64Array;
}

/** Returns the errors of a table's holdouts; undefined where no partition has one. */
export async function holdoutErrors(table: PartitionTable): Promise<HoldoutErrors | undefined> {
  const error = await table.metric("holdout_mae");
  if (error === undefined) return undefined;
  const none = new Float64Array(error.length).fill(Number.NaN);
  const wape = await table.metric("holdout_wape");
  const meanError = (await table.metric("holdout_me")) ?? none;
  const mase = (await table.metric("holdout_mase")) ?? none;
  const size = wape === undefined ? none : error.map((value, row) => holdoutSize(value, wape[row] ?? Number.NaN));
  return { error, meanError, mase, size };
}

const known = new WeakMap<PartitionTable, Promise<RunAccuracy>>();

/** Returns the accuracy of a run's partitions, which is worked out once for each table. */
export function runAccuracy(table: PartitionTable, declared?: MetricDeclarations): Promise<RunAccuracy> {
  let accuracy = known.get(table);
  if (accuracy === undefined) {
    accuracy = accuracyOf(table, declared);
    known.set(table, accuracy);
  }
  return accuracy;
}

async function accuracyOf(table: PartitionTable, declared?: MetricDeclarations): Promise<RunAccuracy> {
  const [name = null] = table.head.metrics.filter((metric) => metric !== "fit_ms");
  const isValidated = name !== null && /^(?:holdout|cv|test|validation|contest)_/.test(name);
  const metric = isValidated ? name : null;
  const values = (metric === null ? undefined : await table.metric(metric)) ?? new Float64Array(0);
  const sorted = values.filter(Number.isFinite).sort();
  const succeeded = table.outcome.reduce((sum, outcome) => sum + (OUTCOMES[outcome] === "succeeded" ? 1 : 0), 0);
  const low = Math.min(0, sorted[0] ?? 0);
  const end = sorted.length === 0 ? 1 : axisEnd(sorted, low);
  const high = end > low ? end : low + 1;
  const errors = await holdoutErrors(table);
  return {
    metric,
    better: metric === null ? "lower" : metricOf(metric, declared).better,
    scored: sorted.length,
    notValidated: succeeded - sorted.length,
    ...pooled(errors),
    spread: spreadOf(distribution(sorted)),
    histogram: histogram(sorted, low, high, BINS),
    beyond: sorted.length - firstAbove(sorted, high),
    kinds: kindsOf(table, values),
  };
}

/** Pools errors over partitions: the sum of the errors over the sum of the sizes. */
function pooled(errors: HoldoutErrors | undefined): Pick<RunAccuracy, "wape" | "naiveWape" | "betterThanNaive"> {
  if (errors === undefined) return { wape: null, naiveWape: null, betterThanNaive: null };
  let [error, size, naive, naiveSize, better, compared] = [0, 0, 0, 0, 0, 0];
  errors.error.forEach((value, row) => {
    const [actual = Number.NaN, mase = Number.NaN] = [errors.size[row], errors.mase[row]];
    if (!Number.isFinite(value) || !Number.isFinite(actual)) return;
    error += value;
    size += actual;
    if (!(mase > 0) || !Number.isFinite(mase)) return;
    naive += value / mase;
    naiveSize += actual;
    compared++;
    if (mase < 1) better++;
  });
  return {
    wape: size > 0 ? (100 * error) / size : null,
    naiveWape: naiveSize > 0 ? (100 * naive) / naiveSize : null,
    betterThanNaive: compared > 0 ? better : null,
  };
}

function kindsOf({ head, kind }: PartitionTable, values: Float64Array): RunAccuracy["kinds"] {
  return head.kinds
    .map((one, i) => ({ ...one, number: i + 1 }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_KINDS)
    .map(({ kind: name, count, number }) => {
      const own = values.filter((value, row) => kind[row] === number && Number.isFinite(value));
      return { kind: name, count, spread: spreadOf(distribution(own)) };
    });
}

/** Returns the position of the first value above a bound. */
function firstAbove(sorted: Float64Array, bound: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Returns a distribution as JSON can hold it. */
export function spreadOf({ count, mean, median, p10, p90 }: Distribution): Spread {
  return count === 0 ? { count, mean: null, median: null, p10: null, p90: null } : { count, mean, median, p10, p90 };
}
