import { median } from "../stats/median.ts";
import { type Loess, loess, smooth, smoothAt } from "./loess.ts";

/** A series as seasonal + trend + remainder, each of its length. */
export interface Decomposition {
  readonly seasonal: Float64Array;
  readonly trend: Float64Array;
  readonly remainder: Float64Array;
  /** Robustness weights of the last pass, in [0, 1]; all 1 unless `robust` is set. */
  readonly weights: Float64Array;
}

/** The smoothers of STL: of each subseries, of the trend, and of the seasonal component's own trend. */
export interface Smoothers {
  readonly seasonal: Loess;
  readonly trend: Loess;
  readonly lowpass: Loess;
}

/** Passes of the inner loop, and of the outer, robust one. */
export interface Passes {
  readonly inner: number;
  readonly outer: number;
}

/** Returns the next odd number, at least 3. */
export function oddWindow(window: number): number {
  const least = Math.max(3, window);
  return least % 2 === 1 ? least : least + 1;
}

/** Returns the customary windows for a period and a seasonal window, before they are made odd. */
export function standardWindows(period: number, seasonalWindow: number): { trend: number; lowpass: number } {
  return { trend: Math.ceil((1.5 * period) / (1 - 1.5 / seasonalWindow)), lowpass: Math.round(period) };
}

/**
 * Returns the smoothers that are customary: a seasonal window of 11 seasons, degree 0, and the windows of
 * `standardWindows`, degree 1.
 *
 * @param n - length of the series
 * @param period - at least 2; only its whole part counts for the subseries
 */
export function standardSmoothers(n: number, period: number): Smoothers {
  const { trend, lowpass } = standardWindows(period, 11);
  return {
    seasonal: loess(11, 0, Math.ceil(n / Math.trunc(period))),
    trend: loess(oddWindow(trend), 1, n),
    lowpass: loess(oddWindow(lowpass), 1, n),
  };
}

/**
 * Returns the loops of STL, for a complete series of more than two seasons; see `stl`, which checks its options.
 *
 * @param period - an integer of at least 2
 */
export function seasonalTrend(
  values: Float64Array,
  period: number,
  smoothers: Smoothers,
  { inner, outer }: Passes,
): Decomposition {
  const n = values.length;
  const cycles = Math.ceil(n / period);
  const cycleEnds = new Float64Array(cycles + 2);
  const work: Work = {
    n,
    period,
    ...smoothers,
    subseries: new Float64Array(cycles),
    subweights: new Float64Array(cycles),
    smoothed: cycleEnds,
    within: cycleEnds.subarray(1),
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
  return { seasonal, trend, remainder: remainderOf(values, seasonal, trend), weights };
}

/** Returns the remainder of a series: the series less its seasonal component and trend. */
export function remainderOf(values: Float64Array, seasonal: Float64Array, trend: Float64Array): Float64Array {
  const remainder = new Float64Array(values.length);
  for (let t = 0; t < values.length; t++) remainder[t] = values[t]! - seasonal[t]! - trend[t]!;
  return remainder;
}

/** A decomposition's smoothers and buffers. */
interface Work extends Smoothers {
  readonly n: number;
  readonly period: number;
  readonly subseries: Float64Array;
  readonly subweights: Float64Array;
  /** A subseries smoothed, from one season before it to one after; `within` is its part without the two. */
  readonly smoothed: Float64Array;
  readonly within: Float64Array;
  readonly cycle: Float64Array;
  readonly average: Float64Array;
  readonly rest: Float64Array;
}

/** Runs one pass of the inner loop: steps 1 to 6 of the paper's section 3.2. */
function update(
  work: Work,
  y: Float64Array,
  robustness: Float64Array | undefined,
  seasonal: Float64Array,
  trend: Float64Array,
): void {
  const { n, period, subseries, subweights, smoothed, within, cycle, average, rest } = work;
  for (let phase = 0; phase < period; phase++) {
    let count = 0;
    for (let t = phase; t < n; t += period) {
      subseries[count] = y[t]! - trend[t]!;
      if (robustness !== undefined) subweights[count] = robustness[t]!;
      count++;
    }
    const weights = robustness === undefined ? undefined : subweights;
    smooth(work.seasonal, subseries, count, weights, within);
    const before = smoothAt(work.seasonal, subseries, count, weights, -1);
    const after = smoothAt(work.seasonal, subseries, count, weights, count);
    smoothed[0] = Number.isNaN(before) ? smoothed[1]! : before;
    smoothed[count + 1] = Number.isNaN(after) ? smoothed[count]! : after;
    for (let k = 0; k < count + 2; k++) cycle[phase + k * period] = smoothed[k]!;
  }
  movingAverage(cycle, n + 2 * period, period, average);
  movingAverage(average, n + period + 1, period, rest);
  movingAverage(rest, n + 2, 3, average);
  smooth(work.lowpass, average, n, undefined, rest);
  for (let t = 0; t < n; t++) {
    seasonal[t] = cycle[period + t]! - rest[t]!;
    rest[t] = y[t]! - seasonal[t]!;
  }
  smooth(work.trend, rest, n, robustness, trend);
}

/** Returns means of `span` successive values: `length - span + 1` of them. */
function movingAverage(x: Float64Array, length: number, span: number, out: Float64Array): void {
  let sum = 0;
  for (let t = 0; t < span; t++) sum += x[t]!;
  out[0] = sum / span;
  for (let t = span; t < length; t++) {
    sum += x[t]! - x[t - span]!;
    out[t - span + 1] = sum / span;
  }
}

/** Computes bisquare weights of absolute residuals, the scale six times their median; 1 and 0 within 0.1 % of either end. */
function bisquare(absolute: Float64Array, weights: Float64Array): void {
  const n = absolute.length;
  const scale = 6 * median(absolute);
  for (let t = 0; t < n; t++) {
    const u = absolute[t]!;
    weights[t] = u <= 0.001 * scale ? 1 : u <= 0.999 * scale ? (1 - (u / scale) ** 2) ** 2 : 0;
  }
}
