import type { AnyModel } from "../model/kind.ts";
import { fitObserved } from "../model/missing-ends.ts";
import { checkOptions } from "../model/options.ts";
import { checkForecastOptions, type Forecast, type ForecastOptions, symmetricForecast } from "../model/prediction.ts";
import { gridBrent } from "../optimise/grid-brent.ts";
import { checkPeriod, checkSeries, joinObserved, type Series } from "../time/series.ts";
import { adjusted, seasonal, type ThetaSeason, thetaSeason } from "./seasonal-adjustment.ts";

/** State of the dynamic theta recursion after `length` time steps: level, running mean, and line A + B t. */
export interface DynamicThetaState {
  readonly length: number;
  readonly level: number;
  readonly mean: number;
  readonly intercept: number;
  readonly slope: number;
}

/** A fitted dynamic optimised theta model. */
export interface DynamicThetaModel extends AnyModel, ThetaSeason {
  readonly kind: "dynamic-theta";
  readonly formatVersion: 1;
  readonly period: number;
  readonly alpha: number;
  /** 1 - 1/theta, the weight of the linear trend, in [0, 1). */
  readonly trendWeight: number;
  /** The level before the first time step. */
  readonly initial: number;
  readonly state: DynamicThetaState;
  /**
   * Mean squared one-step error of the seasonally adjusted series, from the third time step on. If these errors are all
   * 0, it is the variance of the changes.
   */
  readonly sigma2: number;
}

/** Largest weight of the trend: theta is at most 1,000. */
const MOST_WEIGHT = 0.999;

/**
 * Fits the dynamic optimised theta model (DOTM). Theta, alpha and the initial level minimise the sum of squared
 * one-step errors from the third step on. The linear trend is estimated again at each step. The errors are linear in
 * the initial level and in 1 - 1/theta, so these have a closed form at each alpha, and the search is over alpha alone,
 * in [0.1, 0.99].
 *
 * The model is linear, so its intervals follow from the effect of each step's error on later steps. With a
 * multiplicative season they are multiplied by its indices. They leave out the uncertainty of the estimates, so they
 * are too narrow for short series: in a sample of the M3 competition, 95 % intervals hold about 83 % of the values.
 *
 * @param y - observations; missing values are interpolated linearly
 * @param options.period - observations per season; 1 by default
 * @throws {RangeError} if fewer than 5 values are observed, one is infinite, or the period is not allowed
 * @see Fiorucci, Pellegrini, Louzada, Petropoulos & Koehler (2016), doi:10.1016/j.ijforecast.2016.02.005
 */
export function dynamicOptimizedTheta(y: Series, options: { period?: number } = {}): DynamicThetaModel {
  checkOptions("dynamicOptimizedTheta", options, { period: true });
  const { period = 1 } = options;
  checkPeriod(period);
  return fitObserved(y, (observed) => fit(observed, period));
}

function fit(values: Float64Array, period: number): DynamicThetaModel {
  checkSeries(values, 5);
  const filled = joinObserved(values);
  const season = thetaSeason(filled, period);
  const plain = adjusted(filled, season);
  const grid = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99];
  const alpha = gridBrent((value) => solve(plain, value).sse, grid, 1e-8);
  const { initial, trendWeight, sse } = solve(plain, alpha);
  const sigma2 = varianceOf(plain, sse);
  const start: DynamicThetaState = { length: 0, level: initial, mean: 0, intercept: 0, slope: 0 };
  const state = run(start, alpha, trendWeight, plain);
  return { kind: "dynamic-theta", formatVersion: 1, period, alpha, trendWeight, initial, state, ...season, sigma2 };
}

/** Errors of so little of the largest value are none. */
const ROUNDING = 1e-10;

/**
 * Returns the variance of the one-step errors. Errors that are all 0 from the third on, though the series is no line,
 * say nothing about the next error: the variance of the changes from step to step then stands for theirs, as of a
 * random walk with drift.
 */
function varianceOf(y: Float64Array, sse: number): number {
  const steps = y.length - 2;
  const largest = y.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const none = steps * (ROUNDING * largest) ** 2;
  if (sse > none) return sse / steps;
  const drift = (y[y.length - 1]! - y[0]!) / (y.length - 1);
  let squares = 0;
  for (let t = 1; t < y.length; t++) squares += (y[t]! - y[t - 1]! - drift) ** 2;
  return (squares > none ? squares : sse) / steps;
}

/** Returns the best initial level and weight of the trend for an alpha. */
function solve(y: Float64Array, alpha: number): { initial: number; trendWeight: number; sse: number } {
  const base = y[0]!;
  const keep = 1 - alpha;
  let level = 0;
  let weight = 1;
  let mean = 0;
  let intercept = 0;
  let slope = 0;
  let ee = 0;
  let ew = 0;
  let ed = 0;
  let ww = 0;
  let wd = 0;
  let dd = 0;
  for (let i = 0; i < y.length; i++) {
    const t = i + 1;
    const error = y[i]! - base - level;
    if (t > 2) {
      const line = weight * intercept + ((1 - weight * keep) / alpha) * slope;
      ee += error * error;
      ew += error * weight;
      ed += error * line;
      ww += weight * weight;
      wd += weight * line;
      dd += line * line;
    }
    level += alpha * error;
    weight *= keep;
    slope = nextSlope(slope, mean, y[i]!, t);
    mean += (y[i]! - mean) / t;
    intercept = mean - (slope * (t + 1)) / 2;
  }
  const determinant = ww * dd - wd * wd;
  const free = determinant > 1e-12 * ww * dd ? (ed * ww - ew * wd) / determinant : 0;
  const trendWeight = Math.min(MOST_WEIGHT, Math.max(0, free));
  const shift = ww > 0 ? (ew - trendWeight * wd) / ww : 0;
  const sse =
    ee +
    shift * shift * ww +
    trendWeight ** 2 * dd -
    2 * shift * ew -
    2 * trendWeight * ed +
    2 * shift * trendWeight * wd;
  return { initial: base + shift, trendWeight, sse: Math.max(0, sse) };
}

/** Returns the slope of the least squares line through the first t values, from that through t - 1 and their mean. */
function nextSlope(slope: number, mean: number, value: number, t: number): number {
  return t < 2 ? 0 : ((t - 2) * slope + (6 * (value - mean)) / t) / (t + 1);
}

/** Runs the recursion; a missing value counts as its forecast. `out` gets the one-step forecasts. */
function run(
  from: DynamicThetaState,
  alpha: number,
  trendWeight: number,
  y: Float64Array,
  out?: Float64Array,
): DynamicThetaState {
  let { length, level, mean, intercept, slope } = from;
  for (let i = 0; i < y.length; i++) {
    const t = ++length;
    const weight = (1 - alpha) ** (t - 1);
    const expected = level + trendWeight * (weight * intercept + ((1 - weight * (1 - alpha)) / alpha) * slope);
    if (out !== undefined) out[i] = expected;
    const value = Number.isNaN(y[i]!) ? expected : y[i]!;
    level += alpha * (value - level);
    slope = nextSlope(slope, mean, value, t);
    mean += (value - mean) / t;
    intercept = mean - (slope * (t + 1)) / 2;
  }
  return { length, level, mean, intercept, slope };
}

export function forecastDynamicTheta(model: DynamicThetaModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const { alpha, trendWeight, state, sigma2 } = model;
  const mean = new Float64Array(h);
  run(state, alpha, trendWeight, new Float64Array(h).fill(NaN), mean);
  const variance = new Float64Array(h).fill(1);
  const response = new Float64Array(h);
  const shock = new Float64Array(h);
  for (let j = 0; j < h - 1; j++) {
    shock.fill(NaN);
    shock[j] = 1;
    const length = state.length + j;
    run({ length, level: 0, mean: 0, intercept: 0, slope: 0 }, alpha, trendWeight, shock.subarray(j), response);
    for (let i = j + 1; i < h; i++) variance[i]! += response[i - j]! ** 2;
  }
  const plain = variance.map((value) => Math.sqrt(sigma2 * value));
  const se = model.seasonality === "additive" ? plain : seasonal(plain, model, state.length).map(Math.abs);
  return symmetricForecast(seasonal(mean, model, state.length), se, levels);
}

/** Returns one-step forecasts of a dynamic optimised theta model. */
export function fittedDynamicTheta(model: DynamicThetaModel, y: Float64Array): Float64Array {
  const out = new Float64Array(y.length);
  const start = { length: 0, level: model.initial, mean: 0, intercept: 0, slope: 0 };
  run(start, model.alpha, model.trendWeight, adjusted(joinObserved(y), model), out);
  return seasonal(out, model);
}

/** Moves the state; what was estimated stays. */
export function updateDynamicTheta(model: DynamicThetaModel, newY: Float64Array): DynamicThetaModel {
  const { state, alpha, trendWeight } = model;
  return { ...model, state: run(state, alpha, trendWeight, adjusted(newY, model, state.length)) };
}
