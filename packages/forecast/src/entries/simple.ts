/**
 * Benchmarks and averages: naive, seasonal naive, drift, mean, window averages. The functions of fitted models know the kinds of this entry only, so that a bundle has the code of no other method.
 *
 * @module
 */
import { SIMPLE_KINDS } from "../model/kinds.ts";
import { modelFunctions } from "../model/model-functions.ts";

export type { AnyModel, ModelForecastOptions, ModelOptions, SimulateOptions } from "../model/kind.ts";
export type { ModelFunctions } from "../model/model-functions.ts";
export type { Forecast, ForecastOptions } from "../model/prediction.ts";
export { type DriftModel, drift } from "../simple/drift.ts";
export { type MeanModel, mean } from "../simple/mean.ts";
export { type NaiveModel, naive, snaive } from "../simple/naive.ts";
export { seasonalWindowAverage, type WindowAverageModel, windowAverage } from "../simple/window-average.ts";
export type { Series } from "../time/series.ts";

/** The functions of fitted models, for the kinds of this entry. */
export const { forecast, fitted, residuals, simulate, supports, update } = /* @__PURE__ */ modelFunctions(SIMPLE_KINDS);
