import { changePoints } from "../change-points/change-points.ts";
import { type DemandClass, demandPattern } from "../intermittent/demand-pattern.ts";
import { checkOptions } from "../model/options.ts";
import { acf } from "../stats/autocorrelation.ts";
import { isConstant } from "../stats/constant.ts";
import { strengths } from "../tests/seasonal-strength.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { spectralEntropy } from "./spectrum.ts";

/** Features of a series. NaN where a feature is not defined. */
export interface Features {
  readonly length: number;
  readonly observed: number;
  readonly missing: number;
  /** Runs of missing values. */
  readonly gaps: number;
  readonly zeros: number;
  readonly mean: number;
  /** Standard deviation (divisor n - 1) over the mean's size; NaN for a mean of 0. */
  readonly cv: number;
  /** Average demand interval: observed values per nonzero value, not counting zeros that the season explains. */
  readonly adi: number;
  /** Squared coefficient of variation (divisor n) of the nonzero values. */
  readonly cv2: number;
  /** Null if there is no demand, or if a value is negative. */
  readonly demand: DemandClass | null;
  /** In [0, 1], of an STL decomposition; 0 without a season. */
  readonly seasonalStrength: number;
  /** Of the same decomposition; NaN without a season. */
  readonly trendStrength: number;
  readonly spectralEntropy: number;
  /** Autocorrelation at lag 1. */
  readonly acf1: number;
  /** Positions at which the mean of the seasonally adjusted series changes (`changePoints`). */
  readonly changes: readonly number[];
}

/**
 * Returns features of a series, cheap enough to be computed for each of very many.
 *
 * @param y - observations, NaN where missing
 * @param options.period - observations per season; default 1, for none
 * @throws {RangeError} if a value is infinite, none is observed, or the period is not an integer of at least 1
 * @see Syntetos, Boylan & Croston (2005), doi:10.1057/palgrave.jors.2601841 (ADI 1.32 and CV² 0.49 divide the classes)
 */
export function features(y: Series, options: { period?: number } = {}): Features {
  checkOptions("features", options, { period: true });
  const { period = 1 } = options;
  checkPeriod(period);
  const values = toFloat64(y);
  const observed = checkSeries(values);
  let gaps = 0;
  let zeros = 0;
  let sum = 0;
  values.forEach((value, t) => {
    if (Number.isNaN(value)) gaps += t === 0 || !Number.isNaN(values[t - 1]!) ? 1 : 0;
    else {
      sum += value;
      if (value === 0) zeros++;
    }
  });
  const { adi, cv2, pattern } = demandPattern(values, period);
  const mean = sum / observed;
  const squares = values.reduce((total, value) => (Number.isNaN(value) ? total : total + (value - mean) ** 2), 0);
  const strength = strengths(values, period);
  const varies = !isConstant(values);
  return {
    length: values.length,
    observed,
    missing: values.length - observed,
    gaps,
    zeros,
    mean,
    cv: observed > 1 && mean !== 0 ? Math.sqrt(squares / (observed - 1)) / Math.abs(mean) : NaN,
    adi,
    cv2,
    demand: pattern,
    seasonalStrength: strength.seasonal,
    trendStrength: strength.trend,
    spectralEntropy: varies ? spectralEntropy(values) : NaN,
    acf1: varies && values.length > 1 ? acf(values, { maxLag: 1 })[1]! : NaN,
    changes: varies ? changePoints(strength.adjusted).positions : [],
  };
}
