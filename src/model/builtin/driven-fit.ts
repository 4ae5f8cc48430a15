import type { FittedModel, ModelOptions, RegressionModel } from "@manymodel/forecast";
import { type Family, type JointFits, type ModelFunctions, regression } from "@manymodel/forecast/families";
import type { Prediction } from "../define-model.ts";
import { knownSteps, noSteps } from "../known-steps.ts";
import { neededRegressors, nestedRegressors, type RegressorColumns, regressorRows, regressors } from "../regressors.ts";
import type { SeriesAxis } from "../series-axis.ts";
import { unseenRegressors } from "../unseen-regressors.ts";
import type { AskedForecast } from "./series-forecaster.ts";

/** Methods without regressors: benchmarks, averages, and those for intermittent demand. */
export const UNDRIVEN: readonly string[] = [
  ...["naive", "snaive", "drift", "mean", "window-average", "seasonal-window-average"],
  ...["croston", "sba", "tsb", "adida", "imapa"],
];

/** The task of a fit. */
interface DrivenTask {
  readonly method: string;
  readonly period: number;
  readonly periods?: readonly number[];
  /** The run's exports. */
  readonly exports: unknown;
}

/** The fits of methods, alone and with regressors. */
export interface DrivenFits {
  readonly fits: Family["fits"];
  /** Methods that estimate the effects of regressors together with their own coefficients; the others do not when left out. */
  readonly joint?: JointFits;
}

/**
 * Fits a regression on what drives a series, whose errors a method models (see `regression`). A series that is too short for the
 * method once steps without a value of a regressor, such as a lag, are left out, has no regressors.
 */
export function fitDriven(
  { fits, joint = {} }: DrivenFits,
  { method, period, periods, exports }: DrivenTask,
  y: Float64Array,
  xreg: RegressorColumns,
): RegressionModel {
  const [alone, together] = [fits[method], joint[method]];
  if (alone === undefined) throw new TypeError(`there is no method ${method} here`);
  const options = {
    period,
    errors: together?.(period, periods) ?? ((errors: Float64Array) => alone(errors, period, periods)),
    needed: neededRegressors(exports),
    nested: nestedRegressors(exports),
  };
  try {
    return regression(y, { ...options, xreg });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const left = Object.fromEntries(Object.keys(xreg).map((name) => [name, "too-few-rows" as const]));
    return { ...regression(y, { ...options, xreg: {} }), left };
  }
}

/** Forecasts as many steps as the regressors of a model are known for. */
export function predictDriven(
  forecast: ModelFunctions<FittedModel>["forecast"],
  model: FittedModel,
  { horizon, levels, exports, axis }: AskedForecast,
): Prediction {
  if (model.kind !== "regression") return forecast(model, { h: horizon, levels });
  const { steps, xreg, stopped } = knownSteps(exports, axis, { names: model.regressors, horizon });
  if (steps === 0) return { ...noSteps(levels), ...stopped };
  const note = axis.times === null ? {} : unseenRegressors(model, exports, axis);
  return { ...forecast(model, { h: steps, levels, xreg: regressorRows(xreg, 0, steps) }), ...note, ...stopped };
}

/** Returns the regressors of a model over the steps that it takes in, as options of `update`. */
export function knownRegressors(model: FittedModel, exports: unknown, axis: SeriesAxis, steps: number): ModelOptions {
  if (model.kind !== "regression" || model.regressors.length === 0) return {};
  return { xreg: regressorRows(regressors(exports, axis, model.regressors), 0, steps) };
}
