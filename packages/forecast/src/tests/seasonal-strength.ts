import { interpolateSeasonal } from "../decompose/interpolate-seasonal.ts";
import { seasonalTrend, standardSmoothers } from "../decompose/seasonal-trend.ts";
import { checkOptions } from "../model/options.ts";
import { isConstant } from "../stats/constant.ts";
import { checkPeriod, type Series, toFloat64 } from "../time/series.ts";

/**
 * Returns the strength of seasonality: 1 - Var(remainder) / Var(seasonal + remainder), at least 0, of an STL
 * decomposition with a seasonal window of 11 seasons. Unitless, in [0, 1]; above 0.64 a seasonal difference is
 * customary.
 *
 * Missing values are filled by `interpolateSeasonal` for the decomposition, and left out of the variances.
 *
 * @param options.period - observations per season
 * @returns 0 for a period of 1, for a series of at most two seasons, and for a constant series
 * @throws {RangeError} if a value is infinite, none is observed, or the period is not an integer of at least 1
 * @see Wang, Smith & Hyndman (2006), doi:10.1007/s10618-005-0039-x
 */
export function seasonalStrength(y: Series, options: { period: number }): number {
  checkOptions("seasonalStrength", options, { period: true }, ["period"]);
  return strengths(toFloat64(y), options.period).seasonal;
}

/** Strengths of a decomposition, and the series without its seasonal component. */
export interface Strengths {
  readonly seasonal: number;
  /** 1 - Var(remainder) / Var(trend + remainder), at least 0; NaN without a decomposition. */
  readonly trend: number;
  readonly adjusted: Float64Array;
}

/** Returns the strengths of `seasonalStrength`'s decomposition; rules as there. */
export function strengths(values: Float64Array, period: number): Strengths {
  checkPeriod(period);
  return strengthsOfFilled(values, interpolateSeasonal(values, { period }), period);
}

/** Returns the same where missing values are filled already. */
export function strengthsOfFilled(values: Float64Array, filled: Float64Array, period: number): Strengths {
  if (period < 2 || values.length <= 2 * period || isConstant(values))
    return { seasonal: 0, trend: NaN, adjusted: values };
  const smoothers = standardSmoothers(filled.length, period);
  const { seasonal, trend, remainder } = seasonalTrend(filled, period, smoothers, { inner: 2, outer: 0 });
  const observedRemainder = values.map((value, t) => (Number.isNaN(value) ? NaN : remainder[t]!));
  const noise = variance(observedRemainder);
  const share = (component: Float64Array) => {
    const both = variance(observedRemainder.map((value, t) => value + component[t]!));
    return both > 0 ? Math.max(0, Math.min(1, 1 - noise / both)) : 0;
  };
  return {
    seasonal: share(seasonal),
    trend: share(trend),
    adjusted: values.map((value, t) => value - seasonal[t]!),
  };
}

/** Returns the mean squared deviation from the mean, NaN left out. */
function variance(x: Float64Array): number {
  let mean = 0;
  let count = 0;
  for (let t = 0; t < x.length; t++)
    if (!Number.isNaN(x[t]!)) {
      mean += x[t]!;
      count++;
    }
  mean /= count;
  let sum = 0;
  for (let t = 0; t < x.length; t++) if (!Number.isNaN(x[t]!)) sum += (x[t]! - mean) ** 2;
  return sum / count;
}
