import type { ArimaModel } from "./arima/arima-model.ts";
import type { CesModel } from "./ces/ces-model.ts";
import { type CombinationModel, combinationKind } from "./combination.ts";
import { type ConformalModel, conformalKind } from "./conformal-model.ts";
import { dispatch, type Kinds } from "./dispatch.ts";
import type { DriftModel } from "./drift.ts";
import type { EtsModel } from "./ets/ets-model.ts";
import type { HoltWintersModel } from "./holt-winters.ts";
import type { AggregationModel } from "./intermittent/aggregation.ts";
import type { CrostonModel } from "./intermittent/croston.ts";
import type { TsbModel } from "./intermittent/tsb.ts";
import type { ModelForecastOptions, ModelOptions, SimulateOptions } from "./kind.ts";
import { ARIMA_KINDS, SIMPLE_KINDS, SMOOTHING_KINDS, TBATS_KINDS } from "./kinds.ts";
import type { MeanModel } from "./mean.ts";
import type { NaiveModel } from "./naive.ts";
import { checkOptions } from "./options.ts";
import type { Forecast } from "./prediction.ts";
import type { LinearModel } from "./regression/linear.ts";
import { type Series, toFloat64 } from "./series.ts";
import type { StlfModel } from "./stlf.ts";
import type { TbatsModel } from "./tbats/tbats-model.ts";
import type { DynamicThetaModel } from "./theta/dynamic-theta.ts";
import type { ThetaModel } from "./theta/theta.ts";
import type { WindowAverageModel } from "./window-average.ts";

/** Any fitted model: plain data that survives JSON, told apart by its `kind`. */
export type FittedModel =
  | NaiveModel
  | DriftModel
  | MeanModel
  | HoltWintersModel
  | ArimaModel
  | EtsModel
  | CesModel
  | TbatsModel
  | ThetaModel
  | DynamicThetaModel
  | CrostonModel
  | TsbModel
  | AggregationModel
  | WindowAverageModel
  | StlfModel
  | LinearModel
  | CombinationModel
  | ConformalModel;

/** Every kind of models. */
export const KINDS: Required<Kinds> = {
  ...{ ...SIMPLE_KINDS, ...ARIMA_KINDS, ...SMOOTHING_KINDS, ...TBATS_KINDS },
  ...{ combination: combinationKind, conformal: conformalKind },
};
const ALL = /* @__PURE__ */ dispatch(KINDS);

/**
 * Point forecasts and prediction intervals of any fitted model of this library. Of a model of a single observation, which
 * tells no variance, bounds are NaN but for the median's.
 *
 * @param options.xreg - future values of the regressors, for a model that has any
 * @throws {RangeError} if the horizon or a level is not allowed, or the model's kind is not known
 */
export function forecast(model: FittedModel, options: ModelForecastOptions): Forecast {
  checkOptions("forecast", options, { h: true, levels: true, xreg: true }, ["h"]);
  return ALL.forecast(model, options);
}

/**
 * One-step forecasts over the series a model was fitted to; NaN where the method has none yet.
 *
 * @param y - the series the model was fitted to, unchanged
 * @param options.xreg - the regressors it was fitted with, for a model that has any
 * @throws {RangeError} if the model's kind has no one-step forecasts
 */
export function fitted(model: FittedModel, y: Series, options: ModelOptions = {}): Float64Array {
  checkOptions("fitted", options, { xreg: true });
  return ALL.fitted(model, y, options);
}

/** One-step errors, `y - fitted(model, y)`; NaN where either is missing. */
export function residuals(model: FittedModel, y: Series, options: ModelOptions = {}): Float64Array {
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
export function update<M extends FittedModel>(model: M, newY: Series, options: ModelOptions = {}): M {
  checkOptions("update", options, { xreg: true });
  return ALL.update(model, newY, options);
}

/**
 * Sample paths of the values that follow a model's series.
 *
 * @returns `paths` arrays of h values
 * @throws {RangeError} if an option is not allowed, or the model's kind cannot be simulated
 */
export function simulate(model: FittedModel, options: SimulateOptions): Float64Array[] {
  checkOptions("simulate", options, { h: true, paths: true, seed: true, xreg: true }, ["h", "seed"]);
  return ALL.simulate(model, options);
}

/** Whether a model's kind can do something: not every one has one-step forecasts, takes new values, or makes paths. */
export function supports(model: FittedModel, what: "fitted" | "update" | "simulate"): boolean {
  return ALL.supports(model, what);
}
