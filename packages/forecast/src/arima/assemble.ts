import { type ArimaModel, type ArimaState, arimaName, informationCriteria } from "./arima-model.ts";
import { type Differencing, differenced } from "./differencing.ts";
import type { ArimaMethod, Estimate } from "./estimate.ts";
import { initialInnovationState, step } from "./likelihood/innovations.ts";
import { createKalmanState, kalmanStep } from "./likelihood/kalman.ts";
import { saveInnovationState, saveKalmanState } from "./model-parts.ts";
import { type ArmaOrder, armaVector } from "./polynomial.ts";
import type { ArimaProblem } from "./problem.ts";
import { standardErrors } from "./standard-errors.ts";

/** Parts of a model besides its orders and estimates. */
export interface Specification {
  /** Presence of a mean, which counts without differences only, and of a drift. */
  readonly mean: boolean;
  readonly drift: boolean;
  /** Box–Cox exponent of the model's scale. */
  readonly lambda: number | undefined;
  readonly biasAdjust: boolean;
  readonly method: ArimaMethod;
}

/**
 * Returns a model from its estimated coefficients: criteria, standard errors, and the filter run to the end of the
 * series.
 *
 * @param names - of the linear part's coefficients
 */
export function assembleModel(
  problem: ArimaProblem,
  order: ArmaOrder,
  estimate: Estimate,
  names: readonly string[],
  { mean, drift, lambda, biasAdjust, method }: Specification,
): ArimaModel {
  const { d, D, period, nobs } = problem;
  const { p, q, P, Q } = order;
  const armaNames = (["ar", "ma", "sar", "sma"] as const).flatMap((name) =>
    Array.from(estimate.arma[name], (_, i) => `${name}${i + 1}`),
  );
  const all = [...armaNames, ...names];
  const values = [...armaVector(estimate.arma), ...estimate.beta];
  const freedom = estimate.count - all.length;
  const sigma2 = estimate.squares / (freedom > 0 ? freedom : estimate.count);
  const loglik = Number.isFinite(estimate.loglik) ? estimate.loglik : 0;
  const errors = standardErrors(problem, order, estimate, sigma2);
  const regressors = names.slice(Number(mean) + Number(drift));
  const full = { p, d, q, P, D, Q, period };
  return {
    kind: "arima",
    formatVersion: 1,
    method: arimaName(full, { mean, drift, regressors: regressors.length }),
    order: full,
    coef: Object.fromEntries(
      all.map((name, i) => [name, mean && name === "intercept" ? values[i]! + problem.centre : values[i]!]),
    ),
    se: Object.fromEntries(all.map((name, i) => [name, errors[i]!] as const).filter(([, e]) => Number.isFinite(e))),
    sigma2,
    loglik,
    ...reportedCriteria(loglik, all.length, nobs),
    nobs,
    fit: method,
    ...(lambda === undefined ? {} : { lambda, biasAdjust }),
    ...(regressors.length === 0 ? {} : { regressors }),
    length: problem.series.length,
    state: endState(problem, estimate),
  };
}

/** Returns the filter after the last value. */
function endState(problem: ArimaProblem, { arma, beta }: Estimate): ArimaState {
  const { series, regressors, delta, complete } = problem;
  const z = Float64Array.from(series);
  regressors.forEach((column, j) => {
    for (let t = 0; t < z.length; t++) z[t]! -= beta[j]! * column[t]!;
  });
  if (!complete) {
    const kalman = createKalmanState(arma, delta, 1);
    if (kalman === undefined) throw new RangeError("the estimated model is not stationary");
    const error = new Float64Array(1);
    for (let t = 0; t < z.length; t++) kalmanStep(kalman, [z[t]!], error);
    if (kalman.diffuseRank > 0)
      throw new RangeError(
        `too few observed values: ${kalman.diffuseRank} of the ${delta.length} values lost to differencing are never seen`,
      );
    return saveKalmanState(kalman);
  }
  const start = initialInnovationState(arma);
  if (start === undefined) throw new RangeError("the estimated model is not stationary");
  const { state, presample } = start;
  const w = differenced(z, problem);
  for (let t = 0; t < w.length; t++) step(state, presample.phi, presample.k, w[t]!);
  return saveInnovationState(state, lastValues(z, delta.length));
}

/** Returns the last `count` values, newest first. */
function lastValues(z: Float64Array, count: number): number[] {
  return Array.from({ length: count }, (_, i) => z[z.length - 1 - i]!);
}

/**
 * Returns the model of a series that is constant once differenced: no ARMA part, no variance, that constant as mean or
 * drift.
 */
export function constantModel(
  series: Float64Array,
  differencing: Differencing,
  { mean, drift, lambda, biasAdjust, method }: Specification,
): ArimaModel {
  const { d, D, period } = differencing;
  const w = differenced(series, differencing).filter((value) => !Number.isNaN(value));
  const value = w.reduce((sum, v) => sum + v, 0) / w.length;
  const withMean = mean && d + D === 0;
  const withDrift = drift && d + D === 1;
  const coef: Record<string, number> = {};
  if (withMean) coef.intercept = value;
  if (withDrift) coef.drift = D === 1 ? value / period : value;
  const order = { p: 0, d, q: 0, P: 0, D, Q: 0, period };
  const z = Float64Array.from(series, (v, t) => v - (coef.intercept ?? 0) - (coef.drift ?? 0) * (t + 1));
  for (let t = 0; t < z.length; t++) if (Number.isNaN(z[t]!)) z[t] = expected(z, t, d, D, period);
  return {
    kind: "arima",
    formatVersion: 1,
    method: arimaName(order, { mean: withMean, drift: withDrift, regressors: 0 }),
    order,
    coef,
    se: {},
    sigma2: 0,
    loglik: 0,
    ...reportedCriteria(0, Object.keys(coef).length, Math.max(1, w.length)),
    nobs: w.length,
    fit: method,
    ...(lambda === undefined ? {} : { lambda, biasAdjust }),
    length: series.length,
    state: { last: lastValues(z, d + D * period), a: [], variance: 1 },
  };
}

/** Returns a missing value of a series whose differences are all the same: the nearest value a whole lag away. */
function expected(z: Float64Array, t: number, d: number, D: number, period: number): number {
  const lag = D > 0 && d === 0 ? period : 1;
  for (let u = t % lag; u < z.length; u += lag) if (!Number.isNaN(z[u]!)) return z[u]!;
  return 0;
}

/** Returns the information criteria as a model reports them: what is not defined is null, which JSON keeps. */
function reportedCriteria(
  loglik: number,
  coefficients: number,
  nobs: number,
): Pick<ArimaModel, "aic" | "aicc" | "bic"> {
  const { aic, aicc, bic } = informationCriteria(loglik, coefficients, nobs);
  return { aic, aicc: aicc === Infinity ? null : aicc, bic };
}
