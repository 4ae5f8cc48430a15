import { normalQuantile } from "../stats/distribution.ts";
import { checkInteger } from "./options.ts";

/** Forecast of the next `h` steps by a fitted model. All arrays have length h; `lower[i]` belongs to `levels[i]`. */
export interface Forecast {
  readonly mean: Float64Array;
  /** Coverage of each prediction interval in percent, ascending, for example [80, 95]. */
  readonly levels: readonly number[];
  readonly lower: readonly Float64Array[];
  readonly upper: readonly Float64Array[];
}

/** Options of a forecast. */
export interface ForecastOptions {
  /** Number of steps, an integer of at least 1. */
  readonly h: number;
  /** Coverage of the prediction intervals in percent, each in [1, 100), or 0 for the median; default [80, 95]. */
  readonly levels?: readonly number[];
}

/** Checks a horizon and levels, and sorts the levels. @throws {RangeError} naming the bad value */
export function checkForecastOptions({ h, levels = [80, 95] }: ForecastOptions): { h: number; levels: number[] } {
  checkInteger("h", h, 1);
  // Below 1 it was meant as a share: 0.95 for 95.
  for (const level of levels)
    if (!(level === 0 || (level >= 1 && level < 100)))
      throw new RangeError(
        `level is ${level}; it must be a percentage of at least 1 and below 100, such as 95 (0: the median)`,
      );
  const sorted = levels.slice();
  for (let l = 1; l < sorted.length; l++)
    if (sorted[l]! < sorted[l - 1]!) return { h, levels: sorted.sort((a, b) => a - b) };
  return { h, levels: sorted };
}

/**
 * Returns the symmetric prediction intervals about point forecasts: mean ± quantile × standard error.
 *
 * @param se - standard errors of the forecasts, length h; NaN where unknown, which makes bounds NaN but for the median's
 * @param quantileOf - quantile function of the errors' distribution, in standard errors; the normal one when left out
 */
export function symmetricForecast(
  mean: Float64Array,
  se: Float64Array,
  levels: readonly number[],
  quantileOf = normalQuantile,
): Forecast {
  const bounds = arraysOf(2 * levels.length, mean.length);
  const lower = bounds.slice(0, levels.length);
  const upper = bounds.slice(levels.length);
  for (let l = 0; l < levels.length; l++) {
    const level = levels[l]!;
    const quantile = quantileOf(0.5 + level / 200);
    for (let i = 0; i < mean.length; i++) {
      const reach = quantile * se[i]!;
      lower[l]![i] = level === 0 ? mean[i]! : mean[i]! - reach;
      upper[l]![i] = level === 0 ? mean[i]! : mean[i]! + reach;
    }
  }
  return { mean, levels, lower, upper };
}

/**
 * Allocates arrays of numbers in one piece of memory: many small pieces cost more than the computations in them. Arrays of up to 8
 * numbers have no piece of their own, since V8 keeps these in its heap.
 */
export function arraysOf(count: number, length: number): Float64Array[] {
  const arrays: Float64Array[] = [];
  if (count === 0) return arrays;
  const memory = length > 8 ? new ArrayBuffer(8 * count * length) : undefined;
  for (let i = 0; i < count; i++)
    arrays.push(memory === undefined ? new Float64Array(length) : new Float64Array(memory, 8 * i * length, length));
  return arrays;
}
