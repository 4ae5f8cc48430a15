import type { ArimaModel } from "./arima/arima-model.ts";
import { fittedArima } from "./arima/fitted.ts";
import { type ArimaForecastOptions, forecastArima } from "./arima/forecast.ts";
import type { Regressors } from "./arima/regressors.ts";
import { type SimulateOptions, simulateArima } from "./arima/simulate.ts";
import { updateArima } from "./arima/update.ts";
import { type DriftModel, forecastDrift } from "./drift.ts";
import { fittedHoltWinters, forecastHoltWinters, type HoltWintersModel } from "./holt-winters.ts";
import { forecastMean, type MeanModel } from "./mean.ts";
import { fittedNaive, forecastNaive, type NaiveModel } from "./naive.ts";
import type { Forecast } from "./prediction.ts";
import { type Series, toFloat64 } from "./series.ts";

/** Any fitted model: plain data that survives JSON, told apart by its `kind`. */
export type FittedModel = NaiveModel | DriftModel | MeanModel | HoltWintersModel | ArimaModel;

/**
 * Point forecasts and prediction intervals of any fitted model of this library.
 *
 * @param options.xreg - future values of the regressors, for an ARIMA model that has any
 * @throws {RangeError} if the horizon or a level is not allowed, or the model's kind is not known
 */
export function forecast(model: FittedModel, options: ArimaForecastOptions): Forecast {
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
    case "arima":
      return forecastArima(model, options);
    default:
      throw new RangeError(`cannot forecast a model of kind ${JSON.stringify((model as { kind?: unknown }).kind)}`);
  }
}

/**
 * One-step forecasts over the series a model was fitted to; NaN where the method has none yet.
 *
 * @param y - the series the model was fitted to, unchanged
 * @param options.xreg - the regressors it was fitted with, for an ARIMA model that has any
 */
export function fitted(model: FittedModel, y: Series, options: { readonly xreg?: Regressors } = {}): Float64Array {
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
    case "arima":
      return fittedArima(model, series, options);
    default:
      throw new RangeError(`cannot fit a model of kind ${JSON.stringify((model as { kind?: unknown }).kind)}`);
  }
}

/** One-step errors, `y - fitted(model, y)`; NaN where either is missing. */
export function residuals(model: FittedModel, y: Series, options: { readonly xreg?: Regressors } = {}): Float64Array {
  const expected = fitted(model, y, options);
  return toFloat64(y).map((value, t) => value - expected[t]!);
}

/**
 * A model moved over the values that followed its series, without estimating anything again: its forecasts start after
 * the last of them.
 *
 * @param newY - the next values in time order, NaN where missing
 * @throws {RangeError} if a value is infinite, or the model's kind cannot be updated
 */
export function update(model: ArimaModel, newY: Series, options: { readonly xreg?: Regressors } = {}): ArimaModel {
  if (model.kind === "arima") return updateArima(model, newY, options);
  throw new RangeError(`cannot update a model of kind ${JSON.stringify((model as { kind?: unknown }).kind)}`);
}

/**
 * Sample paths of the values that follow a model's series.
 *
 * @returns `paths` arrays of h values
 * @throws {RangeError} if an option is not allowed, or the model's kind cannot be simulated
 */
export function simulate(model: ArimaModel, options: SimulateOptions): Float64Array[] {
  if (model.kind === "arima") return simulateArima(model, options);
  throw new RangeError(`cannot simulate a model of kind ${JSON.stringify((model as { kind?: unknown }).kind)}`);
}
