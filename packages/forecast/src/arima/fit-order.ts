import type { ArimaModel } from "./arima-model.ts";
import { assembleModel, constantModel, type Specification } from "./assemble.ts";
import { differenced, isExhausted } from "./differencing.ts";
import { type ArimaMethod, type Estimate, estimateConditional, estimateExact } from "./estimate.ts";
import type { ArmaOrder } from "./polynomial.ts";
import { type ArimaProblem, createProblem } from "./problem.ts";
import { checkRank, design, type Regressors } from "./regressors.ts";

/**
 * Fits an ARIMA model of one order.
 *
 * @param series - on the model's scale, NaN where missing
 * @throws {RangeError} if a regressor is not allowed, or there are too few values for the coefficients
 */
export function fitOrder(
  series: Float64Array,
  order: ArimaModel["order"],
  specification: Specification & { readonly xreg: Regressors | undefined },
): ArimaModel {
  const { p, d, q, P, D, Q, period } = order;
  const w = differenced(series, order);
  const isComplete = !series.some(Number.isNaN);
  if (specification.xreg === undefined && isExhausted(w, order, isComplete))
    return constantModel(series, order, specification);
  const regression = design(series.length, specification);
  checkRank(regression, order);
  const problem = createProblem(series, regression.columns, order);
  const coefficients = p + q + P + Q + regression.names.length;
  if (problem.nobs <= coefficients)
    throw new RangeError(
      `the series has ${problem.observed} observed values, ${problem.nobs} after differencing; more than ${coefficients} are needed for that many coefficients`,
    );
  const estimate = estimateOrder(problem, order, specification.method);
  if (estimate === undefined)
    throw new RangeError(
      `no stationary and invertible ARIMA(${p},${d},${q})(${P},${D},${Q})[${period}] could be fitted to the series of ${problem.observed} observed values`,
    );
  return assembleModel(problem, order, estimate, regression.names, specification);
}

/** Estimates one order by a method, thoroughly. */
function estimateOrder(problem: ArimaProblem, order: ArmaOrder, method: ArimaMethod): Estimate | undefined {
  const conditional = estimateConditional(problem, order);
  if (method === "CSS") return conditional;
  return estimateExact(problem, order, { start: conditional, thorough: true, tolerance: 1e-8 });
}
