/**
 * Regression on time, calendar and other columns. The functions of fitted models know the kinds of this entry only, so that a bundle has the code of no other method.
 *
 * @module
 */
import { REGRESSION_KINDS } from "../model/kinds.ts";
import { modelFunctions } from "../model/model-functions.ts";

export { solveNormal } from "../linalg/normal-equations.ts";
export type { AnyModel, ModelForecastOptions, ModelOptions, SimulateOptions } from "../model/kind.ts";
export type { ModelFunctions } from "../model/model-functions.ts";
export type { Forecast, ForecastOptions } from "../model/prediction.ts";
export type { Calendar, CalendarField } from "../regression/calendar.ts";
export { type LinearModel, type LinearOptions, linearModel } from "../regression/linear.ts";
export type { Holiday, LinearTerms } from "../regression/linear-terms.ts";
export { type LogisticModel, logistic, probability } from "../regression/logistic.ts";
export type { Series } from "../time/series.ts";

/** The functions of fitted models, for the kinds of this entry. */
export const { forecast, fitted, residuals, simulate, supports, update } =
  /* @__PURE__ */ modelFunctions(REGRESSION_KINDS);
