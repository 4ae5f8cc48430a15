/**
 * Averages: mean, window average, seasonal window average. The functions of fitted models take the models of this entry.
 *
 * @module
 */
import * as kinds from "../kinds/averages.ts";
import { fittedBy, forecastBy, residualsBy, simulateBy, supportsBy, updateBy } from "../model/dispatch.ts";

export { type MeanModel, mean } from "../simple/mean.ts";
export { seasonalWindowAverage, type WindowAverageModel, windowAverage } from "../simple/window-average.ts";
export type * from "./shared-types.ts";

// Each is made by itself, so that a bundle with one has no code of the others.
/** `forecast` for the models of this entry. */
export const forecast = /* @__PURE__ */ forecastBy<kinds.Model>(kinds.forecast);
/** `fitted` for the models of this entry. */
export const fitted = /* @__PURE__ */ fittedBy<kinds.Model>(kinds.fitted);
/** `residuals` for the models of this entry. */
export const residuals = /* @__PURE__ */ residualsBy<kinds.Model>(kinds.fitted);
/** `update` for the models of this entry. */
export const update = /* @__PURE__ */ updateBy<kinds.Model>(kinds.update);
/** `simulate` for the models of this entry. */
export const simulate = /* @__PURE__ */ simulateBy<kinds.Model>(kinds.simulate);
/** `supports` for the models of this entry. */
export const supports = /* @__PURE__ */ supportsBy<kinds.Model>(kinds);
