import { checkOptions, type OptionNames } from "../model/options.ts";
import { boxCox } from "../time/box-cox.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../time/series.ts";
import type { ArimaModel } from "./arima-model.ts";
import type { ArimaMethod } from "./estimate.ts";
import { fitBetween } from "./fit-between.ts";
import { fitOrder } from "./fit-order.ts";
import type { Regressors } from "./regressors.ts";

/** The options of `arima`. */
const NAMES: OptionNames<ArimaOptions> = {
  order: true,
  seasonal: true,
  period: true,
  includeMean: true,
  includeDrift: true,
  xreg: true,
  method: true,
  lambda: true,
  biasAdjust: true,
};

/** Settings of `arima`. */
export interface ArimaOptions {
  /** `[p, d, q]`: autoregressive coefficients, differences, moving-average coefficients; default [0, 0, 0]. */
  readonly order?: readonly [number, number, number];
  /** `[P, D, Q]`: the same at the seasonal lag; default [0, 0, 0]. */
  readonly seasonal?: readonly [number, number, number];
  /** Observations per season, an integer ≥ 1; default 1. */
  readonly period?: number;
  /** True for a mean other than zero; default true, ignored if the series is differenced. */
  readonly includeMean?: boolean;
  /** True for a linear trend (the mean of the first difference); default false. */
  readonly includeDrift?: boolean;
  /**
   * Regressors by name, one value for each time of the series; a time with a missing regressor (NaN) counts as missing.
   */
  readonly xreg?: Regressors;
  /** Estimation method; default "CSS-ML". */
  readonly method?: ArimaMethod;
  /** Box–Cox exponent of the scale to model on; no transformation when left out. */
  readonly lambda?: number;
  /** With `lambda`: forecasts are means, not medians, of the original scale; default false. */
  readonly biasAdjust?: boolean;
}

/**
 * Fits a seasonal ARIMA of a given order, with linear regressors: phi(B) Phi(B^m) (1−B)^d (1−B^m)^D (y_t − x_t'β) =
 * theta(B) Theta(B^m) e_t. The estimate is the exact Gaussian maximum likelihood of the differenced series over
 * stationary and invertible coefficients. With missing values the likelihood comes from a Kalman filter with an exact
 * diffuse start. The search starts from conditional least squares and from zero coefficients, and the better optimum
 * counts. Regression coefficients and the variance are concentrated out.
 *
 * A series that is constant after differencing has no ARMA part: its model is its mean, or its constant change.
 *
 * @param y - observations, NaN where missing
 * @returns plain data; `forecast`, `fitted`, `residuals`, `updateArima` and `simulateArima` take it
 * @throws {RangeError} if an order, the period or a regressor is not allowed, a value is infinite, the transformation
 *   needs positive values, or there are too few values for the coefficients
 * @see Box, Jenkins & Reinsel (1994); Hyndman & Khandakar (2008), doi:10.18637/jss.v027.i03, for the conventions
 *   (sigma2, nobs, aicc)
 */
export function arima(y: Series, options: ArimaOptions = {}): ArimaModel {
  checkOptions("arima", options, NAMES);
  const { order = [0, 0, 0], seasonal = [0, 0, 0], period = 1, includeMean = true, includeDrift = false } = options;
  const { xreg, method = "CSS-ML", lambda, biasAdjust = false } = options;
  checkPeriod(period);
  checkOrder("order", order);
  checkOrder("seasonal", seasonal);
  if (options.period === undefined && seasonal.some((value) => value > 0))
    throw new RangeError(`seasonal is [${seasonal.join(", ")}], but period is missing; give both, such as period: 12`);
  if (!["CSS-ML", "ML", "CSS"].includes(method))
    throw new RangeError(`method is ${JSON.stringify(method)}; it must be "CSS-ML", "ML" or "CSS"`);
  const [p, d, q] = order;
  const [P, D, Q] = period > 1 ? seasonal : ([0, 0, 0] as const);
  const original = toFloat64(y);
  checkSeries(original, 1);
  const series = lambda === undefined ? original : boxCox(original, lambda);
  const mean = includeMean && d + D === 0;
  return fitBetween(series, xreg, (observed, rows) =>
    fitOrder(
      observed,
      { p, d, q, P, D, Q, period },
      { mean, drift: includeDrift, xreg: rows, lambda, biasAdjust, method },
    ),
  );
}

function checkOrder(name: string, order: readonly number[]): void {
  if (!Array.isArray(order))
    throw new RangeError(
      `${name} is ${JSON.stringify(order)}; it must be three numbers, such as [0, 1, 1]; period is an option of its own`,
    );
  if (order.length !== 3) throw new RangeError(`${name} has ${order.length} numbers; it must have 3`);
  for (const value of order)
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${name} is [${order.join(", ")}]; its numbers must be integers of at least 0`);
}
