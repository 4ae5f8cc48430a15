import { checkInteger, checkOptions } from "../model/options.ts";
import { leastSquares } from "../stats/least-squares.ts";
import type { Series } from "../time/series.ts";
import { type CriticalValues, interpolatePValue, type TestResult } from "./critical-values.ts";
import { type Deterministic, level, trend } from "./deterministic.ts";
import { observed } from "./observed.ts";

/**
 * A deterministic part, and MacKinnon's response surface: constant, and the coefficients of 1/n and 1/n², at 1, 5 and 10
 * percent.
 */
interface Part {
  readonly columns: Deterministic;
  readonly surface: readonly (readonly [number, number, number])[];
}

const LEVEL: Part = {
  columns: level,
  surface: [
    [-3.4335, -5.999, -29.25],
    [-2.8621, -2.738, -8.36],
    [-2.5671, -1.438, -4.48],
  ],
};
const TREND: Part = {
  columns: trend,
  surface: [
    [-3.9638, -8.353, -47.44],
    [-3.4126, -4.039, -17.83],
    [-3.1279, -2.418, -7.58],
  ],
};

/**
 * Runs the Phillips–Perron test (Zτ). The null hypothesis is a unit root; a very negative statistic rejects it. The
 * statistic is the t ratio of y[t-1] (against 1) in a regression of y on y[t-1], a constant, and with `"trend"` also
 * time. It is corrected for autocorrelation by the long-run variance of the residuals (Bartlett weights).
 *
 * Missing values are dropped and the gaps closed.
 *
 * @param options.type - the deterministic part; `"level"` (a constant) by default
 * @param options.lag - autocovariances in the long-run variance; trunc(4 (n / 100)^¼) by default, n one below the length
 * @returns the statistic is NaN if the regression leaves no degrees of freedom, or fits exactly
 * @throws {RangeError} if a value is infinite, the lag is not an integer in [0, n), or fewer than 4 values are observed
 * @see Phillips & Perron (1988), doi:10.1093/biomet/75.2.335; MacKinnon (1991), "Critical values for cointegration tests"
 */
export function pp(y: Series, options: { type?: "level" | "trend"; lag?: number } = {}): TestResult {
  checkOptions("pp", options, { type: true, lag: true });
  const { type = "level" } = options;
  const values = observed(y, 4);
  const n = values.length - 1;
  const lag = options.lag ?? standardLag(n);
  checkInteger("lag", lag, 0, n - 1, ` and below ${n}`);
  const { statistic, critical } = test(values, lag, type === "trend" ? TREND : LEVEL);
  return { statistic, lag, pValue: interpolatePValue(statistic, critical), critical, nobs: values.length };
}

/** Returns the p-value of the test with a constant, with the default lag, of at least 4 observed values. */
export function ppPValue(values: Float64Array): number {
  const { statistic, critical } = test(values, standardLag(values.length - 1), LEVEL);
  return interpolatePValue(statistic, critical);
}

const standardLag = (n: number) => Math.trunc(4 * (n / 100) ** 0.25);

function test(values: Float64Array, lag: number, { columns, surface }: Part) {
  const n = values.length - 1;
  const response = values.subarray(1);
  const before = values.subarray(0, n);
  const deterministic = columns(n);
  const regressors = [...deterministic, before];
  const { coef, se, rss, df } = leastSquares(regressors, response);
  const spread = leastSquares(deterministic, before).rss;
  const e = Float64Array.from(response);
  regressors.forEach((column, j) => {
    for (let t = 0; t < n; t++) e[t]! -= coef[j]! * column[t]!;
  });
  const short = rss / n;
  let long = short;
  for (let s = 1; s <= lag; s++) {
    let product = 0;
    for (let t = s; t < n; t++) product += e[t]! * e[t - s]!;
    long += (2 / n) * (1 - s / (lag + 1)) * product;
  }
  const slope = coef[coef.length - 1]!;
  const t = (slope - 1) / se[se.length - 1]!;
  const statistic =
    df > 0 ? Math.sqrt(short / long) * t - ((long - short) * n) / (2 * Math.sqrt(long) * Math.sqrt(spread)) : NaN;
  const critical: CriticalValues = {
    levels: [0.01, 0.05, 0.1],
    values: surface.map(([limit, first, second]) => limit + first / n + second / (n * n)),
  };
  return { statistic, critical };
}
