import { checkInteger, checkOptions } from "../model/options.ts";
import type { Series } from "../time/series.ts";
import { type CriticalValues, interpolatePValue, type TestResult } from "./critical-values.ts";
import { observed } from "./observed.ts";

/** Centre that a series may be stationary around: the residuals from it, and table 1 of the paper (upper tail). */
interface Centre {
  readonly residuals: (values: Float64Array) => Float64Array;
  readonly critical: CriticalValues;
}

const LEVEL: Centre = {
  residuals: fromMean,
  critical: { levels: [0.01, 0.025, 0.05, 0.1], values: [0.739, 0.574, 0.463, 0.347] },
};
const TREND: Centre = {
  residuals: fromLine,
  critical: { levels: [0.01, 0.025, 0.05, 0.1], values: [0.216, 0.176, 0.146, 0.119] },
};

/**
 * Runs the Kwiatkowski–Phillips–Schmidt–Shin (KPSS) test. The null hypothesis is that the series is stationary around a
 * level (or a linear trend); a large statistic rejects it. The statistic is the sum of squared partial sums of the
 * residuals over n² times their long-run variance (Bartlett weights).
 *
 * Missing values are dropped and the gaps closed.
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
  const lag = options.lag ?? standardLag(n);
  checkInteger("lag", lag, 0, n - 1, ` and below the ${n} observed values`);
  const centre = type === "trend" ? TREND : LEVEL;
  const statistic = statisticOf(values, lag, centre);
  const { critical } = centre;
  return { statistic, lag, pValue: interpolatePValue(statistic, critical), critical, nobs: n };
}

/** Returns the p-value of the test around a level, with the default lag, of observed values. */
export function kpssPValue(values: Float64Array): number {
  return interpolatePValue(statisticOf(values, standardLag(values.length), LEVEL), LEVEL.critical);
}

const standardLag = (n: number) => Math.trunc((3 * Math.sqrt(n)) / 13);

function statisticOf(values: Float64Array, lag: number, { residuals }: Centre): number {
  const n = values.length;
  const e = residuals(values);
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
  return squares / (n * variance);
}

function fromMean(y: Float64Array): Float64Array {
  let mean = 0;
  for (let t = 0; t < y.length; t++) mean += y[t]!;
  mean /= y.length;
  return y.map((value) => value - mean);
}

/** Returns residuals from the least-squares line. */
function fromLine(y: Float64Array): Float64Array {
  const n = y.length;
  const centre = (n - 1) / 2;
  const off = fromMean(y);
  let slope = 0;
  if (n > 1) {
    for (let t = 0; t < n; t++) slope += (t - centre) * off[t]!;
    slope /= (n * (n * n - 1)) / 12;
  }
  return off.map((value, t) => value - slope * (t - centre));
}
