/**
 * Regression on time, calendar and other columns. The functions of fitted models take the models of this entry.
 *
 * @module
 */
import * as kinds from "../kinds/regression.ts";
import { cumulativeBy } from "../model/cumulative.ts";
import { fittedBy, forecastBy, residualsBy, simulateBy, supportsBy, updateBy } from "../model/dispatch.ts";
import { linearSums } from "../regression/linear-sums.ts";

export { solveNormal } from "../linalg/normal-equations.ts";
export type { Calendar, CalendarField } from "../regression/calendar.ts";
export { type LinearModel, type LinearOptions, linearModel } from "../regression/linear.ts";
export type { Holiday, LinearTerms } from "../regression/linear-terms.ts";
export {
  type LogisticModel,
  type LogisticOptions,
  logistic,
  logisticContributions,
  probability,
} from "../regression/logistic.ts";
export {
  type EncodedFeature,
  type Encoding,
  type EncodingOptions,
  encode,
  encodedFeatures,
  encoding,
  type FeatureColumns,
} from "../rows/encoding.ts";
export { grid, outOfFold, sampleGrid, type Tuned, tune } from "../rows/tune.ts";
export {
  type BoostedLoss,
  type BoostedTrees,
  type BoostedTreesOptions,
  boostedTrees,
  predictBoosted,
} from "../trees/boosted-trees.ts";
export { boostedContributions, type Contributions } from "../trees/contributions.ts";
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
/** `cumulative` for the models of this entry. */
export const cumulative = /* @__PURE__ */ cumulativeBy<kinds.Model>({
  forecast: /* @__PURE__ */ forecastBy(kinds.forecast),
  update: /* @__PURE__ */ updateBy(kinds.update),
  supports: /* @__PURE__ */ supportsBy(kinds),
  exact: linearSums,
});
