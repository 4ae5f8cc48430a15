import { checkOptions, type OptionNames } from "../model/options.ts";
import { median } from "../stats/median.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { type Loess, loess, smooth, smoothAt } from "./loess.ts";

/** The options of `stl`. */
const NAMES: OptionNames<StlOptions> = {
  period: true,
  seasonalWindow: true,
  seasonalDegree: true,
  trendWindow: true,
  trendDegree: true,
  lowpassWindow: true,
  lowpassDegree: true,
  seasonalJump: true,
  trendJump: true,
  lowpassJump: true,
  robust: true,
  inner: true,
  outer: true,
};

/** A series as seasonal + trend + remainder, each of its length. */
export interface Decomposition {
  readonly seasonal: Float64Array;
  readonly trend: Float64Array;
  readonly remainder: Float64Array;
  /** Robustness weights of the last pass, in [0, 1]; all 1 unless robust. */
  readonly weights: Float64Array;
}

/** Windows are in observations (the seasonal one in seasons), odd and at least 3; an even one counts as the next odd. */
export interface StlOptions {
  /** Observations per season, at least 2; only its whole part counts for the subseries. */
  readonly period: number;
  /** Seasons over which each subseries is smoothed; `"periodic"`: its mean. 11 by default. */
  readonly seasonalWindow?: number | "periodic";
  /** Degree of the subseries' local fit, 0 by default. */
  readonly seasonalDegree?: 0 | 1;
  /** The next odd number from 1.5 period / (1 - 1.5 / seasonalWindow) by default. */
  readonly trendWindow?: number;
  /** 1 by default. */
  readonly trendDegree?: 0 | 1;
  /** The next odd number from `period` by default. */
  readonly lowpassWindow?: number;
  /** `trendDegree` by default. */
  readonly lowpassDegree?: 0 | 1;
  /** Loess is fitted at every `jump`-th point and joined linearly between: a tenth of its window, rounded up, by default. */
  readonly seasonalJump?: number;
  readonly trendJump?: number;
  readonly lowpassJump?: number;
  /** Gives outliers less weight. False by default. */
  readonly robust?: boolean;
  /** Passes of the inner loop: 1 if robust, else 2, by default. */
  readonly inner?: number;
  /** Passes of the outer, robust loop: 15 if robust, else 0, by default. */
  readonly outer?: number;
}

/**
 * STL: seasonal-trend decomposition by loess. No value may be missing: fill gaps first (`interpolateSeasonal`).
 *
 * The defaults of the windows' lengths, degrees, jumps and passes are those customary with it; `"periodic"` smooths each
 * subseries with degree 0 over ten times the series, then takes its mean.
 *
 * @returns components that add up to the series
 * @throws {RangeError} if a value is missing or infinite, the series does not hold two seasons and one value more, or an
 *   option is out of range
 * @see Cleveland, Cleveland, McRae & Terpenning (1990), "STL: a seasonal-trend decomposition procedure based on loess",
 *   Journal of Official Statistics 6(1), 3–73
 */
export function stl(y: Series, options: StlOptions): Decomposition {
  checkOptions("stl", options, NAMES, ["period"]);
  const values = toFloat64(y);
  const n = values.length;
  if (checkSeries(values) < n)
    throw new RangeError(`the series has ${n - checkSeries(values)} missing values; fill them before decomposing`);
  const period = Math.trunc(options.period);
  checkPeriod(period);
  if (period < 2) throw new RangeError(`period is ${options.period}; a seasonal decomposition needs at least 2`);
  if (n <= 2 * period)
    throw new RangeError(`the series has ${n} values; a period of ${period} needs more than ${2 * period}`);
  const periodic = options.seasonalWindow === "periodic";
  const seasonalWindow = periodic
    ? 10 * n + 1
    : odd(options.seasonalWindow as number | undefined, 11, "seasonalWindow");
  const share = 1.5 / seasonalWindow;
  const trendWindow = odd(options.trendWindow, Math.ceil((1.5 * options.period) / (1 - share)), "trendWindow");
  const lowpassWindow = odd(options.lowpassWindow, Math.round(options.period), "lowpassWindow");
  const { seasonalDegree = 0, trendDegree = 1, lowpassDegree = trendDegree, robust = false } = options;
  const inner = whole(options.inner, robust ? 1 : 2, 1, "inner");
  const outer = whole(options.outer, robust ? 15 : 0, 0, "outer");
  const jump = (value: number | undefined, window: number, name: string) =>
    whole(value, Math.ceil(window / 10), 1, name);
  const cycles = Math.ceil(n / period);
  const work: Work = {
    n,
    period,
    seasonal: loess(
      seasonalWindow,
      periodic ? 0 : seasonalDegree,
      jump(options.seasonalJump, seasonalWindow, "seasonalJump"),
      cycles,
    ),
    trend: loess(trendWindow, trendDegree, jump(options.trendJump, trendWindow, "trendJump"), n),
    lowpass: loess(lowpassWindow, lowpassDegree, jump(options.lowpassJump, lowpassWindow, "lowpassJump"), n),
    subseries: new Float64Array(cycles),
    subweights: new Float64Array(cycles),
    smoothed: new Float64Array(cycles + 2),
    cycle: new Float64Array(n + 2 * period),
    average: new Float64Array(n + 2 * period),
    rest: new Float64Array(n + 2),
  };
  const seasonal = new Float64Array(n);
  const trend = new Float64Array(n);
  const weights = new Float64Array(n).fill(1);
  const fit = outer > 0 ? new Float64Array(n) : undefined;
  for (let pass = 0; ; pass++) {
    const robustness = pass > 0 ? weights : undefined;
    for (let i = 0; i < inner; i++) update(work, values, robustness, seasonal, trend);
    if (fit === undefined || pass >= outer) break;
    for (let t = 0; t < n; t++) fit[t] = Math.abs(values[t]! - seasonal[t]! - trend[t]!);
    bisquare(fit, weights);
  }
  if (periodic) toMeans(seasonal, period);
  const remainder = new Float64Array(n);
  for (let t = 0; t < n; t++) remainder[t] = values[t]! - seasonal[t]! - trend[t]!;
  return { seasonal, trend, remainder, weights };
}

interface Work {
  readonly n: number;
  readonly period: number;
  readonly seasonal: Loess;
  readonly trend: Loess;
  readonly lowpass: Loess;
  readonly subseries: Float64Array;
  readonly subweights: Float64Array;
  readonly smoothed: Float64Array;
  readonly cycle: Float64Array;
  readonly average: Float64Array;
  readonly rest: Float64Array;
}

/** One pass of the inner loop: steps 1 to 6 of the paper's section 3.2. */
function update(
  work: Work,
  y: Float64Array,
  robustness: Float64Array | undefined,
  seasonal: Float64Array,
  trend: Float64Array,
): void {
  const { n, period, subseries, subweights, smoothed, cycle, average, rest } = work;
  for (let phase = 0; phase < period; phase++) {
    let count = 0;
    for (let t = phase; t < n; t += period) {
      subseries[count] = y[t]! - trend[t]!;
      if (robustness !== undefined) subweights[count] = robustness[t]!;
      count++;
    }
    const weights = robustness === undefined ? undefined : subweights;
    smooth(work.seasonal, subseries, 0, count, weights, smoothed, 1);
    const before = smoothAt(work.seasonal, subseries, 0, count, weights, -1);
    const after = smoothAt(work.seasonal, subseries, 0, count, weights, count);
    smoothed[0] = Number.isNaN(before) ? smoothed[1]! : before;
    smoothed[count + 1] = Number.isNaN(after) ? smoothed[count]! : after;
    for (let k = 0; k < count + 2; k++) cycle[phase + k * period] = smoothed[k]!;
  }
  movingAverage(cycle, n + 2 * period, period, average);
  movingAverage(average, n + period + 1, period, rest);
  movingAverage(rest, n + 2, 3, average);
  smooth(work.lowpass, average, 0, n, undefined, rest, 0);
  for (let t = 0; t < n; t++) {
    seasonal[t] = cycle[period + t]! - rest[t]!;
    rest[t] = y[t]! - seasonal[t]!;
  }
  smooth(work.trend, rest, 0, n, robustness, trend, 0);
}

/** Means of `span` successive values: `length - span + 1` of them. */
function movingAverage(x: Float64Array, length: number, span: number, out: Float64Array): void {
  let sum = 0;
  for (let t = 0; t < span; t++) sum += x[t]!;
  out[0] = sum / span;
  for (let t = span; t < length; t++) {
    sum += x[t]! - x[t - span]!;
    out[t - span + 1] = sum / span;
  }
}

/** Bisquare weights of absolute residuals, the scale six times their median; 1 and 0 within 0.1 % of either end. */
function bisquare(absolute: Float64Array, weights: Float64Array): void {
  const n = absolute.length;
  const scale = 6 * median(absolute);
  for (let t = 0; t < n; t++) {
    const u = absolute[t]!;
    weights[t] = u <= 0.001 * scale ? 1 : u <= 0.999 * scale ? (1 - (u / scale) ** 2) ** 2 : 0;
  }
}

/** Replaces every value by the mean of its phase. */
function toMeans(seasonal: Float64Array, period: number): void {
  for (let phase = 0; phase < period; phase++) {
    let sum = 0;
    let count = 0;
    for (let t = phase; t < seasonal.length; t += period, count++) sum += seasonal[t]!;
    for (let t = phase; t < seasonal.length; t += period) seasonal[t] = sum / count;
  }
}

/** A window: the option, or the default; the next odd number, at least 3. */
function odd(option: number | undefined, fallback: number, name: string): number {
  const window = Math.max(3, whole(option, fallback, 1, name));
  return window % 2 === 1 ? window : window + 1;
}

function whole(option: number | undefined, fallback: number, least: number, name: string): number {
  const value = option ?? fallback;
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${name} is ${value}; it must be an integer of at least ${least}`);
  return value;
}
