/**
 * The methods by name, in families of methods that are used without the others.
 *
 * @module
 */
export { isIntermittent } from "../intermittent/demand-pattern.ts";
export { joinKinds, type ModelFunctions, modelFunctions, movingFunctions } from "../model/dispatch.ts";
export {
  ARIMA,
  ARIMA_FITS,
  ARIMA_KINDS,
  ARIMA_WITH_REGRESSORS,
  FAMILIES,
  type Family,
  type Fit,
  type JointFits,
  LINEAR_WITH_REGRESSORS,
  type MovingFamily,
  SIMPLE,
  SIMPLE_FITS,
  SIMPLE_KINDS,
  SMOOTHING,
  SMOOTHING_FITS,
  SMOOTHING_KINDS,
  TBATS,
  TBATS_FITS,
  TBATS_KINDS,
} from "../model/families.ts";
export type { Kinds } from "../model/kind.ts";
export { METHODS, type Method } from "../model/methods.ts";
export { KINDS } from "../model/model.ts";
export { type JointFit, type RegressionOptions, regression } from "../regression/regression.ts";
export { REGRESSION } from "../regression/regression-kind.ts";
