import { checkForecastOptions, type Forecast, type ForecastOptions, symmetricForecast } from "./prediction.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "./series.ts";

/** A fitted seasonal naive model; with period 1, the naive model (a random walk). */
export interface NaiveModel {
  readonly kind: "naive" | "snaive";
  readonly formatVersion: 1;
  readonly period: number;
  readonly nobs: number;
  /** The last observed value of each season, in time order: the forecasts of the next `period` steps. */
  readonly lastSeason: readonly number[];
  /** Mean squared one-season-ahead residual; 0 if there is none. */
  readonly sigma2: number;
}

/**
 * The naive method: every forecast is the last observed value. Intervals are a random walk's, their variance the mean
 * squared difference of observations one step apart.
 *
 * @param y - observations; missing values (NaN) are stepped over: the last observed value stands
 * @throws {RangeError} if no value is observed or one is infinite
 * @see Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 5.2
 */
export function naive(y: Series): NaiveModel {
  return { ...seasonalNaive(toFloat64(y), 1), kind: "naive" };
}

/**
 * The seasonal naive method: every forecast is the last observed value of the same season.
 *
 * @param y - observations; missing values are stepped over: the last observed value of that season stands
 * @param options.period - observations per season, less than the length of `y`
 * @throws {RangeError} if a season has no observed value, or one is infinite
 * @see Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 5.2
 */
export function snaive(y: Series, options: { period: number }): NaiveModel {
  return { ...seasonalNaive(toFloat64(y), options.period), kind: "snaive" };
}

function seasonalNaive(y: Float64Array, period: number): Omit<NaiveModel, "kind"> {
  checkPeriod(period);
  const nobs = checkSeries(y);
  const residual = naiveResiduals(y, period);
  const { sum, count } = residual.reduce(
    (total, e) => (Number.isNaN(e) ? total : { sum: total.sum + e * e, count: total.count + 1 }),
    { sum: 0, count: 0 },
  );
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
  return { formatVersion: 1, period, nobs, lastSeason, sigma2: count > 0 ? sum / count : 0 };
}

/** One-season-ahead residuals of the seasonal naive method: NaN where either value is missing, and in the first season. */
export function naiveResiduals(y: Float64Array, period: number): Float64Array {
  return y.map((value, t) => (t < period ? NaN : value - y[t - period]!));
}

/** Forecasts of a naive or seasonal naive model. */
export function forecastNaive(model: NaiveModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const mean = new Float64Array(h);
  const se = new Float64Array(h);
  for (let i = 0; i < h; i++) {
    mean[i] = model.lastSeason[i % model.period]!;
    se[i] = Math.sqrt(model.sigma2 * (Math.floor(i / model.period) + 1));
  }
  return symmetricForecast(mean, se, levels);
}
