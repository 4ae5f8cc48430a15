import { checkOptions } from "../model/options.ts";
import { checkForecastOptions, type Forecast, type ForecastOptions } from "../model/prediction.ts";
import type { Series } from "../time/series.ts";
import { checkDemand, checkNotNegative, demandForecast, relativeSizes, sizesAfter } from "./demand.ts";

/** Smoothed demand size, and the probability of a demand at a step. */
export interface TsbState {
  readonly size: number;
  readonly probability: number;
}

/** A fitted model of Teunter, Syntetos and Babai. */
export interface TsbModel {
  readonly kind: "tsb";
  readonly formatVersion: 1;
  readonly nobs: number;
  readonly alpha: number;
  readonly beta: number;
  readonly initial: TsbState;
  readonly state: TsbState;
  /** Quantiles of the sizes at 0, 5, …, 100 %, relative to their mean. */
  readonly sizes: readonly number[];
}

/**
 * Fits the method of Teunter, Syntetos and Babai for intermittent demand: as Croston's, but the probability of a demand
 * is smoothed at every step, so that forecasts fall while there is no demand. Smoothing starts from the share of steps
 * with demand and from the first size. Intervals: see `demandForecast`.
 *
 * @param y - demand per step, not negative; missing values are left out
 * @param options.alpha - smoothing of the sizes, in (0, 1]; 0.1 by default
 * @param options.beta - smoothing of the probability, in (0, 1]; 0.1 by default
 * @throws {RangeError} if no value is observed, one is negative or infinite, or a smoothing parameter is not allowed
 * @see Teunter, Syntetos & Babai (2011), doi:10.1016/j.ejor.2011.05.018
 */
export function tsb(y: Series, options: { alpha?: number; beta?: number } = {}): TsbModel {
  checkOptions("tsb", options, { alpha: true, beta: true });
  const { alpha = 0.1, beta = 0.1 } = options;
  for (const [name, value] of Object.entries({ alpha, beta }))
    if (!(value > 0 && value <= 1)) throw new RangeError(`${name} is ${value}; it must be above 0 and at most 1`);
  const demand = checkDemand(y);
  const some = demand.filter((value) => value > 0);
  const initial = { size: some[0] ?? 0, probability: some.length / demand.length };
  const sizes = relativeSizes(demand);
  const state = run(initial, alpha, beta, demand);
  return { kind: "tsb", formatVersion: 1, nobs: demand.length, alpha, beta, initial, state, sizes };
}

function run(from: TsbState, alpha: number, beta: number, y: Float64Array, out?: Float64Array): TsbState {
  let { size, probability } = from;
  for (let t = 0; t < y.length; t++) {
    if (out !== undefined) out[t] = size * probability;
    const value = y[t]!;
    if (Number.isNaN(value)) continue;
    if (value > 0) size = size > 0 ? size + alpha * (value - size) : value;
    probability += beta * ((value > 0 ? 1 : 0) - probability);
  }
  return { size, probability };
}

/** Forecasts of Teunter, Syntetos and Babai's method: flat, with the intervals of one step's demand. */
export function forecastTsb(model: TsbModel, options: ForecastOptions): Forecast {
  const { size, probability } = model.state;
  const { h, levels } = checkForecastOptions(options);
  return demandForecast({ mean: size * probability, probability, sizes: model.sizes }, h, levels);
}

/** Returns one-step forecasts of Teunter, Syntetos and Babai's method. */
export function fittedTsb(model: TsbModel, y: Float64Array): Float64Array {
  const out = new Float64Array(y.length);
  run(model.initial, model.alpha, model.beta, y, out);
  return out;
}

/** Smooths on over new values. @throws {RangeError} if one is negative */
export function updateTsb(model: TsbModel, newY: Float64Array): TsbModel {
  checkNotNegative(newY);
  const nobs = model.nobs + newY.filter((value) => !Number.isNaN(value)).length;
  const sizes = sizesAfter(model.sizes, newY);
  return { ...model, nobs, sizes, state: run(model.state, model.alpha, model.beta, newY) };
}
