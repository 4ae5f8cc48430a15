/**
 * Exponential smoothing with trigonometric seasons, Box–Cox transformation and ARMA errors. The functions of fitted models know the kinds of this entry only, so that a bundle has the code of no other method.
 *
 * @module
 */
import { TBATS_KINDS } from "../model/kinds.ts";
import { modelFunctions } from "../model/model-functions.ts";

export type { AnyModel, ModelForecastOptions, ModelOptions, SimulateOptions } from "../model/kind.ts";
export type { ModelFunctions } from "../model/model-functions.ts";
export type { Forecast, ForecastOptions } from "../model/prediction.ts";
export * from "../tbats/index.ts";
export type { Series } from "../time/series.ts";

/** The functions of fitted models, for the kinds of this entry. */
export const { forecast, fitted, residuals, simulate, supports, update } = /* @__PURE__ */ modelFunctions(TBATS_KINDS);
