import type { Regressors } from "../arima/regressors.ts";
import type { Forecast, ForecastOptions } from "./prediction.ts";

/** What to forecast; the future values of the regressors are needed where the model has regressors. */
export interface ModelForecastOptions extends ForecastOptions {
  readonly xreg?: Regressors | undefined;
}

/** Values of the regressors over the times in question, where the model has regressors. */
export interface ModelOptions {
  readonly xreg?: Regressors | undefined;
}

/** What to simulate. */
export interface SimulateOptions {
  /** How many steps, an integer of at least 1. */
  readonly h: number;
  /** How many paths; default 1. */
  readonly paths?: number;
  /** Seed of the random numbers; the same seed gives the same paths on every platform. */
  readonly seed: number;
  readonly xreg?: Regressors | undefined;
}

/** A fitted model of any kind, as far as every kind is alike. */
export interface AnyModel {
  readonly kind: string;
}

/**
 * What can be done with the fitted models of one kind; what is left out, the kind cannot do. A model that holds others
 * reaches them by `any`, which knows every kind.
 */
export interface Kind<M> {
  forecast(model: M, options: ModelForecastOptions, any: AnyKind): Forecast;
  /** One-step forecasts over the series the model was fitted to; NaN where there is none yet. */
  fitted?(model: M, y: Float64Array, options: ModelOptions, any: AnyKind): Float64Array;
  /** The model moved over the values that followed its series, without estimating anything again. */
  update?(model: M, newY: Float64Array, options: ModelOptions, any: AnyKind): M;
  /** `paths` sample paths of the h values that follow. */
  simulate?(model: M, options: SimulateOptions, any: AnyKind): Float64Array[];
}

/** The methods of a model of any kind; they throw a RangeError where its kind cannot do it. */
export interface AnyKind {
  forecast(model: AnyModel, options: ModelForecastOptions): Forecast;
  fitted(model: AnyModel, y: Float64Array, options?: ModelOptions): Float64Array;
  update<M extends AnyModel>(model: M, newY: Float64Array, options?: ModelOptions): M;
  simulate(model: AnyModel, options: SimulateOptions): Float64Array[];
}
