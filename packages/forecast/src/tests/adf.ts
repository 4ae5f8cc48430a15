import { checkInteger, checkOptions } from "../model/options.ts";
import { leastSquares } from "../stats/least-squares.ts";
import { difference } from "../time/difference.ts";
import type { Series } from "../time/series.ts";
import { type CriticalValues, interpolatePValue, type TestResult } from "./critical-values.ts";
import { type Deterministic, level, trend } from "./deterministic.ts";
import { observed } from "./observed.ts";

const LEVELS = [0.01, 0.05, 0.1] as const;
/** A deterministic part, and its rows of Fuller's table 8.5.2, lower tail: the first with a bound above the number of differences counts. */
interface Part {
  readonly columns: Deterministic;
  readonly table: readonly (readonly [bound: number, values: readonly number[]])[];
}

const LEVEL: Part = {
  columns: level,
  table: [
    [25, [-3.75, -3.0, -2.63]],
    [50, [-3.58, -2.93, -2.6]],
    [100, [-3.51, -2.89, -2.58]],
    [250, [-3.46, -2.88, -2.57]],
    [500, [-3.44, -2.87, -2.57]],
    [Infinity, [-3.43, -2.86, -2.57]],
  ],
};
const TREND: Part = {
  columns: trend,
  table: [
    [25, [-4.38, -3.6, -3.24]],
    [50, [-4.15, -3.5, -3.18]],
    [100, [-4.04, -3.45, -3.15]],
    [250, [-3.99, -3.43, -3.13]],
    [500, [-3.98, -3.42, -3.13]],
    [Infinity, [-3.96, -3.41, -3.12]],
  ],
};

/** An ADF result: `statistic` is the t statistic, `f` the F statistic of a unit root without a deterministic part. */
export interface AdfResult extends TestResult {
  readonly f: number;
}

/**
 * Runs the augmented Dickey–Fuller test. The null hypothesis is a unit root; a very negative statistic rejects it. The
 * statistic is the t ratio of y[t-1] in a regression of the change of y. The regressors are y[t-1], a constant, `lag`
 * earlier changes, and with `"trend"` also time.
 *
 * Missing values are dropped and the gaps closed.
 *
 * @param options.type - the deterministic part; `"level"` (a constant) by default
 * @param options.lag - earlier changes in the regression; 1 by default
 * @returns the statistic is NaN if the regression leaves no degrees of freedom or the series is constant
 * @throws {RangeError} if a value is infinite, the lag is not an integer ≥ 0, or too few values are observed
 * @see Dickey & Fuller (1979), doi:10.2307/2286348; Said & Dickey (1984), doi:10.1093/biomet/71.3.599; Fuller (1976)
 */
export function adf(y: Series, options: { type?: "level" | "trend"; lag?: number } = {}): AdfResult {
  checkOptions("adf", options, { type: true, lag: true });
  const { type = "level", lag = 1 } = options;
  checkInteger("lag", lag, 0);
  const values = observed(y, lag + 3);
  const { statistic, critical, full, past, response, position } = test(values, lag, type === "trend" ? TREND : LEVEL);
  const restricted = leastSquares(past, response);
  const f = full.df > 0 ? (restricted.rss - full.rss) / (position + 1) / (full.rss / full.df) : NaN;
  return { statistic, f, lag, pValue: interpolatePValue(statistic, critical), critical, nobs: values.length };
}

/** Returns the p-value of the test with a constant, at lag 1, of at least 4 observed values. */
export function adfPValue(values: Float64Array): number {
  const { statistic, critical } = test(values, 1, LEVEL);
  return interpolatePValue(statistic, critical);
}

function test(values: Float64Array, lag: number, { columns, table }: Part) {
  const changes = difference(values);
  const n = changes.length;
  const past = Array.from({ length: lag }, (_, i) => changes.subarray(lag - 1 - i, n - 1 - i));
  const response = changes.subarray(lag);
  const deterministic = columns(n - lag);
  const position = deterministic.length;
  const full = leastSquares([...deterministic, values.subarray(lag, n), ...past], response);
  const statistic = full.df > 0 ? full.coef[position]! / full.se[position]! : NaN;
  const critical: CriticalValues = { levels: LEVELS, values: table.find(([bound]) => n < bound)?.[1] ?? [] };
  return { statistic, critical, full, past, response, position };
}
