import { type ConditionalOptions, fitConditional } from "./likelihood/conditional.ts";
import { exactGradient, exactLikelihood } from "./likelihood/exact.ts";
import { kalmanLikelihood } from "./likelihood/kalman.ts";
import { maximiseLikelihood } from "./likelihood/maximum-likelihood.ts";
import { type MissingLikelihood, missingLikelihood } from "./missing-values.ts";
import { type Arma, type ArmaOrder, armaReach, rootsBeyond, zeroArma } from "./polynomial.ts";
import { type ArimaProblem, likelihoodWorkspace } from "./problem.ts";

/**
 * Estimation method: exact maximum likelihood (ML), conditional least squares (CSS), or exact maximum likelihood from a
 * start by conditional least squares (CSS-ML).
 */
export type ArimaMethod = "CSS-ML" | "ML" | "CSS";

/** Estimated coefficients of one model. */
export interface Estimate {
  readonly arma: Arma;
  /** Coefficients of the regressors. */
  readonly beta: Float64Array;
  readonly loglik: number;
  /** Generalised (CSS: conditional) sum of squared errors, and how many errors it is of. */
  readonly squares: number;
  readonly count: number;
}

/** Coefficients to start from. */
export interface Start {
  readonly arma: Arma;
  readonly beta: Float64Array;
}

/** Returns the conditional least squares; undefined if too few values are left. */
export function estimateConditional(
  problem: ArimaProblem,
  order: ArmaOrder,
  options: ConditionalOptions = {},
): Estimate | undefined {
  const { columns, n } = problem;
  const fit = fitConditional(order, columns, problem.conditional, { tolerance: 1e-9, ...options });
  return fit && { ...fit, loglik: (-n / 2) * (Math.log((2 * Math.PI * fit.squares) / fit.count) + 1) };
}

/** Returns the exact likelihood of a series with missing values: as regression coefficients where they are few, else filtered. */
export function incompleteLikelihood(problem: ArimaProblem, arma: Arma): MissingLikelihood | undefined {
  const { missing, delta, series, regressors } = problem;
  const likelihood = missing && missingLikelihood(arma, missing, armaReach(arma).k);
  return likelihood ?? kalmanLikelihood(arma, delta, [series, ...regressors]);
}

/** Returns the exact log-likelihood of given ARMA coefficients, everything linear at its best. */
export function exactEstimate(problem: ArimaProblem, arma: Arma): Estimate | undefined {
  const { columns, n, complete } = problem;
  if (!complete) {
    const likelihood = incompleteLikelihood(problem, arma);
    return (
      likelihood && {
        arma,
        beta: likelihood.beta,
        loglik: likelihood.loglik,
        squares: likelihood.squares,
        count: likelihood.count,
      }
    );
  }
  const work = likelihoodWorkspace(problem, armaReach(arma).k);
  const loglik = exactLikelihood(arma, columns, work);
  return { arma, beta: work.beta.slice(), loglik, squares: work.squares, count: n };
}

/** Settings of `estimateExact`. */
export interface ExactOptions {
  readonly start?: Start | undefined;
  /** Another point to start from; the more likely of the two is taken. */
  readonly other?: Start | undefined;
  /** Also start from zero coefficients where the search from `start` strays. */
  readonly restart?: boolean | undefined;
  /** Also start from zero coefficients, and squeeze out the last digits: for a final fit. */
  readonly thorough?: boolean;
  /** Expected gain in log-likelihood below which to stop. */
  readonly tolerance?: number;
  /** Gives up when the log-likelihood seems to stay below this. */
  readonly hopeless?: number | undefined;
  /** The number of steps before it may give up as hopeless; default 2. */
  readonly patience?: number;
  /** Gives up where the search strays among models this does not accept; and those it accepts go before all others. */
  readonly accept?: (arma: Arma) => boolean;
}

/**
 * Returns the exact maximum likelihood, from a start.
 *
 * @returns undefined if no point with a finite likelihood was found, or the search was given up as hopeless
 */
export function estimateExact(
  problem: ArimaProblem,
  order: ArmaOrder,
  {
    start,
    other,
    restart = false,
    thorough = false,
    tolerance = 1e-6,
    hopeless = -Infinity,
    patience = 2,
    accept,
  }: ExactOptions = {},
): Estimate | undefined {
  const { columns, n, complete } = problem;
  const parameters = order.p + order.q + order.P + order.Q;
  const zero = zeroArma(order);
  const buffers = complete ? likelihoodWorkspace(problem, armaReach(zero).k) : undefined;
  const likelihood = (arma: Arma) =>
    buffers !== undefined
      ? exactLikelihood(arma, columns, buffers)
      : (incompleteLikelihood(problem, arma)?.loglik ?? -Infinity);
  const gradient =
    buffers && parameters > 0
      ? (x: Float64Array, arma: Arma, out: Float64Array) => exactGradient(x, arma, columns, buffers, out)
      : undefined;
  const maximise = (from: Start, polish: boolean) =>
    maximiseLikelihood(likelihood, order, from.arma, {
      tolerance,
      polish,
      hopeless,
      patience,
      accept,
      gradient,
      curvature: n > parameters + columns.length ? { columns, beta: from.beta, work: problem.conditional } : undefined,
    });
  const likelier =
    start !== undefined && other !== undefined && likelihood(other.arma) > likelihood(start.arma)
      ? other
      : (start ?? other);
  const first = likelier ?? { arma: zero, beta: new Float64Array(columns.length - 1) };
  let best = maximise(first, false);
  if (best.stopped === "hopeless") return undefined;
  const better = (a: typeof best, b: typeof best) => {
    const accepted = accept === undefined ? 0 : Number(accept(a.arma)) - Number(accept(b.arma));
    return accepted > 0 || (accepted === 0 && a.loglik > b.loglik) ? a : b;
  };
  if (
    parameters > 0 &&
    (thorough || !(best.loglik > -Infinity) || (restart && accept !== undefined && !accept(best.arma)))
  ) {
    if (likelier !== undefined) best = better(best, maximise({ arma: zero, beta: likelier.beta }, false));
    if (thorough) best = better(maximise({ arma: best.arma, beta: first.beta }, true), best);
  }
  if (best.stopped !== undefined) return undefined;
  if (!(best.loglik > -Infinity) || !rootsBeyond(best.arma, 1)) return undefined;
  return exactEstimate(problem, best.arma);
}
