import { type Accuracy, accuracy } from "@manymodel/forecast";
import { at } from "../../core/aligned.ts";
import { type Metrics, meanOf } from "./origin-metrics.ts";

/** A model as it moves over the steps of a series. */
export interface MovingModel<M> {
  /** Returns the forecasts of so many steps from one on. */
  forecast(model: M, from: number, steps: number): Float64Array;
  /** Takes a step in. */
  update(model: M, step: number): M;
}

/** A stretch of a series that is forecast from so many steps before. */
export interface HeldOut {
  /** The step of the first observation that the model was not fitted to. */
  readonly origin: number;
  readonly lag: number;
  /** The number of steps of the series. */
  readonly length: number;
}

/** A series whose last observations are held out. */
export interface Holdout {
  readonly y: Float64Array;
  /** The step of the first observation held out. */
  readonly origin: number;
  readonly period: number;
  /** Steps ahead at which orders are placed. */
  readonly lag?: number | undefined;
}

/** Returns the accuracy over a holdout; with a lag also against seasonal naive forecasts (see `measures`). */
export function holdoutMeasures(
  { y, origin, period, lag }: Holdout,
  actual: Float64Array,
  forecast: Float64Array,
): Accuracy & { readonly value_added?: number } {
  const options = { training: y.subarray(0, origin), period };
  return lag === undefined
    ? accuracy(actual, forecast, options)
    : measures(actual, forecast, naiveFrom(y, origin, period), options);
}

/**
 * Returns the measures of forecasts made `lag` steps before (see `forecastsAtLag`), each with the prefix `lag_`.
 *
 * @param actual - the observations that were forecast: those from `origin + lag - 1` on
 */
export function lagMeasures(
  { y, origin, period, lag }: Holdout & { readonly lag: number },
  actual: Float64Array,
  forecast: Float64Array,
): Metrics {
  const naive = naiveAtLag(y, origin + lag - 1, lag, period);
  return meanOf("lag_", [{ ...measures(actual, forecast, naive, { training: y.subarray(0, origin), period }) }]);
}

/**
 * Forecasts each observation from `origin + lag - 1` on by what was known `lag` steps before it: the model moves over the
 * observations one by one, and nothing is estimated again.
 *
 * @param model - fitted to the observations before `origin`
 * @returns a forecast for each of `length - origin - lag + 1` observations
 */
export function forecastsAtLag<M>(
  { forecast, update }: MovingModel<M>,
  model: M,
  { origin, lag, length }: HeldOut,
): Float64Array {
  let moved = model;
  return Float64Array.from({ length: length - origin - lag + 1 }, (_, i) => {
    if (i > 0) moved = update(moved, origin + i - 1);
    return at(forecast(moved, origin + i, lag), lag - 1);
  });
}

/** Returns the last observation of the season of a step that was known `lag` steps before it; NaN where that is missing. */
function naiveOf(y: Float64Array, step: number, lag: number, period: number): number {
  const season = Math.round(period);
  return y[step - season * Math.ceil(lag / season)] ?? NaN;
}

/** Returns the seasonal naive forecast of each observation from `first` on, by what was known `lag` steps before it. */
export function naiveAtLag(y: Float64Array, first: number, lag: number, period: number): Float64Array {
  return y.slice(first).map((_, i) => naiveOf(y, first + i, lag, period));
}

/** Returns the seasonal naive forecasts of all observations from `origin` on, by those before it. */
export function naiveFrom(y: Float64Array, origin: number, period: number): Float64Array {
  return y.slice(origin).map((_, i) => naiveOf(y, origin + i, i + 1, period));
}

/**
 * Returns the accuracy of forecasts, with `value_added`: WAPE of the naive forecasts less that of these, in percentage
 * points, over the observations that both have.
 *
 * @see Gilliland (2010), The Business Forecasting Deal, Wiley (forecast value added; there of MAPE)
 */
export function measures(
  actual: Float64Array,
  forecast: Float64Array,
  naive: Float64Array,
  options: Parameters<typeof accuracy>[2],
): Accuracy & { readonly value_added: number } {
  // NaN where either is missing.
  const both = actual.map((value, i) => value + 0 * at(naive, i));
  const value_added = accuracy(both, naive).wape - accuracy(both, forecast).wape;
  return { ...accuracy(actual, forecast, options), value_added };
}
