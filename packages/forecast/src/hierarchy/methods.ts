/**
 * The methods that make base forecasts coherent.
 *
 * - `bottom-up`: the leaves' forecasts are added up.
 * - `top-down`: the top's forecasts are split, by `proportions` or by the shares of the base forecasts below.
 * - `ols`, `wls-struct`, `wls-var`, `mint-shrink`: the least change, weighted by the inverse of the base forecasts'
 *   error covariance. The covariance has, in this order: equal variances; variances in proportion to the number of
 *   leaves; given variances; a shrunk estimate from residuals.
 */
export const RECONCILIATION_METHODS = ["bottom-up", "top-down", "ols", "wls-struct", "wls-var", "mint-shrink"] as const;
/** One of `RECONCILIATION_METHODS`. */
export type ReconciliationMethod = (typeof RECONCILIATION_METHODS)[number];
