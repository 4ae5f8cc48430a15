import type { AnyModel } from "../model/kind.ts";
import { fitObserved } from "../model/missing-ends.ts";
import { checkOptions } from "../model/options.ts";
import { checkForecastOptions, type Forecast, type ForecastOptions, symmetricForecast } from "../model/prediction.ts";
import { nelderMead } from "../optimise/nelder-mead.ts";
import { dwarfingLevel } from "../stats/dwarfing-level.ts";
import { checkPeriod, checkSeries, interpolate, type Series } from "../time/series.ts";

/** A fitted additive Holt–Winters model. */
export interface HoltWintersModel extends AnyModel {
  readonly kind: "holt-winters";
  readonly formatVersion: 1;
  /** Observations per season; 1 when the model has no seasonal part. */
  readonly period: number;
  readonly nobs: number;
  /** Smoothing of the level, the slope and the season, in error-correction form. */
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  /** The states before the first observation, from which `fitted` starts. */
  readonly initial: HoltWintersState;
  /** The states after the last observation, from which forecasts start. */
  readonly state: HoltWintersState;
  /** Variance of the one-step errors, their sum of squares divided by nobs less the number of parameters. */
  readonly sigma2: number;
  readonly loglik: number;
  /** Null where it is not defined: nobs exceeds the number of parameters and sigma2 by less than 2. */
  readonly aicc: number | null;
}

/** Level, slope per step, and the effects of the next `period` steps (empty without a season). */
export interface HoltWintersState {
  readonly level: number;
  readonly slope: number;
  readonly season: readonly number[];
}

/**
 * Fits additive Holt–Winters exponential smoothing (level, additive trend, additive season). Smoothing parameters
 * minimise the sum of squared one-step errors within 0 < beta < alpha < 1, 0 < gamma < 1 - alpha and beta < 0.2 /
 * period. The last bound limits the effect of an error on the slope: over a season it is below a fifth of the error.
 * With a greater beta a single outlier at the end would continue as a trend. Initial states come from a moving-average
 * decomposition of the first seasons.
 *
 * A series shorter than two seasons and three observations gets Holt's linear trend without a season; its `period` is
 * then 1.
 *
 * @param y - observations; at a missing value (NaN) the states move on without an error
 * @param options.period - observations per season, an integer ≥ 1
 * @throws {RangeError} if fewer than 3 values are observed, one is infinite, or the period is not allowed
 * @see Winters (1960), doi:10.1287/mnsc.6.3.324; Hyndman, Koehler, Ord & Snyder (2008),
 *   doi:10.1007/978-3-540-71918-2, model (A,A,A)
 */
export function holtWinters(y: Series, options: { period: number }): HoltWintersModel {
  checkOptions("holtWinters", options, { period: true }, ["period"]);
  checkPeriod(options.period);
  return fitObserved(y, (observed) => fit(observed, options.period));
}

function fit(values: Float64Array, seasonLength: number): HoltWintersModel {
  const nobs = checkSeries(values, 3);
  const centre = dwarfingLevel(values);
  const series = centre === 0 ? values : values.map((value) => value - centre);
  const period = series.length >= 2 * seasonLength + 3 ? seasonLength : 1;
  const seasonal = period > 1;
  const initial = initialState(series, period);
  const season = new Float64Array(period);
  const smoothingOf = (x: Float64Array) => smoothing(x, seasonal, SEASON_SHARE / seasonLength);
  const errors = (x: Float64Array) => {
    season.set(initial.season);
    return smooth(series, initial, season, smoothingOf(x)).sse;
  };
  const starts = seasonal
    ? [
        [-1, -2, -2],
        [-3, -2, -1],
      ]
    : [
        [0, -2],
        [-3, -2],
      ];
  const best = starts
    .map((start) => nelderMead(errors, Float64Array.from(start), { step: start.map(() => 1.5), tolerance: 1e-7 }))
    .reduce((a, b) => (b.value < a.value ? b : a));
  const { alpha, beta, gamma } = smoothingOf(best.x);
  season.set(initial.season);
  const end = smooth(series, initial, season, { alpha, beta, gamma });
  const parameters = seasonal ? 5 + period - 1 : 4;
  const sigma2 = end.sse / (nobs > 2 * parameters ? nobs - parameters : nobs);
  const loglik = end.sse > 0 ? (-nobs / 2) * (Math.log((2 * Math.PI * end.sse) / nobs) + 1) : 0;
  const k = parameters + 1;
  const aicc = nobs > k + 1 ? -2 * loglik + 2 * k + (2 * k * (k + 1)) / (nobs - k - 1) : null;
  const n = series.length;
  const nextSeason = seasonal ? Array.from({ length: period }, (_, i) => season[(n + i) % period]!) : [];
  const state = { level: end.level + centre, slope: end.slope, season: nextSeason };
  return {
    kind: "holt-winters",
    formatVersion: 1,
    period,
    nobs,
    alpha,
    beta,
    gamma,
    initial: { ...initial, level: initial.level + centre },
    state,
    sigma2,
    loglik,
    aicc,
  };
}

type Smoothing = Pick<HoltWintersModel, "alpha" | "beta" | "gamma">;

/** The most that an error may change, by the slope, of the forecast a season ahead. */
const SEASON_SHARE = 0.2;

/** Returns smoothing parameters from unbounded ones: each is a logistic share of what the bounds leave it. */
function smoothing(x: Float64Array, seasonal: boolean, mostBeta: number): Smoothing {
  const share = (v: number) => 1e-4 + (1 - 2e-4) / (1 + Math.exp(-v));
  const alpha = share(x[0]!);
  const beta = Math.min(alpha, mostBeta) * share(x[1]!);
  return { alpha, beta, gamma: seasonal ? (1 - alpha) * share(x[2]!) : 0 };
}

/** Runs the recursion over a series. `season` (by time modulo its length) is updated in place; empty means none. */
function smooth(
  y: Float64Array,
  initial: HoltWintersState,
  season: Float64Array,
  { alpha, beta, gamma }: Smoothing,
  fitted?: Float64Array,
): { level: number; slope: number; sse: number } {
  let { level, slope } = initial;
  const period = season.length;
  let sse = 0;
  let s = 0;
  for (let t = 0; t < y.length; t++) {
    const expected = level + slope + season[s]!;
    if (fitted !== undefined) fitted[t] = expected;
    const observed = y[t]!;
    const error = observed === observed ? observed - expected : 0;
    sse += error * error;
    level += slope + alpha * error;
    slope += beta * error;
    season[s]! += gamma * error;
    if (++s === period) s = 0;
  }
  return { level, slope, sse };
}

/** Returns the level, slope and seasonal effects at the start, from up to the first five seasons. */
function initialState(y: Float64Array, period: number): HoltWintersState {
  const head = interpolate(y).subarray(0, period > 1 ? 5 * period : y.length);
  const n = head.length;
  const season = new Float64Array(period > 1 ? period : 0);
  if (period > 1) {
    const half = period >> 1;
    const even = period % 2 === 0;
    const count = new Float64Array(period);
    for (let t = half; t < n - half; t++) {
      let sum = 0;
      for (let j = -half; j <= half; j++) sum += head[t + j]! * (even && Math.abs(j) === half ? 0.5 : 1);
      season[t % period]! += head[t]! - sum / period;
      count[t % period]!++;
    }
    let total = 0;
    for (let i = 0; i < period; i++) total += season[i]! /= Math.max(1, count[i]!);
    for (let i = 0; i < period; i++) season[i]! -= total / period;
  }
  const length = Math.min(n, Math.max(10, 2 * period));
  let sumY = 0;
  let sumTY = 0;
  for (let t = 0; t < length; t++) {
    const value = head[t]! - (period > 1 ? season[t % period]! : 0);
    sumY += value;
    sumTY += (t - (length - 1) / 2) * value;
  }
  const slope = sumTY / ((length * (length * length - 1)) / 12);
  const level = sumY / length - (slope * (length + 1)) / 2;
  return { level, slope, season: Array.from(season) };
}

/** Returns the analytic variances of (A,A,A). */
export function forecastHoltWinters(model: HoltWintersModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const { level, slope, season } = model.state;
  const mean = new Float64Array(h);
  const se = new Float64Array(h);
  let variance = 1;
  for (let i = 0; i < h; i++) {
    mean[i] = level + (i + 1) * slope + (season.length > 0 ? season[i % season.length]! : 0);
    se[i] = Math.sqrt(model.sigma2 * variance);
    const step = i + 1;
    const c = model.alpha + model.beta * step + (season.length > 0 && step % season.length === 0 ? model.gamma : 0);
    variance += c * c;
  }
  return symmetricForecast(mean, se, levels);
}

export function fittedHoltWinters(model: HoltWintersModel, y: Float64Array): Float64Array {
  const fitted = new Float64Array(y.length);
  const season = model.initial.season.length > 0 ? Float64Array.from(model.initial.season) : new Float64Array(1);
  smooth(y, model.initial, season, model, fitted);
  return fitted;
}

export function updateHoltWinters(model: HoltWintersModel, newY: Float64Array): HoltWintersModel {
  const { state } = model;
  const seasonal = state.season.length > 0;
  const season = seasonal ? Float64Array.from(state.season) : new Float64Array(1);
  const { level, slope } = smooth(newY, state, season, model);
  const nextSeason = seasonal ? Array.from(season, (_, i) => season[(newY.length + i) % season.length]!) : [];
  const nobs = model.nobs + newY.filter((value) => !Number.isNaN(value)).length;
  return { ...model, nobs, state: { level, slope, season: nextSeason } };
}
