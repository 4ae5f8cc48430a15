import { type Accuracy, accuracy } from "@manymodel/forecast";
import { at } from "../../core/aligned.ts";
import type { Metrics } from "./origin-metrics.ts";

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
): Metrics & Accuracy & { readonly value_added: number } {
  // NaN where either is missing.
  const both = actual.map((value, i) => value + 0 * at(naive, i));
  const value_added = accuracy(both, naive).wape - accuracy(both, forecast).wape;
  return { ...accuracy(actual, forecast, options), value_added };
}
