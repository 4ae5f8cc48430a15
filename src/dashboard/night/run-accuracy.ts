import { axisEnd } from "../../core/axis-end.ts";
import { histogram } from "../../core/histogram.ts";
import { type MetricDeclarations, metricOf } from "../../core/metric.ts";
import { type Distribution, distribution } from "../../refine/compare.ts";
import { holdoutSize } from "../../refine/run-scores.ts";
import { radixOrder } from "../base/radix-order.ts";
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

/** Returns the accuracy of a run's partitions. */
export async function accuracyOf(table: PartitionTable, declared?: MetricDeclarations): Promise<RunAccuracy> {
  const [name = null] = table.head.metrics.filter((metric) => metric !== "fit_ms");
  const isValidated = name !== null && /^(?:holdout|cv|test|validation|contest)_/.test(name);
  const metric = isValidated ? name : null;
  const values = (metric === null ? undefined : await table.metric(metric)) ?? new Float64Array(0);
  // Infinite values and those that are not there are at the ends.
  const order = radixOrder(values);
  const isUsable = (row: number | undefined) => row !== undefined && Number.isFinite(values[row]);
  let [first, end] = [0, order.length];
  while (first < end && !isUsable(order[first])) first++;
  while (end > first && !isUsable(order[end - 1])) end--;
  const usable = order.subarray(first, end);
  const sorted = new Float64Array(usable.length);
  for (let i = 0; i < sorted.length; i++) sorted[i] = values[usable[i] ?? 0] ?? Number.NaN;
  let succeeded = 0;
  for (const outcome of table.outcome) if (OUTCOMES[outcome] === "succeeded") succeeded++;
  const low = Math.min(0, sorted[0] ?? 0);
  const last = sorted.length === 0 ? 1 : axisEnd(sorted, low);
  const high = last > low ? last : low + 1;
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
    kinds: kindsOf(table, values, usable),
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

/** @param order - the rows with a value, in the order of their values */
function kindsOf({ head, kind }: PartitionTable, values: Float64Array, order: Uint32Array): RunAccuracy["kinds"] {
  const byNumber = head.kinds.map((): number[] => []);
  for (const row of order) byNumber[(kind[row] ?? 0) - 1]?.push(values[row] ?? Number.NaN);
  return head.kinds
    .map(({ kind: name, count }, i) => ({ kind: name, count, values: byNumber[i] ?? [] }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_KINDS)
    .map(({ values: scores, ...one }) => ({ ...one, spread: spreadOf(distribution(scores)) }));
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
