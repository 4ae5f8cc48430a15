import { interpolateSeasonal } from "../decompose/interpolate-seasonal.ts";
import { stl } from "../decompose/stl.ts";
import { checkPeriod, type Series, toFloat64 } from "../series.ts";

/**
 * Strength of seasonality: 1 - Var(remainder) / Var(seasonal + remainder), at least 0, of an STL decomposition with a
 * seasonal window of 11 seasons. Unitless, in [0, 1]; above 0.64 a seasonal difference is customary.
 *
 * Missing values are filled by `interpolateSeasonal`.
 *
 * @param options.period - observations per season
 * @returns 0 for a period of 1, a series that does not hold more than two seasons, and one without any variance
 * @throws {RangeError} if a value is infinite or none is observed, or the period is not an integer of at least 1
 * @see Wang, Smith & Hyndman (2006), doi:10.1007/s10618-005-0039-x
 */
export function seasonalStrength(y: Series, options: { period: number }): number {
  const { period } = options;
  checkPeriod(period);
  const values = interpolateSeasonal(toFloat64(y), { period });
  if (period < 2 || values.length <= 2 * period) return 0;
  const { seasonal, remainder } = stl(values, { period, seasonalWindow: 11 });
  const rest = variance(remainder, undefined);
  const both = variance(remainder, seasonal);
  return both > 0 ? Math.max(0, Math.min(1, 1 - rest / both)) : 0;
}

/** Variance of `a`, or of `a + b`. */
function variance(a: Float64Array, b: Float64Array | undefined): number {
  let mean = 0;
  for (let t = 0; t < a.length; t++) mean += a[t]! + (b === undefined ? 0 : b[t]!);
  mean /= a.length;
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += (a[t]! + (b === undefined ? 0 : b[t]!) - mean) ** 2;
  return sum / a.length;
}
