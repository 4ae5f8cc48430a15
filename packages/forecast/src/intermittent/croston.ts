import { checkOptions } from "../model/options.ts";
import { checkForecastOptions, type Forecast, type ForecastOptions } from "../model/prediction.ts";
import { brent } from "../optimise/brent.ts";
import type { Series } from "../time/series.ts";
import { checkDemand, checkNotNegative, demandForecast, relativeSizes, sizesAfter } from "./demand.ts";

/** Smoothed size and interval of demands, and the number of steps since the last demand. */
export interface CrostonState {
  /** 0 before the first demand. */
  readonly size: number;
  readonly interval: number;
  readonly since: number;
}

/** A fitted Croston model, or Syntetos and Boylan's approximation of it. */
export interface CrostonModel {
  readonly kind: "croston" | "sba";
  readonly formatVersion: 1;
  readonly nobs: number;
  readonly alpha: number;
  readonly state: CrostonState;
  /** Quantiles of the sizes at 0, 5, …, 100 %, relative to their mean. */
  readonly sizes: readonly number[];
}

/** Options of the smoothing of demand. */
export interface CrostonOptions {
  /** Smoothing of sizes and intervals, in (0, 1]; default 0.1. `"optimal"` minimises the sum of squared errors. */
  readonly alpha?: number | "optimal";
}

/**
 * Fits Croston's method for intermittent demand. Sizes of demands and intervals between them are smoothed separately,
 * each from its first value. The forecast is their ratio. Intervals: see `demandForecast`. A series without demand
 * forecasts 0.
 *
 * @param y - demand per step, not negative; missing values are left out, as if their steps did not exist
 * @throws {RangeError} if no value is observed, one is negative or infinite, or alpha is not allowed
 * @see Croston (1972), doi:10.1057/jors.1972.50
 */
export function croston(y: Series, options: CrostonOptions = {}): CrostonModel {
  checkOptions("croston", options, { alpha: true });
  return fit("croston", y, options);
}

/**
 * Fits Croston's method with the bias correction of Syntetos and Boylan: its forecast times 1 - alpha/2.
 *
 * @param y - as for `croston`
 * @throws {RangeError} as `croston`
 * @see Syntetos & Boylan (2005), doi:10.1016/j.ijforecast.2004.10.001
 */
export function sba(y: Series, options: CrostonOptions = {}): CrostonModel {
  checkOptions("sba", options, { alpha: true });
  return fit("sba", y, options);
}

function fit(kind: CrostonModel["kind"], y: Series, { alpha = 0.1 }: CrostonOptions): CrostonModel {
  if (alpha !== "optimal" && !(alpha > 0 && alpha <= 1))
    throw new RangeError(`alpha is ${alpha}; it must be above 0 and at most 1, or "optimal"`);
  const demand = checkDemand(y);
  const start = { size: 0, interval: 0, since: 0 };
  const expected = new Float64Array(demand.length);
  const errors = (a: number) => {
    run(start, kind, a, demand, expected);
    let sum = 0;
    for (let t = 0; t < demand.length; t++) sum += expected[t]! >= 0 ? (demand[t]! - expected[t]!) ** 2 : 0;
    return sum;
  };
  const used = alpha === "optimal" ? brent(errors, { lower: 1e-3, upper: 1, tolerance: 1e-6 }).x : alpha;
  const state = run(start, kind, used, demand);
  return { kind, formatVersion: 1, nobs: demand.length, alpha: used, state, sizes: relativeSizes(demand) };
}

const correction = (kind: CrostonModel["kind"], alpha: number) => (kind === "sba" ? 1 - alpha / 2 : 1);

/** Runs the method over observations. `out` gets the one-step forecasts, NaN before the first demand. */
function run(
  from: CrostonState,
  kind: CrostonModel["kind"],
  alpha: number,
  y: Float64Array,
  out?: Float64Array,
): CrostonState {
  let { size, interval, since } = from;
  const factor = correction(kind, alpha);
  for (let t = 0; t < y.length; t++) {
    if (out !== undefined) out[t] = interval > 0 ? (factor * size) / interval : NaN;
    const value = y[t]!;
    if (Number.isNaN(value)) continue;
    since++;
    if (!(value > 0)) continue;
    size = interval > 0 ? size + alpha * (value - size) : value;
    interval = interval > 0 ? interval + alpha * (since - interval) : since;
    since = 0;
  }
  return { size, interval, since };
}

/** Forecasts of Croston's method or its approximation: flat, with the intervals of one step's demand. */
export function forecastCroston(model: CrostonModel, options: ForecastOptions): Forecast {
  const { kind, alpha, nobs, state, sizes } = model;
  const { h, levels } = checkForecastOptions(options);
  const size = correction(kind, alpha) * state.size;
  const probability = state.interval > 0 ? 1 / state.interval : 0;
  // Demand at every step until there was none any more: by its intervals it would be certain, and it is not.
  const likely = state.interval === 1 ? (nobs - state.since) / nobs : probability;
  return demandForecast({ mean: size * probability, probability: likely, sizes, size }, h, levels);
}

/** Returns one-step forecasts of Croston's method or its approximation; NaN before the first demand. */
export function fittedCroston(model: CrostonModel, y: Float64Array): Float64Array {
  const out = new Float64Array(y.length);
  run({ size: 0, interval: 0, since: 0 }, model.kind, model.alpha, y, out);
  return out;
}

/** Smooths on over new values. @throws {RangeError} if one is negative */
export function updateCroston(model: CrostonModel, newY: Float64Array): CrostonModel {
  checkNotNegative(newY);
  const nobs = model.nobs + newY.filter((value) => !Number.isNaN(value)).length;
  const sizes = sizesAfter(model.sizes, newY);
  return { ...model, nobs, sizes, state: run(model.state, model.kind, model.alpha, newY) };
}
