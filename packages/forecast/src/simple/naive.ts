import type { AnyModel } from "../model/kind.ts";
import { fitObserved } from "../model/missing-ends.ts";
import { checkOptions } from "../model/options.ts";
import { checkForecastOptions, type Forecast, type ForecastOptions, symmetricForecast } from "../model/prediction.ts";
import { checkPeriod, checkSeries, type Series } from "../time/series.ts";

/** A fitted seasonal naive model; with period 1, the naive model (a random walk). */
export interface NaiveModel extends AnyModel {
  readonly kind: "naive" | "snaive";
  readonly formatVersion: 1;
  readonly period: number;
  readonly nobs: number;
  /** The last observed value of each season, in time order: the forecasts of the next `period` steps. */
  readonly lastSeason: readonly number[];
  /** Mean squared one-step residual; null without residuals, when bounds are NaN. */
  readonly sigma2: number | null;
}

/**
 * Returns the naive method: every forecast is the last observed value. Intervals are those of a random walk whose
 * variance is the mean squared one-step residual.
 *
 * @param y - observations; missing values (NaN) are skipped: the last observed value counts
 * @throws {RangeError} if no value is observed or one is infinite
 * @see Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 5.2
 */
export function naive(y: Series): NaiveModel {
  return fitObserved(y, (observed) => seasonalNaive(observed, 1, "naive"));
}

/**
 * Returns the seasonal naive method: every forecast is the last observed value of the same season.
 *
 * @param y - observations; missing values are skipped: the last observed value of that season counts
 * @param options.period - observations per season, less than the length of `y`
 * @throws {RangeError} if a season has no observed value, or one is infinite
 * @see Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 5.2
 */
export function snaive(y: Series, options: { period: number }): NaiveModel {
  checkOptions("snaive", options, { period: true }, ["period"]);
  return fitObserved(y, (observed) => seasonalNaive(observed, options.period, "snaive"));
}

function seasonalNaive(y: Float64Array, period: number, kind: NaiveModel["kind"]): NaiveModel {
  checkPeriod(period);
  const nobs = checkSeries(y);
  const fitted = fittedNaive(y, period);
  let squares = 0;
  let count = 0;
  for (let t = 0; t < y.length; t++) {
    const residual = y[t]! - fitted[t]!;
    if (Number.isNaN(residual)) continue;
    squares += residual * residual;
    count++;
  }
  const lastSeason: number[] = [];
  for (let season = 0; season < period; season++) {
    let t = y.length - period + season;
    while (t >= 0 && Number.isNaN(y[t]!)) t -= period;
    if (t < 0)
      throw new RangeError(
        `season ${season + 1} of ${period} has no observed value in a series of ${y.length}; use a shorter period`,
      );
    lastSeason.push(y[t]!);
  }
  return { kind, formatVersion: 1, period, nobs, lastSeason, sigma2: count > 0 ? squares / count : null };
}

/** Returns one-step forecasts of a naive or seasonal naive model. */
export function fittedNaiveModel(model: NaiveModel, y: Float64Array): Float64Array {
  return fittedNaive(y, model.period);
}

/**
 * Returns one-step forecasts of the seasonal naive method: the last observed value of the same season, carried over
 * missing ones; NaN before a season's first observation.
 */
export function fittedNaive(y: Float64Array, period: number): Float64Array {
  const fitted = new Float64Array(y.length);
  for (let t = 0; t < y.length; t++) {
    const previous = t < period ? NaN : y[t - period]!;
    fitted[t] = Number.isNaN(previous) && t >= period ? fitted[t - period]! : previous;
  }
  return fitted;
}

export function forecastNaive(model: NaiveModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const mean = new Float64Array(h);
  const se = new Float64Array(h);
  for (let i = 0; i < h; i++) {
    mean[i] = model.lastSeason[i % model.period]!;
    se[i] = Math.sqrt((model.sigma2 ?? NaN) * (Math.floor(i / model.period) + 1));
  }
  return symmetricForecast(mean, se, levels);
}

/** Shifts the seasons on; a missing value leaves that of its season a season before. */
export function updateNaive(model: NaiveModel, newY: Float64Array): NaiveModel {
  const seasons = [...model.lastSeason];
  newY.forEach((value, t) => {
    if (!Number.isNaN(value)) seasons[t % seasons.length] = value;
  });
  const oldest = newY.length % seasons.length;
  const lastSeason = [...seasons.slice(oldest), ...seasons.slice(0, oldest)];
  return { ...model, nobs: model.nobs + newY.filter((value) => !Number.isNaN(value)).length, lastSeason };
}
