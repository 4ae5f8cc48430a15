import type { Forecast } from "../model/prediction.ts";
import type { Series } from "../time/series.ts";
import { pinball } from "./accuracy.ts";

/** Accuracy of the prediction intervals of one level; NaN where no actual value is observed. */
export interface IntervalAccuracy {
  /** Nominal coverage in percent. */
  readonly level: number;
  /** Share of the actual values inside the interval, bounds included, in [0, 1]. */
  readonly coverage: number;
  /** Mean width, in the units of the data. */
  readonly width: number;
  /** Mean interval score, in the units of the data; smaller is better. */
  readonly score: number;
  /** Mean pinball loss of the two bounds as quantile forecasts. */
  readonly pinball: number;
}

/**
 * Returns the share of the actual values inside [lower, upper], in [0, 1]. Steps with a NaN are left out; NaN if no
 * step is left.
 */
export function coverage(actual: Series, lower: Series, upper: Series): number {
  return average(actual, lower, upper, (a, l, u) => (a >= l && a <= u ? 1 : 0));
}

/**
 * Returns the interval (Winkler) score, averaged over the steps: the width, plus 2/α times the distance by which the
 * actual value lies outside, with α = 1 - level/100. The score is proper: its expectation is smallest for the true
 * quantiles. Steps with a NaN are left out.
 *
 * @param level - nominal coverage in percent, in (0, 100)
 * @throws {RangeError} if the lengths differ or the level is out of range
 * @see Gneiting & Raftery (2007), doi:10.1198/016214506000001437
 */
export function intervalScore(actual: Series, lower: Series, upper: Series, level: number): number {
  if (!(level > 0 && level < 100)) throw new RangeError(`level is ${level}; it must be a percentage between 0 and 100`);
  const alpha = 1 - level / 100;
  return average(actual, lower, upper, (a, l, u) => u - l + (2 / alpha) * (Math.max(0, l - a) + Math.max(0, a - u)));
}

/**
 * Returns the accuracy of a forecast's prediction intervals, level by level.
 *
 * @param actual - observed values at the steps of the forecast; NaN (missing) is left out
 * @throws {RangeError} if the lengths differ
 */
export function intervalAccuracy(actual: Series, forecast: Forecast): IntervalAccuracy[] {
  const observed = Array.from(actual, (_, t) => t).filter((t) => !Number.isNaN(actual[t]!));
  const atObserved = (series: Series) => observed.map((t) => series[t]!);
  return forecast.levels.map((level, i) => {
    const lower = forecast.lower[i]!;
    const upper = forecast.upper[i]!;
    const score = intervalScore(actual, lower, upper, level);
    const [a, l, u] = [atObserved(actual), atObserved(lower), atObserved(upper)];
    const tail = 0.5 - level / 200;
    return {
      level,
      coverage: coverage(actual, lower, upper),
      width: average(actual, lower, upper, (_, low, high) => high - low),
      score,
      pinball: (pinball(a, l, tail) + pinball(a, u, 1 - tail)) / 2,
    };
  });
}

function average(
  actual: Series,
  lower: Series,
  upper: Series,
  measure: (a: number, l: number, u: number) => number,
): number {
  if (lower.length !== actual.length || upper.length !== actual.length)
    throw new RangeError(
      `${actual.length} actual values but ${lower.length} lower and ${upper.length} upper bounds; the lengths must agree`,
    );
  let sum = 0;
  let count = 0;
  for (let t = 0; t < actual.length; t++) {
    if (Number.isNaN(actual[t]! + lower[t]! + upper[t]!)) continue;
    sum += measure(actual[t]!, lower[t]!, upper[t]!);
    count++;
  }
  return sum / count;
}
