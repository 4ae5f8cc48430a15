import { spectralEntropy } from "../features/spectrum.ts";
import { acf } from "../stats/autocorrelation.ts";
import { isConstant } from "../stats/constant.ts";
import { strengths } from "../tests/seasonal-strength.ts";

/** The features that weights depend on, in their order. */
export const WEIGHT_FEATURES = [
  "log-length",
  "seasons",
  "trend-strength",
  "seasonal-strength",
  "acf1",
  "entropy",
  "variation",
  "shift",
  "zeros",
  "disagreement",
] as const;

/**
 * Returns the features of a series that the weights of its members depend on: unitless, so that series of any size are
 * alike. NaN where one is not defined.
 *
 * - `log-length`: the logarithm of the number of values; `seasons`: that of the number of seasons
 * - `trend-strength`, `seasonal-strength`: of an STL decomposition (see `seasonalStrength`)
 * - `acf1`: autocorrelation at lag 1; `entropy`: spectral entropy
 * - `variation`: standard deviation over the mean's size
 * - `shift`: the mean of the last season (of at least 4 values) less that of the season before, in standard deviations
 * - `zeros`: the share of values that are 0
 * - `disagreement`: the mean standard deviation of the members' forecasts, in standard deviations of the series
 *
 * @param y - begins and ends with an observed value, NaN where missing
 * @param forecasts - those of the members, of equal length
 */
export function weightFeatures(y: Float64Array, period: number, forecasts: readonly Float64Array[]): number[] {
  const observed = y.filter((value) => !Number.isNaN(value));
  const mean = average(observed);
  const deviation = Math.sqrt(average(observed.map((value) => (value - mean) ** 2)));
  const { seasonal, trend } = strengths(y, period);
  const varies = !isConstant(y);
  const season = Math.max(4, period);
  const shift = (average(y.slice(-season)) - average(y.slice(-2 * season, -season))) / deviation;
  const spread = (forecasts[0] ?? new Float64Array(0)).map((_, step) => {
    const values = Float64Array.from(forecasts, (forecast) => forecast[step] ?? NaN);
    const middle = average(values);
    return Math.sqrt(average(values.map((value) => (value - middle) ** 2)));
  });
  const features: Record<(typeof WEIGHT_FEATURES)[number], number> = {
    "log-length": Math.log(observed.length),
    seasons: Math.log(observed.length / period),
    "trend-strength": trend,
    "seasonal-strength": seasonal,
    acf1: varies && y.length > 1 ? (acf(y, { maxLag: 1 })[1] ?? NaN) : NaN,
    entropy: varies ? spectralEntropy(y) : NaN,
    variation: deviation / Math.abs(mean),
    shift,
    zeros: observed.filter((value) => value === 0).length / observed.length,
    disagreement: average(spread) / deviation,
  };
  return WEIGHT_FEATURES.map((name) => {
    const value = features[name];
    return Number.isFinite(value) ? Number(value.toPrecision(6)) : NaN;
  });
}

/** Returns the mean of values that are there; NaN without any. */
function average(values: Float64Array): number {
  const observed = values.filter((value) => !Number.isNaN(value));
  return observed.reduce((sum, value) => sum + value, 0) / observed.length;
}
