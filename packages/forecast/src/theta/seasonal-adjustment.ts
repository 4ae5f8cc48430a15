import { acf } from "../stats/autocorrelation.ts";
import { normalQuantile } from "../stats/distribution.ts";

/** The seasonality of a theta model. */
export interface ThetaSeason {
  /**
   * Seasonal indices from the first time step on; empty without seasonality. Multiplicative indices are negative where
   * the series is negative, so that the adjusted series is positive.
   */
  readonly indices: readonly number[];
  /** "additive" if indices are added to the adjusted series; absent if the series is multiplied by them. */
  readonly seasonality?: "additive";
}

/** The least index, in size, of a phase that is not as good as closed. */
const LEAST_INDEX = 0.01;

/**
 * Returns the seasonality that the theta method takes out of a series: none unless the series is longer than two
 * seasons and the autocorrelation at the seasonal lag is significant at 10 %; else the indices of a classical
 * decomposition, multiplicative where ratios make sense, additive elsewhere.
 *
 * Ratios make sense where the level keeps one sign, that of most values, and no phase is as good as closed: in no run of
 * one season are most values of the other sign, and of every phase most values have the sign, seasons of nothing but zeros
 * left aside. A value of the other sign, such as a return among sales, then counts as 0 here, the least that a
 * season can make of a level. So neither the form nor the indices depend on how large returns are, and as long as most
 * values have the sign, one more of the other sign changes them as little as one more 0. Both forms are odd: the indices
 * of -y are those of y with the other sign.
 *
 * @param y - no value may be missing
 * @see Assimakopoulos & Nikolopoulos (2000), doi:10.1016/S0169-2070(00)00066-2
 */
export function thetaSeason(y: Float64Array, period: number): ThetaSeason {
  const none = { indices: [] };
  if (period < 2 || y.length <= 2 * period) return none;
  const sign = levelSign(y, period);
  const sizes = sign === 0 ? y : y.map((value) => Math.max(0, sign * value));
  if (!isSeasonal(sizes, period)) return none;
  const ratios = sign === 0 ? undefined : multiplicativeIndices(sizes, period);
  if (ratios !== undefined) return { indices: sign < 0 ? ratios.map((index) => -index) : ratios };
  const effects = additiveIndices(y, period);
  return effects.every(Number.isFinite) ? { indices: effects, seasonality: "additive" } : none;
}

/**
 * Returns a series without its season, missing values included. Of a multiplicative season a value of the other sign
 * keeps its size: what is given back was not sold in this phase.
 *
 * @param from - the time step of the first value
 */
export function adjusted(y: Float64Array, { indices, seasonality }: ThetaSeason, from = 0): Float64Array {
  if (indices.length === 0) return y;
  return y.map((value, t) => {
    const index = indices[(from + t) % indices.length]!;
    if (seasonality === "additive") return value - index;
    const ratio = value / index;
    return ratio < 0 ? -Math.abs(value) : ratio;
  });
}

/** Returns values of an adjusted series with their season; `from` is the time step of the first. */
export function seasonal(values: Float64Array, { indices, seasonality }: ThetaSeason, from = 0): Float64Array {
  if (indices.length === 0) return values;
  return values.map((value, t) => {
    const index = indices[(from + t) % indices.length]!;
    return seasonality === "additive" ? value + index : value * index;
  });
}

/**
 * Returns the sign of most values, 0 left aside; 0 where most values of some run of one season have the other sign.
 */
function levelSign(y: Float64Array, period: number): number {
  const sign = Math.sign(y.reduce((sum, value) => sum + Math.sign(value), 0));
  let others = 0;
  for (let t = 0; t < y.length; t++) {
    if (sign * y[t]! < 0) others++;
    if (t >= period && sign * y[t - period]! < 0) others--;
    if (2 * others > period) return 0;
  }
  return sign;
}

function isSeasonal(y: Float64Array, period: number): boolean {
  const rho = acf(y, { maxLag: period });
  let squares = 0;
  for (let lag = 1; lag < period; lag++) squares += rho[lag]! * rho[lag]!;
  const limit = normalQuantile(0.95) * Math.sqrt((1 + 2 * squares) / y.length);
  return Math.abs(rho[period]!) > limit;
}

/**
 * Returns the mean ratio of each phase to the level, scaled to a mean of 1; undefined where a phase is as good as
 * closed.
 */
function multiplicativeIndices(y: Float64Array, period: number): number[] | undefined {
  const sums = new Float64Array(period);
  const counts = new Float64Array(period);
  const positive = new Float64Array(period);
  eachLevel(y, period, (t, sum) => {
    sums[t % period]! += (y[t]! * period) / sum;
    counts[t % period]!++;
    if (y[t]! > 0) positive[t % period]!++;
  });
  const indices = scaled(sums, counts, (mean, overall) => mean / overall);
  const isOpen = (index: number, phase: number) => index >= LEAST_INDEX && 2 * positive[phase]! > counts[phase]!;
  return indices.every(isOpen) ? indices : undefined;
}

/** Returns the mean difference of each phase from the level, shifted to a mean of 0; NaN where there is none. */
function additiveIndices(y: Float64Array, period: number): number[] {
  const sums = new Float64Array(period);
  const counts = new Float64Array(period);
  eachLevel(y, period, (t, sum) => {
    sums[t % period]! += y[t]! - sum / period;
    counts[t % period]!++;
  });
  return scaled(sums, counts, (mean, overall) => mean - overall);
}

/** Visits each time step with the sum of the season centred on it, of an even one the outer halves, unless all is zero. */
function eachLevel(y: Float64Array, period: number, visit: (t: number, sum: number) => void): void {
  const half = period >> 1;
  const even = period % 2 === 0;
  for (let t = half; t < y.length - half; t++) {
    let sum = 0;
    let isZero = true;
    for (let u = t - half; u <= t + half; u++) {
      sum += y[u]!;
      if (y[u] !== 0) isZero = false;
    }
    if (even) sum -= (y[t - half]! + y[t + half]!) / 2;
    if (!isZero) visit(t, sum);
  }
}

function scaled(sums: Float64Array, counts: Float64Array, scale: (mean: number, overall: number) => number): number[] {
  const means = Array.from(sums, (sum, phase) => sum / counts[phase]!);
  const overall = means.reduce((sum, value) => sum + value, 0) / means.length;
  return means.map((mean) => scale(mean, overall));
}
