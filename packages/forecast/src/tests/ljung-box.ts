import { checkInteger, checkOptions } from "../model/options.ts";
import { acf } from "../stats/autocorrelation.ts";
import { chiSquareCdf } from "../stats/chi-square.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";

/** A portmanteau test's result as plain data. */
export interface LjungBoxResult {
  readonly statistic: number;
  readonly lag: number;
  readonly df: number;
  readonly pValue: number;
}

/**
 * Runs the Ljung–Box portmanteau test. The null hypothesis is that a series (usually a model's residuals) has no
 * autocorrelation up to a lag; a large statistic rejects it. Q = n (n + 2) Σ ρ²[k] / (n - k), chi-square with `lag -
 * fitted` degrees of freedom.
 *
 * Missing values: autocorrelations as in `acf`; n is the number of observed values, without gaps.
 *
 * @param options.lag - the last lag; min(10, n - 1) by default
 * @param options.fitted - coefficients the model spent (p + q), 0 by default
 * @returns statistic and p-value are NaN for a constant series
 * @throws {RangeError} if a value is infinite, the lag is not an integer in [1, n), or `fitted` not in [0, lag)
 * @see Ljung & Box (1978), doi:10.1093/biomet/65.2.297
 */
export function ljungBox(residuals: Series, options: { lag?: number; fitted?: number } = {}): LjungBoxResult {
  checkOptions("ljungBox", options, { lag: true, fitted: true });
  const values = toFloat64(residuals);
  const n = checkSeries(values, 2);
  const { lag = Math.min(10, n - 1), fitted = 0 } = options;
  checkInteger("lag", lag, 1, n - 1, ` and below the ${n} observed values`);
  checkInteger("fitted", fitted, 0, lag - 1, ` and below the lag, ${lag}`);
  const rho = acf(values, { maxLag: lag });
  let sum = 0;
  for (let k = 1; k <= lag; k++) sum += (rho[k]! * rho[k]!) / (n - k);
  const statistic = n * (n + 2) * sum;
  const df = lag - fitted;
  return { statistic, lag, df, pValue: chiSquareCdf(statistic, df, "upper") };
}
