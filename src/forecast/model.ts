import { arimaKind } from "./arima/arima-kind.ts";
import type { ArimaModel } from "./arima/arima-model.ts";
import { cesKind } from "./ces/ces-kind.ts";
import type { CesModel } from "./ces/ces-model.ts";
import { type CombinationModel, combinationKind } from "./combination.ts";
import { type ConformalModel, conformalKind } from "./conformal-model.ts";
import { type DriftModel, driftKind } from "./drift.ts";
import { etsKind } from "./ets/ets-kind.ts";
import type { EtsModel } from "./ets/ets-model.ts";
import { type HoltWintersModel, holtWintersKind } from "./holt-winters.ts";
import { type AggregationModel, aggregationKind } from "./intermittent/aggregation.ts";
import { type CrostonModel, crostonKind } from "./intermittent/croston.ts";
import { type TsbModel, tsbKind } from "./intermittent/tsb.ts";
import type { AnyKind, Kind, ModelForecastOptions, ModelOptions, SimulateOptions } from "./kind.ts";
import { type MeanModel, meanKind } from "./mean.ts";
import { type NaiveModel, naiveKind } from "./naive.ts";
import type { Forecast } from "./prediction.ts";
import type { LinearModel } from "./regression/linear.ts";
import { linearKind } from "./regression/linear-kind.ts";
import { checkSeries, type Series, toFloat64 } from "./series.ts";
import { type StlfModel, stlfKind } from "./stlf.ts";
import { tbatsKind } from "./tbats/tbats-kind.ts";
import type { TbatsModel } from "./tbats/tbats-model.ts";
import { type DynamicThetaModel, dynamicThetaKind } from "./theta/dynamic-theta.ts";
import { type ThetaModel, thetaKind } from "./theta/theta.ts";
import { type WindowAverageModel, windowAverageKind } from "./window-average.ts";

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

/** The models that have the kind K. */
type OfKind<K, M = FittedModel> = M extends { kind: unknown } ? (K extends M["kind"] ? M : never) : never;

const KINDS: { readonly [K in FittedModel["kind"]]: Kind<OfKind<K>> } = {
  naive: naiveKind,
  snaive: naiveKind,
  drift: driftKind,
  mean: meanKind,
  "holt-winters": holtWintersKind,
  arima: arimaKind,
  ets: etsKind,
  ces: cesKind,
  tbats: tbatsKind,
  bats: tbatsKind,
  theta: thetaKind,
  "dynamic-theta": dynamicThetaKind,
  croston: crostonKind,
  sba: crostonKind,
  tsb: tsbKind,
  adida: aggregationKind,
  imapa: aggregationKind,
  "window-average": windowAverageKind,
  "seasonal-window-average": windowAverageKind,
  stlf: stlfKind,
  combination: combinationKind,
  conformal: conformalKind,
  linear: linearKind,
};

/**
 * Point forecasts and prediction intervals of any fitted model of this library. Of a model of a single observation, which
 * tells no variance, bounds are NaN but for the median's.
 *
 * @param options.xreg - future values of the regressors, for a model that has any
 * @throws {RangeError} if the horizon or a level is not allowed, or the model's kind is not known
 */
export function forecast(model: FittedModel, options: ModelForecastOptions): Forecast {
  const result = kindOf(model).forecast(model, options, any);
  if (!("nobs" in model) || model.nobs > 1) return result;
  const unknown = (bounds: readonly Float64Array[]) =>
    bounds.map((bound, i) => (result.levels[i] === 0 ? bound : bound.map(() => NaN)));
  return { ...result, lower: unknown(result.lower), upper: unknown(result.upper) };
}

/**
 * One-step forecasts over the series a model was fitted to; NaN where the method has none yet.
 *
 * @param y - the series the model was fitted to, unchanged
 * @param options.xreg - the regressors it was fitted with, for a model that has any
 * @throws {RangeError} if the model's kind has no one-step forecasts
 */
export function fitted(model: FittedModel, y: Series, options: ModelOptions = {}): Float64Array {
  return method(model, "fitted")(model, toFloat64(y), options, any);
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
  const values = toFloat64(newY);
  checkSeries(values, 0);
  return method(model, "update")(model, values, options, any) as M;
}

/**
 * Sample paths of the values that follow a model's series.
 *
 * @returns `paths` arrays of h values
 * @throws {RangeError} if an option is not allowed, or the model's kind cannot be simulated
 */
export function simulate(model: FittedModel, options: SimulateOptions): Float64Array[] {
  return method(model, "simulate")(model, options, any);
}

/** Whether a model's kind can do something: not every one has one-step forecasts, takes new values, or makes paths. */
export function supports(model: FittedModel, what: "fitted" | "update" | "simulate"): boolean {
  return kindOf(model)[what] !== undefined;
}

const any: AnyKind = { forecast, fitted, update, simulate };

function kindOf(model: FittedModel): Kind<FittedModel> {
  // A kind's methods are only ever called with models of that kind.
  if (Object.hasOwn(KINDS, model.kind)) return KINDS[model.kind] as Kind<FittedModel>;
  const known = Object.keys(KINDS).join(", ");
  throw new RangeError(`a model of kind ${JSON.stringify(model.kind)} is not known; the kinds are ${known}`);
}

function method<Name extends keyof Kind<FittedModel>>(
  model: FittedModel,
  name: Name,
): NonNullable<Kind<FittedModel>[Name]> {
  const found = kindOf(model)[name];
  if (found === undefined) throw new RangeError(`a model of kind ${JSON.stringify(model.kind)} has no ${name}()`);
  return found;
}
