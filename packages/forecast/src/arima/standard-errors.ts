import { cholesky, choleskyInverse } from "../linalg/cholesky.ts";
import { type Estimate, incompleteLikelihood } from "./estimate.ts";
import { conditionalInformation } from "./likelihood/conditional.ts";
import { exactLikelihood } from "./likelihood/exact.ts";
import { kalmanLikelihood } from "./likelihood/kalman.ts";
import { type ArmaOrder, armaReach, armaVector, rootsBeyond, setArma, zeroArma } from "./polynomial.ts";
import { type ArimaProblem, likelihoodWorkspace } from "./problem.ts";

/**
 * Returns the standard errors of the ARMA coefficients, then of the regressors': from the negative second differences
 * of the log-likelihood (concentrated), and from the generalised least squares of the regression. Where the likelihood
 * has no maximum inside (a unit root), from the curvature of the conditional sum of squares; NaN where that is singular
 * too.
 */
export function standardErrors(problem: ArimaProblem, order: ArmaOrder, estimate: Estimate, sigma2: number): number[] {
  const { columns, n, complete } = problem;
  const arma = zeroArma(order);
  const x = armaVector(estimate.arma);
  const size = x.length;
  const at = Float64Array.from(x);
  const buffers = complete ? likelihoodWorkspace(problem, armaReach(arma).k) : undefined;
  const loglik = () => {
    setArma(arma, at);
    if (!rootsBeyond(arma, 1)) return NaN;
    if (buffers !== undefined) return exactLikelihood(arma, columns, buffers);
    return incompleteLikelihood(problem, arma)?.loglik ?? NaN;
  };
  const regression = regressionErrors(problem, estimate, sigma2);
  const h = 1e-4;
  const centre = loglik();
  const single = new Float64Array(size);
  const down = new Float64Array(size);
  const H = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    at[i] = x[i]! + h;
    single[i] = loglik();
    at[i] = x[i]! - h;
    down[i] = loglik();
    at[i] = x[i]!;
    H[i * size + i] = -(single[i]! - 2 * centre + down[i]!) / (h * h);
  }
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) {
      at[i]! += h;
      at[j]! += h;
      const both = loglik();
      at[i] = x[i]!;
      at[j] = x[j]!;
      // The curvature along i + j, less half of what i and j have alone.
      const mixed = (both - single[i]! - single[j]! + centre) / (h * h);
      H[i * size + j] = H[j * size + i] = -mixed;
    }
  const finite = H.every(Number.isFinite);
  const L = new Float64Array(size * size);
  if (finite && cholesky(H, size, L)) return [...diagonal(choleskyInverse(L, size), size, 1), ...regression];
  if (n > size + columns.length) {
    const { information } = conditionalInformation(estimate.arma, columns, estimate.beta, problem.conditional);
    if (cholesky(information, size, L)) return [...diagonal(choleskyInverse(L, size), size, sigma2), ...regression];
  }
  return [...new Array<number>(size).fill(NaN), ...regression];
}

/** Returns the standard errors of the regression coefficients, given the ARMA ones. */
function regressionErrors(problem: ArimaProblem, { arma, beta }: Estimate, sigma2: number): number[] {
  const r = beta.length;
  if (r === 0) return [];
  let normal: Float64Array | undefined;
  if (problem.complete) {
    const work = likelihoodWorkspace(problem, armaReach(arma).k);
    exactLikelihood(arma, problem.columns, work);
    normal = work.normal;
  } else normal = kalmanLikelihood(arma, problem.delta, [problem.series, ...problem.regressors])?.normal;
  const L = new Float64Array(r * r);
  if (normal === undefined || !cholesky(normal, r, L)) return new Array<number>(r).fill(NaN);
  return diagonal(choleskyInverse(L, r), r, sigma2);
}

function diagonal(inverse: Float64Array, size: number, scale: number): number[] {
  return Array.from({ length: size }, (_, i) => Math.sqrt(inverse[i * size + i]! * scale));
}
