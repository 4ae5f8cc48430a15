import { checkInteger, checkOptions } from "../model/options.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";

/**
 * Returns the sample autocorrelation function: the autocovariance at each lag divided by the variance. Deviations are
 * from the overall mean, and sums are divided by n.
 *
 * Missing values: at each lag the sum runs over the observed pairs. It is divided by the number of pairs plus the lag,
 * which is n if nothing is missing.
 *
 * @param options.maxLag - the last lag, below the length; ⌊10 log₁₀ n⌋ by default, at most n - 1
 * @returns lags 0 … `maxLag`, the first is 1. NaN if the series is constant, and at a lag without an observed pair
 * @throws {RangeError} if a value is infinite, none is observed, or the lag is out of range
 * @see Box & Jenkins (1976), "Time Series Analysis", chapter 2
 */
export function acf(y: Series, options: { maxLag?: number } = {}): Float64Array {
  checkOptions("acf", options, { maxLag: true });
  const values = toFloat64(y);
  const observed = checkSeries(values);
  const n = values.length;
  const maxLag = options.maxLag ?? Math.min(n - 1, Math.floor(10 * Math.log10(n)));
  checkInteger("maxLag", maxLag, 0, n - 1, ` and below the length, ${n}`);
  let mean = 0;
  for (let t = 0; t < n; t++) if (!Number.isNaN(values[t]!)) mean += values[t]!;
  mean /= observed;
  const result = new Float64Array(maxLag + 1);
  for (let lag = 0; lag <= maxLag; lag++) {
    let sum = 0;
    let pairs = 0;
    for (let t = lag; t < n; t++) {
      const product = (values[t]! - mean) * (values[t - lag]! - mean);
      if (Number.isNaN(product)) continue;
      sum += product;
      pairs++;
    }
    result[lag] = pairs > 0 ? sum / (pairs + lag) : NaN;
  }
  const variance = result[0]!;
  for (let lag = 0; lag <= maxLag; lag++) result[lag] = variance > 0 ? result[lag]! / variance : NaN;
  return result;
}

/**
 * Returns the sample partial autocorrelation function: the last coefficient of the autoregression of each order, by the
 * Durbin–Levinson recursion on the sample autocorrelations. Missing values as in `acf`.
 *
 * @param options.maxLag - the last lag, at least 1 and below the length; ⌊10 log₁₀ n⌋ by default, at most n - 1
 * @returns lags 1 … `maxLag`: the first value is of lag 1; NaN as in `acf`
 * @throws {RangeError} if a value is infinite, none is observed, or the lag is out of range
 * @see Durbin (1960), doi:10.2307/1401322
 */
export function pacf(y: Series, options: { maxLag?: number } = {}): Float64Array {
  checkOptions("pacf", options, { maxLag: true });
  const rho = acf(y, options);
  const maxLag = rho.length - 1;
  if (maxLag < 1) throw new RangeError(`maxLag is ${maxLag}; it must be at least 1`);
  const result = new Float64Array(maxLag);
  const phi = new Float64Array(maxLag);
  const previous = new Float64Array(maxLag);
  let variance = 1;
  for (let k = 1; k <= maxLag; k++) {
    let above = rho[k]!;
    for (let j = 1; j < k; j++) above -= previous[j - 1]! * rho[k - j]!;
    const last = above / variance;
    for (let j = 1; j < k; j++) phi[j - 1] = previous[j - 1]! - last * previous[k - j - 1]!;
    phi[k - 1] = last;
    previous.set(phi.subarray(0, k));
    variance *= 1 - last * last;
    result[k - 1] = last;
  }
  return result;
}
