/**
 * Exponential smoothing and its relatives: ETS, Holt–Winters, theta, complex smoothing, decomposition with a forecaster. The functions of fitted models know the kinds of this entry only, so that a bundle has the code of no other method.
 *
 * @module
 */
import { SMOOTHING_KINDS } from "../model/kinds.ts";
import { modelFunctions } from "../model/model-functions.ts";

export * from "../ces/index.ts";
export * from "../ets/index.ts";
export type { StlfModel } from "../model/fitted-model.ts";
export type { AnyModel, ModelForecastOptions, ModelOptions, SimulateOptions } from "../model/kind.ts";
export type { ModelFunctions } from "../model/model-functions.ts";
export type { Forecast, ForecastOptions } from "../model/prediction.ts";
export { type HoltWintersModel, type HoltWintersState, holtWinters } from "../smoothing/holt-winters.ts";
export { stlf } from "../smoothing/stlf.ts";
export * from "../theta/index.ts";
export type { Series } from "../time/series.ts";

/** The functions of fitted models, for the kinds of this entry. */
export const { forecast, fitted, residuals, simulate, supports, update } =
  /* @__PURE__ */ modelFunctions(SMOOTHING_KINDS);
