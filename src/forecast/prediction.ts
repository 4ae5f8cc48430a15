import { normalQuantile, studentQuantile } from "./distribution.ts";

/** What a fitted model says of the next `h` steps. All arrays have length h; `lower[i]` belongs to `levels[i]`. */
export interface Forecast {
  readonly mean: Float64Array;
  /** Coverage of each prediction interval in percent, ascending, for example [80, 95]. */
  readonly levels: readonly number[];
  readonly lower: readonly Float64Array[];
  readonly upper: readonly Float64Array[];
}

/** What to forecast. */
export interface ForecastOptions {
  /** How many steps, an integer of at least 1. */
  readonly h: number;
  /** Coverage of the prediction intervals in percent, each in [1, 100) or 0, the median; default [80, 95]. */
  readonly levels?: readonly number[];
}

/** Checks a horizon and levels, and sorts the levels. @throws {RangeError} naming the bad value */
export function checkForecastOptions({ h, levels = [80, 95] }: ForecastOptions): { h: number; levels: number[] } {
  if (!Number.isSafeInteger(h) || h < 1) throw new RangeError(`h is ${h}; it must be an integer of at least 1`);
  // Below 1 it was meant as a share: 0.95 for 95.
  for (const level of levels)
    if (!(level === 0 || (level >= 1 && level < 100)))
      throw new RangeError(
        `level is ${level}; it must be a percentage of at least 1 and below 100, such as 95 (0: the median)`,
      );
  return { h, levels: [...levels].sort((a, b) => a - b) };
}

/**
 * Symmetric prediction intervals about point forecasts: mean ± quantile × standard error.
 *
 * @param se - standard errors of the forecasts, length h; NaN where unknown, which makes bounds NaN but for the median's
 * @param df - degrees of freedom of Student's t; the normal distribution when left out
 */
export function symmetricForecast(
  mean: Float64Array,
  se: Float64Array,
  levels: readonly number[],
  df = Infinity,
): Forecast {
  const lower: Float64Array[] = [];
  const upper: Float64Array[] = [];
  for (const level of levels) {
    const p = 0.5 + level / 200;
    const quantile = df === Infinity ? normalQuantile(p) : studentQuantile(p, df);
    lower.push(level === 0 ? mean.slice() : boundAt(-quantile, mean, se));
    upper.push(level === 0 ? mean.slice() : boundAt(quantile, mean, se));
  }
  return { mean, levels, lower, upper };
}

/** The bound that lies so many standard errors above the point forecasts. */
export function boundAt(quantile: number, mean: Float64Array, se: Float64Array): Float64Array {
  const bound = new Float64Array(mean.length);
  for (let i = 0; i < bound.length; i++) bound[i] = mean[i]! + quantile * se[i]!;
  return bound;
}
