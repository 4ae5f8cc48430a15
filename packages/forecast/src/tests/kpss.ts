import { checkOptions } from "../model/options.ts";
import type { Series } from "../time/series.ts";
import { type CriticalValues, interpolatePValue, type TestResult } from "./critical-values.ts";
import { observed } from "./observed.ts";

/** Table 1 of the paper: upper tail. */
const CRITICAL: Readonly<Record<"level" | "trend", CriticalValues>> = {
  level: { levels: [0.01, 0.025, 0.05, 0.1], values: [0.739, 0.574, 0.463, 0.347] },
  trend: { levels: [0.01, 0.025, 0.05, 0.1], values: [0.216, 0.176, 0.146, 0.119] },
};

/**
 * Kwiatkowski–Phillips–Schmidt–Shin test. The null hypothesis is that the series is stationary around a level (or a
 * linear trend); a large statistic rejects it. The statistic is the sum of squared partial sums of the residuals over
 * n² times their long-run variance (Bartlett weights).
 *
 * Missing values are dropped and the gap closed.
 *
 * @param options.type - what the series is stationary around; `"level"` by default
 * @param options.lag - autocovariances in the long-run variance, below n; trunc(3 √n / 13) by default
 * @returns the statistic is NaN if the residuals are all 0 (a constant, or an exact line for `"trend"`)
 * @throws {RangeError} if a value is infinite, none is observed, or the lag is not an integer in [0, n)
 * @see Kwiatkowski, Phillips, Schmidt & Shin (1992), doi:10.1016/0304-4076(92)90104-Y
 */
export function kpss(y: Series, options: { type?: "level" | "trend"; lag?: number } = {}): TestResult {
  checkOptions("kpss", options, { type: true, lag: true });
  const { type = "level" } = options;
  const values = observed(y, 1);
  const n = values.length;
  const lag = options.lag ?? Math.trunc((3 * Math.sqrt(n)) / 13);
  if (!Number.isSafeInteger(lag) || lag < 0 || lag >= n)
    throw new RangeError(`lag is ${lag}; it must be an integer of at least 0 and below the ${n} observed values`);
  const e = residuals(values, type);
  let partial = 0;
  let squares = 0;
  let variance = 0;
  for (let t = 0; t < n; t++) {
    const value = e[t]!;
    partial += value;
    squares += partial * partial;
    variance += value * value;
  }
  for (let s = 1; s <= lag; s++) {
    let product = 0;
    for (let t = s; t < n; t++) product += e[t]! * e[t - s]!;
    variance += 2 * (1 - s / (lag + 1)) * product;
  }
  const statistic = squares / (n * variance);
  const critical = CRITICAL[type];
  return { statistic, lag, pValue: interpolatePValue(statistic, critical), critical, nobs: n };
}

/** Residuals from the mean, or from the least-squares line. */
function residuals(y: Float64Array, type: "level" | "trend"): Float64Array {
  const n = y.length;
  const centre = (n - 1) / 2;
  let mean = 0;
  for (let t = 0; t < n; t++) mean += y[t]!;
  mean /= n;
  let slope = 0;
  if (type === "trend" && n > 1) {
    for (let t = 0; t < n; t++) slope += (t - centre) * (y[t]! - mean);
    slope /= (n * (n * n - 1)) / 12;
  }
  const e = new Float64Array(n);
  for (let t = 0; t < n; t++) e[t] = y[t]! - mean - slope * (t - centre);
  return e;
}
