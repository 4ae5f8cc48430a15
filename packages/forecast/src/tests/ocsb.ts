import { checkInteger, checkOptions } from "../model/options.ts";
import { leastSquares } from "../stats/least-squares.ts";
import { difference } from "../time/difference.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../time/series.ts";

/** An OCSB result as plain data. */
export interface OcsbResult {
  /** t ratio of the seasonal root. A value below `critical` rejects a seasonal unit root. */
  readonly statistic: number;
  /** The 5 % critical value. */
  readonly critical: number;
  /** Number of earlier values of the doubly differenced series in the regression. */
  readonly lag: number;
  /** Rows of the regression. */
  readonly nobs: number;
}

/**
 * Runs the Osborn–Chui–Smith–Birchenhall (OCSB) test. The null hypothesis is a seasonal unit root (beside an ordinary
 * one); a very negative statistic rejects it. Let w be the series differenced at lags 1 and m, and λ(B) its
 * autoregression of the chosen order. Then w[t] is regressed on λ(B) of the seasonal difference at t-1, on λ(B) of the
 * first difference at t-m, and on its own lags. The statistic is the t ratio of the second regressor.
 *
 * Rows with a missing value are left out.
 *
 * @param options.period - observations per season, m, at least 2
 * @param options.maxLag - the order is chosen among 0 … `maxLag` (3 by default) on the rows common to all
 * @param options.criterion - by which the order is chosen: `"aicc"` (default), `"aic"` or `"bic"`
 * @returns the statistic is NaN if too few complete rows are left to fit, or the fit is exact
 * @throws {RangeError} if a value is infinite, the period below 2 or the lag not an integer of at least 0
 * @see Osborn, Chui, Smith & Birchenhall (1988), doi:10.1111/j.1468-0084.1988.mp50004002.x
 */
export function ocsb(
  y: Series,
  options: { period: number; maxLag?: number; criterion?: "aicc" | "aic" | "bic" },
): OcsbResult {
  checkOptions("ocsb", options, { period: true, maxLag: true, criterion: true }, ["period"]);
  const { period, maxLag = 3, criterion = "aicc" } = options;
  checkPeriod(period);
  if (period < 2) throw new RangeError(`period is ${period}; the test needs at least 2`);
  checkInteger("maxLag", maxLag, 0);
  const values = toFloat64(y);
  checkSeries(values, 0);
  return test(values, period, maxLag, INFORMATION[criterion]);
}

/** Tells whether a seasonal unit root is not rejected at 5 %, with the default options of `ocsb`. */
export function hasSeasonalRoot(values: Float64Array, period: number): boolean {
  const { statistic, critical } = test(values, period, 3, aicc);
  return statistic > critical;
}

function test(values: Float64Array, period: number, maxLag: number, information: Information): OcsbResult {
  let lag = 0;
  let least = Infinity;
  for (let order = 0; maxLag > 0 && order <= maxLag; order++) {
    const fit = regress(values, period, order, maxLag);
    const value = fit.rss > 0 ? information(fit, order + 3) : Infinity;
    if (value < least) {
      least = value;
      lag = order;
    }
  }
  const { statistic, nobs } = regress(values, period, lag, lag);
  return { statistic, critical: criticalValue(period), lag, nobs };
}

/** A regression: the statistic is NaN and the residual sum of squares 0 where there is none, or its fit is exact. */
interface Regression {
  readonly statistic: number;
  readonly nobs: number;
  readonly rss: number;
}

/** An information criterion of a regression with so many parameters. */
type Information = (fit: Regression, parameters: number) => number;

const aic: Information = ({ nobs, rss }, parameters) => nobs * Math.log(rss / nobs) + 2 * parameters;
const aicc: Information = (fit, parameters) =>
  aic(fit, parameters) +
  (fit.nobs > parameters + 1 ? (2 * parameters * (parameters + 1)) / (fit.nobs - parameters - 1) : Infinity);
const bic: Information = (fit, parameters) => aic(fit, parameters) + (Math.log(fit.nobs) - 2) * parameters;
const INFORMATION = { aic, aicc, bic };

/** Returns the regression of one order, on the rows that would be complete at order `common`. */
function regress(y: Float64Array, m: number, order: number, common: number): Regression {
  const first = difference(y, 1);
  const seasonal = difference(y, m);
  const both = difference(seasonal, 1);
  // At time t: both[t - m - 1], seasonal[t - m], first[t - 1].
  const times: number[] = [];
  for (let t = m + 1 + common; t < y.length; t++) {
    let sum = 0;
    for (let k = 0; k <= common; k++) sum += both[t - m - 1 - k]!;
    if (!Number.isNaN(sum)) times.push(t);
  }
  const nobs = times.length;
  if (nobs <= order + 2) return { statistic: NaN, nobs: 0, rss: 0 };
  const column = (value: (t: number) => number) => Float64Array.from(times, value);
  const response = column((t) => both[t - m - 1]!);
  const past = Array.from({ length: order }, (_, k) => column((t) => both[t - m - 2 - k]!));
  const ar = leastSquares(past, response).coef.map((coef) => (Number.isNaN(coef) ? 0 : coef));
  const filtered = (x: Float64Array, at: number) => {
    let value = x[at]!;
    for (let k = 0; k < order; k++) value -= ar[k]! * x[at - 1 - k]!;
    return value;
  };
  const regular = column((t) => filtered(seasonal, t - 1 - m));
  const annual = column((t) => filtered(first, t - m - 1));
  const { coef, se, rss, df } = leastSquares([regular, annual, ...past], response);
  return df > 0 && rss > 0 ? { statistic: coef[1]! / se[1]!, nobs, rss } : { statistic: NaN, nobs, rss: 0 };
}

/**
 * Returns the 5 % quantile of the statistic under the null: a curve through quantiles simulated here (60,000 to 600,000
 * Gaussian series of 20 seasons, for 14 periods from 2 to 168), which it meets within 0.012; it tends to the normal
 * quantile.
 */
function criticalValue(period: number): number {
  return -1.645 - 0.398 * (1 + period / 4) ** -0.67;
}
