import { studentQuantile } from "@manymodel/forecast";
import { zip } from "../core/aligned.ts";

/** A comparison of two methods over many series. */
export interface RelativeError {
  /** Geometric mean of the ratios of the mean absolute errors; below 1, the first is better. */
  readonly ratio: number;
  /** Bounds of the ratio's 95 % confidence interval. */
  readonly low: number;
  readonly high: number;
  /** Share of the series on which the first is better. */
  readonly better: number;
}

/** No single series counts for more than a hundred times or a hundredth. */
const LIMIT = Math.log(100);

/**
 * Returns the average relative mean absolute error, with the confidence interval of a mean of logarithms; ratios beyond
 * 100 (one of the errors is nearly 0) count as 100. Series on which both errors are 0 count as equal.
 *
 * @see Davydenko & Fildes (2013), doi:10.1016/j.ijforecast.2012.09.002
 */
export function relativeError(first: readonly number[], second: readonly number[]): RelativeError {
  const n = first.length;
  if (n < 2) return { ratio: NaN, low: NaN, high: NaN, better: NaN };
  const pairs = [...zip(first, second)];
  const logs = pairs.map(([a, b]) => {
    if (a === b) return 0;
    return Math.max(-LIMIT, Math.min(LIMIT, Math.log(a / b)));
  });
  const mean = logs.reduce((sum, value) => sum + value, 0) / n;
  const spread = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const reach = (studentQuantile(0.975, n - 1) * spread) / Math.sqrt(n);
  return {
    ratio: Math.exp(mean),
    low: Math.exp(mean - reach),
    high: Math.exp(mean + reach),
    better: pairs.filter(([a, b]) => a < b).length / n,
  };
}
