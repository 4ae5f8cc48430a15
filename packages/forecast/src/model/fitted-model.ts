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

/** Any fitted model: plain data that survives JSON. Its `kind` tells models apart. */
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

/** Fitted models whose forecasts are combined. */
export interface CombinationModel extends AnyModel {
  readonly kind: "combination";
  readonly formatVersion: 1;
  /** Rule that combines the members' point forecasts; "inverse-error" is a mean with weights. */
  readonly combining: "mean" | "median";
  readonly members: readonly FittedModel[];
  /**
   * Share of each member, summing to 1. Shares apply to the widths of intervals even if the point forecast is the
   * median.
   */
  readonly weights: readonly number[];
  /** Floor of the bounds: 0 for demand, whose members' bounds are quantiles of demand. No floor when absent. */
  readonly lowest?: number;
}

/** A fitted model whose prediction intervals come from out-of-sample errors, its own or those of similar models. */
export interface ConformalModel extends AnyModel {
  readonly kind: "conformal";
  readonly formatVersion: 1;
  readonly model: FittedModel;
  /**
   * "scaled": factors multiply the model's own distances between point forecast and bounds. "absolute": factors
   * multiply the normal quantile of the level, so they are standard errors in the units of the series.
   */
  readonly form: "scaled" | "absolute";
  /** The levels that were calibrated, in percent, ascending. */
  readonly levels: readonly number[];
  /** Factors by level, then by step ahead. */
  readonly factors: readonly (readonly number[])[];
}

/** A forecast by decomposition: a model of the seasonally adjusted series, and its last season of each period. */
export interface StlfModel extends AnyModel {
  readonly kind: "stlf";
  readonly formatVersion: 1;
  /** Whole observations per season. */
  readonly periods: readonly number[];
  /** The last seasonal effects of each period, in time order. The next steps repeat them. */
  readonly seasonal: readonly (readonly number[])[];
  readonly model: FittedModel;
}

/** A regression, and the model of its errors. */
export interface RegressionModel extends AnyModel {
  readonly kind: "regression";
  readonly formatVersion: 1;
  /**
   * Name of the model, for example "Regression with ARIMA(1,0,0) errors"; the name of the model of its errors if there
   * are no regressors.
   */
  readonly method: string;
  /** The regressors with an effect, in the order of the options. */
  readonly regressors: readonly string[];
  /** The effect of each regressor, and its standard error; null if it is not known. */
  readonly coef: readonly number[];
  readonly se: readonly (number | null)[];
  /**
   * The mean effect over the series, which stays in the series that the model of the errors is fitted to; 0 when
   * absent.
   */
  readonly offset?: number;
  /** True if the model of the errors holds the regressors, and estimates them together with its own coefficients. */
  readonly joint?: boolean;
  /** The reason why each of the other regressors has no effect. */
  readonly left: Readonly<Record<string, LeftOut>>;
  /** The values of the constant regressors. */
  readonly constant?: Readonly<Record<string, number>>;
  readonly errors: FittedModel;
}
