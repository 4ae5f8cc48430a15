import { type DriftModel, forecastDrift } from "./drift.ts";
import { fittedHoltWinters, forecastHoltWinters, type HoltWintersModel } from "./holt-winters.ts";
import { forecastMean, type MeanModel } from "./mean.ts";
import { fittedNaive, forecastNaive, type NaiveModel } from "./naive.ts";
import type { Forecast, ForecastOptions } from "./prediction.ts";
import { type Series, toFloat64 } from "./series.ts";

/** Any fitted model: plain data that survives JSON, told apart by its `kind`. */
export type FittedModel = NaiveModel | DriftModel | MeanModel | HoltWintersModel;

/**
 * Point forecasts and prediction intervals of any fitted model of this library.
 *
 * @throws {RangeError} if the horizon or a level is not allowed, or the model's kind is not known
 */
export function forecast(model: FittedModel, options: ForecastOptions): Forecast {
  switch (model.kind) {
    case "naive":
    case "snaive":
      return forecastNaive(model, options);
    case "drift":
      return forecastDrift(model, options);
    case "mean":
      return forecastMean(model, options);
    case "holt-winters":
      return forecastHoltWinters(model, options);
    default:
      throw new RangeError(`cannot forecast a model of kind ${JSON.stringify((model as { kind?: unknown }).kind)}`);
  }
}

/**
 * One-step forecasts over the series a model was fitted to; NaN where the method has none yet.
 *
 * @param y - the series the model was fitted to, unchanged
 */
export function fitted(model: FittedModel, y: Series): Float64Array {
  const series = toFloat64(y);
  switch (model.kind) {
    case "naive":
    case "snaive":
      return fittedNaive(series, model.period);
    case "drift":
      return fittedNaive(series, 1).map((previous) => previous + model.slope);
    case "mean":
      return new Float64Array(series.length).fill(model.mean);
    case "holt-winters":
      return fittedHoltWinters(model, series);
    default:
      throw new RangeError(`cannot fit a model of kind ${JSON.stringify((model as { kind?: unknown }).kind)}`);
  }
}

/** One-step errors, `y - fitted(model, y)`; NaN where either is missing. */
export function residuals(model: FittedModel, y: Series): Float64Array {
  const expected = fitted(model, y);
  return toFloat64(y).map((value, t) => value - expected[t]!);
}
