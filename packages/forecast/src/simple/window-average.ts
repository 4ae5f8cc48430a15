import type { AnyModel } from "../model/kind.ts";
import { fitObserved } from "../model/missing-ends.ts";
import { checkInteger, checkOptions } from "../model/options.ts";
import { checkForecastOptions, type Forecast, type ForecastOptions, symmetricForecast } from "../model/prediction.ts";
import { checkPeriod, checkSeries, type Series } from "../time/series.ts";

/** A fitted window average. With period 1 it averages all of the last observations. */
export interface WindowAverageModel extends AnyModel {
  readonly kind: "window-average" | "seasonal-window-average";
  readonly formatVersion: 1;
  readonly period: number;
  readonly nobs: number;
  /** Number of last observations of each season that are averaged. */
  readonly window: number;
  /** The values of the last `window` seasons in time order, null where missing. */
  readonly last: readonly (number | null)[];
  /** Mean squared one-step error; null without errors, when bounds are NaN. */
  readonly sigma2: number | null;
}

/**
 * Returns the window average: every forecast is the mean of the last `window` time steps. Intervals are those of
 * independent observations about the mean: their variance is the mean squared one-step error, the same at every step.
 *
 * @param y - observations; missing values (NaN) are left out of the means
 * @param options.window - an integer from 1 to the length of `y`
 * @throws {RangeError} if the window holds no observed value or is not allowed, or a value is infinite
 * @see Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 3.3 and 5.2
 */
export function windowAverage(y: Series, options: { window: number }): WindowAverageModel {
  checkOptions("windowAverage", options, { window: true }, ["window"]);
  return fitObserved(y, (observed) => fit("window-average", observed, 1, options.window));
}

/**
 * Returns the seasonal window average: every forecast is the mean of the last `window` values of the same season.
 *
 * @param y - observations; missing values (NaN) are left out of the means
 * @param options.period - observations per season
 * @param options.window - seasons, an integer of at least 1; that many must fit into `y`
 * @throws {RangeError} as `windowAverage`
 */
export function seasonalWindowAverage(y: Series, options: { period: number; window: number }): WindowAverageModel {
  checkOptions("seasonalWindowAverage", options, { period: true, window: true }, ["period", "window"]);
  return fitObserved(y, (observed) => fit("seasonal-window-average", observed, options.period, options.window));
}

function fit(kind: WindowAverageModel["kind"], y: Float64Array, period: number, window: number): WindowAverageModel {
  checkPeriod(period);
  const nobs = checkSeries(y);
  checkInteger("window", window, 1, y.length / period, `, and with period ${period} fit into ${y.length} values`);
  const expected = averages(y, period, window);
  for (let season = 0; season < period; season++)
    if (Number.isNaN(average(y, y.length + season, period, window)))
      throw new RangeError(
        `season ${season + 1} of ${period} has no observed value in its last ${window}; use a longer window`,
      );
  let squares = 0;
  let count = 0;
  for (let t = 0; t < y.length; t++) {
    const error = y[t]! - expected[t]!;
    if (Number.isNaN(error)) continue;
    squares += error * error;
    count++;
  }
  const last = Array.from(y.subarray(y.length - window * period), (value) => (Number.isNaN(value) ? null : value));
  return { kind, formatVersion: 1, period, nobs, window, last, sigma2: count > 0 ? squares / count : null };
}

/**
 * Returns the mean of the values `period`, 2 `period`, … `window` × `period` steps before t; NaN if none is observed.
 */
function average(y: Float64Array, t: number, period: number, window: number): number {
  let sum = 0;
  let count = 0;
  for (let i = 1; i <= window; i++) {
    const value = y[t - i * period]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** Returns one-step forecasts; NaN before the window is full. */
function averages(y: Float64Array, period: number, window: number): Float64Array {
  return y.map((_, t) => (t < window * period ? NaN : average(y, t, period, window)));
}

const lastValues = ({ last }: WindowAverageModel) => Float64Array.from(last, (value) => value ?? NaN);

/** Forecasts the mean of each season's last values, with the variance of the one-step errors at every step. */
export function forecastWindowAverage(model: WindowAverageModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const last = lastValues(model);
  const { period, window } = model;
  const season = Array.from({ length: period }, (_, i) => average(last, last.length + i, period, window));
  const mean = Float64Array.from({ length: h }, (_, i) => season[i % period]!);
  return symmetricForecast(mean, new Float64Array(h).fill(Math.sqrt(model.sigma2 ?? NaN)), levels);
}

/** Returns one-step forecasts of a window average; NaN before the window is full. */
export function fittedWindowAverage({ period, window }: WindowAverageModel, y: Float64Array): Float64Array {
  return averages(y, period, window);
}

/** Moves the window on. */
export function updateWindowAverage(model: WindowAverageModel, newY: Float64Array): WindowAverageModel {
  const values = Float64Array.from([...lastValues(model), ...newY]);
  const { last, nobs } = fit(model.kind, values, model.period, model.window);
  const before = model.last.filter((value) => value !== null).length;
  return { ...model, last, nobs: model.nobs + nobs - before };
}
