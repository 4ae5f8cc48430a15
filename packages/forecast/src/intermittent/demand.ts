import type { Forecast } from "../model/prediction.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";

/**
 * Returns the observed values of an intermittent demand series, missing ones left out.
 *
 * @throws {RangeError} if a value is infinite or negative, or none is observed
 */
export function checkDemand(y: Series): Float64Array {
  const values = toFloat64(y);
  checkSeries(values);
  checkNotNegative(values);
  return values.filter((value) => !Number.isNaN(value));
}

/** @throws {RangeError} if a value is negative */
export function checkNotNegative(values: Float64Array): void {
  const bad = values.findIndex((value) => value < 0);
  if (bad >= 0) throw new RangeError(`the series has ${values[bad]} at position ${bad}; demand may not be negative`);
}

/** Returns the distribution of the sizes of demands: their quantiles at 0, 5, …, 100 %, as multiples of their mean. */
export function relativeSizes(demand: Float64Array): number[] {
  const sizes = demand.filter((value) => value > 0).sort();
  if (sizes.length === 0) return [];
  const total = sizes.reduce((sum, value) => sum + value, 0);
  return Array.from({ length: 21 }, (_, i) => (interpolated(sizes, i / 20) / total) * sizes.length);
}

/** Returns the sizes of a model moved over new values: its own, or of one that has seen no demand those of the first. */
export function sizesAfter(sizes: readonly number[], newY: Float64Array): readonly number[] {
  return sizes.length > 0 ? sizes : relativeSizes(newY.filter((value) => value > 0).subarray(0, 1));
}

/** Demand at a step: none with probability 1 - `probability`, else a size. */
export interface StepDemand {
  /** Demand per step, on average. */
  readonly mean: number;
  /** Probability of a demand at a step; 1 at most. */
  readonly probability: number;
  /** Of `relativeSizes`. */
  readonly sizes: readonly number[];
  /** A demand's size, on average; `mean / probability` when left out. */
  readonly size?: number;
}

/**
 * Returns the flat forecasts with the intervals of one step's demand: none with probability 1 - p, else a size spread
 * as those observed. Their bounds are quantiles, so the lower one is 0 wherever demand is rare, and never below; all
 * steps have the same. The uncertainty of the estimates is not in them.
 */
export function demandForecast(
  { mean, probability, sizes, size = mean / Math.min(1, probability) }: StepDemand,
  h: number,
  levels: readonly number[],
): Forecast {
  const p = Math.min(1, probability);
  const quantile = (q: number) =>
    p > 0 && sizes.length > 0 && q > 1 - p ? size * interpolated(sizes, (q - (1 - p)) / p) : 0;
  const flat = (value: number) => new Float64Array(h).fill(value);
  return {
    mean: flat(mean),
    levels,
    lower: levels.map((level) => flat(quantile(0.5 - level / 200))),
    upper: levels.map((level) => flat(quantile(0.5 + level / 200))),
  };
}

/** Returns a quantile of sorted values, interpolated linearly. */
function interpolated(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.min(sorted.length - 1, Math.floor(at));
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}
