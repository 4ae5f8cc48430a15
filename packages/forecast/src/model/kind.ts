import type { Regressors } from "../arima/regressors.ts";
import type { Forecast, ForecastOptions } from "./prediction.ts";

/** Options of `forecast`, with future values of the regressors for a model with regressors. */
export interface ModelForecastOptions extends ForecastOptions {
  readonly xreg?: Regressors | undefined;
}

/** Values of the regressors at the times in question, for a model with regressors. */
export interface ModelOptions {
  readonly xreg?: Regressors | undefined;
}

/** Options of `simulate`. */
export interface SimulateOptions {
  /** Number of steps, an integer of at least 1. */
  readonly h: number;
  /** Number of paths; default 1. */
  readonly paths?: number;
  /** Seed of the random numbers; the same seed gives the same paths on every platform. */
  readonly seed: number;
  readonly xreg?: Regressors | undefined;
}

/** A fitted model of any kind, as far as every kind is alike. */
export interface AnyModel {
  readonly kind: string;
  /** Number of missing values before the first observation, which are not part of the model; 0 when absent. */
  readonly leading?: number;
  /** Number of missing values after the last observation. Forecasts start after these; 0 when absent. */
  readonly trailing?: number;
}

/** Ability that not every model has: one-step forecasts, taking new values, sample paths. */
export type Ability = "fitted" | "update" | "simulate";

/** The methods of a model of any kind. Each throws a RangeError if the model's kind does not have it. */
export interface AnyKind {
  forecast(model: AnyModel, options: ModelForecastOptions): Forecast;
  fitted(model: AnyModel, y: Float64Array, options?: ModelOptions): Float64Array;
  update<M extends AnyModel>(model: M, newY: Float64Array, options?: ModelOptions): M;
  simulate(model: AnyModel, options: SimulateOptions): Float64Array[];
  supports(model: AnyModel, ability: Ability): boolean;
}

/**
 * The methods of the models of one kind. A model that holds other models calls the same method of theirs through `any`,
 * which takes every kind of the table it is in.
 */
export interface Kind<M> {
  forecast(model: M, options: ModelForecastOptions, any: AnyKind["forecast"]): Forecast;
  /** Returns one-step forecasts over the series the model was fitted to; NaN where there is none yet. */
  fitted(model: M, y: Float64Array, options: ModelOptions, any: AnyKind["fitted"]): Float64Array;
  /** Returns the model moved over the values that followed its series, without estimating anything again. */
  update(model: M, newY: Float64Array, options: ModelOptions, any: AnyKind["update"]): M;
  /** Returns `paths` sample paths of the h values that follow. */
  simulate(model: M, options: SimulateOptions, any: AnyKind["simulate"]): Float64Array[];
  /**
   * Returns true if this model has an ability of its kind. A kind all of whose models have it needs no such method.
   */
  supports(model: M, ability: Ability, any: AnyKind["supports"]): boolean;
}

/** A method that every kind has an entry for, which is undefined where models of the kind do not have it. */
type KindMethod = Exclude<keyof Kind<AnyModel>, "supports">;

/** One method of several kinds, by kind; undefined for a kind that does not have it. */
export type MethodTable<Method extends keyof Kind<AnyModel>> = {
  readonly [kind: string]: Kind<AnyModel>[Method] | undefined;
};

/** The table of a method that has every kind of the models `M`. */
export type MethodsOf<M extends AnyModel, Method extends KindMethod> = {
  readonly [One in M as One["kind"]]: Kind<One>[Method] | undefined;
};

/**
 * Methods of several kinds of models, a table for each method: code that imports one table has the code of no other
 * method.
 */
export type Kinds = { readonly [Method in KindMethod]: MethodTable<Method> } & {
  readonly supports?: MethodTable<"supports">;
};

/** `Kinds` that need not make sample paths: where they have no table for them, no model supports them. */
export type MovingKinds = Omit<Kinds, "simulate"> & Partial<Pick<Kinds, "simulate">>;

/** `Kinds` that have every kind of the models `M`. */
export type KindsOf<M extends AnyModel> = { readonly [Method in KindMethod]: MethodsOf<M, Method> } & {
  readonly supports?: { readonly [One in M as One["kind"]]?: Kind<One>["supports"] };
};
