import type { ArimaModel } from "../arima/arima-model.ts";
import type { CesModel } from "../ces/ces-model.ts";
import type { EtsModel } from "../ets/ets-model.ts";
import type { AggregationModel } from "../intermittent/aggregation.ts";
import type { CrostonModel } from "../intermittent/croston.ts";
import type { TsbModel } from "../intermittent/tsb.ts";
import type { LinearModel } from "../regression/linear.ts";
import type { LeftOut } from "../regression/select-regressors.ts";
import type { DriftModel } from "../simple/drift.ts";
import type { MeanModel } from "../simple/mean.ts";
import type { NaiveModel } from "../simple/naive.ts";
import type { WindowAverageModel } from "../simple/window-average.ts";
import type { HoltWintersModel } from "../smoothing/holt-winters.ts";
import type { TbatsModel } from "../tbats/tbats-model.ts";
import type { DynamicThetaModel } from "../theta/dynamic-theta.ts";
import type { ThetaModel } from "../theta/theta.ts";
import type { AnyModel } from "./kind.ts";

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
  | ConformalModel
  | RegressionModel;

/** Fitted models forecast together. */
export interface CombinationModel extends AnyModel {
  readonly kind: "combination";
  readonly formatVersion: 1;
  /** Rule that combines the members' point forecasts; "inverse-error" is a mean, by its weights. */
  readonly combining: "mean" | "median";
  readonly members: readonly FittedModel[];
  /** Share of each member, summing to 1; of the intervals' widths also where the point forecast is the median. */
  readonly weights: readonly number[];
  /** No bound is below: 0 for demand, whose members' bounds are quantiles of it. No floor where left out. */
  readonly lowest?: number;
}

/** A fitted model whose prediction intervals come from errors it, or others like it, made out of sample. */
export interface ConformalModel extends AnyModel {
  readonly kind: "conformal";
  readonly formatVersion: 1;
  readonly model: FittedModel;
  /**
   * "scaled": the factors multiply the model's own distances between point forecast and bounds; "absolute": they
   * multiply the normal quantile of the level, so that they are standard errors in the units of the series.
   */
  readonly form: "scaled" | "absolute";
  /** The levels that were calibrated, in percent, ascending. */
  readonly levels: readonly number[];
  /** A factor for each level, then each step ahead. */
  readonly factors: readonly (readonly number[])[];
}

/** A forecast by decomposition: a model of the seasonally adjusted series, and its last season of each period. */
export interface StlfModel extends AnyModel {
  readonly kind: "stlf";
  readonly formatVersion: 1;
  /** Whole observations per season. */
  readonly periods: readonly number[];
  /** The last seasonal effects of each period, in time order: those of the steps that follow. */
  readonly seasonal: readonly (readonly number[])[];
  readonly model: FittedModel;
}

/** A regression whose errors another model has. */
export interface RegressionModel extends AnyModel {
  readonly kind: "regression";
  readonly formatVersion: 1;
  /**
   * Name of the model, for example "Regression with ARIMA(1,0,0) errors"; as that of its errors without regressors.
   */
  readonly method: string;
  /** The regressors with an effect, in the order in which they were given. */
  readonly regressors: readonly string[];
  /** The effect of each, and its standard error; null where that is not known. */
  readonly coef: readonly number[];
  readonly se: readonly (number | null)[];
  /** The mean effect over the series, which stays in what the model of the errors was fitted to; 0 when left out. */
  readonly offset?: number;
  /** True if the model of the errors has the regressors itself, estimated together with its own coefficients. */
  readonly joint?: boolean;
  /** The reason why each of the other regressors has no effect. */
  readonly left: Readonly<Record<string, LeftOut>>;
  /** The values of the regressors that never varied. */
  readonly constant?: Readonly<Record<string, number>>;
  readonly errors: FittedModel;
}
