import type { Arma } from "../polynomial.ts";
import { plainGradient } from "./exact-gradient.ts";
import { kernelGradient, kernelLikelihood } from "./exact-kernel.ts";
import { plainLikelihood } from "./exact-likelihood.ts";
import type { LikelihoodWorkspace } from "./likelihood-workspace.ts";

/**
 * Returns the exact Gaussian log-likelihood of a stationary, invertible ARMA series without missing values, with the
 * innovation variance and the coefficients of linear regressors at their best values given the ARMA coefficients
 * (concentrated).
 *
 * With zero presample the conditional residuals are e0; the true ones are e = e0 − H nu, where nu are the k = max(p, q)
 * presample forcings and H the first k columns of the lower-triangular Toeplitz matrix of the weights of 1/theta(B).
 * With nu ~ (0, σ² V) integrated out, −2 log L = n log(2πσ²) + log|I + V H'H| + S/σ² and
 * S = e0'e0 − e0'H (I + V H'H)⁻¹ V H'e0. H'x is the filter run backwards in time, so nothing costs more than O(n) a
 * coefficient and O(k³). This is the back-forecasting likelihood, with its determinant.
 *
 * @param columns - the differenced series, then differenced regressors
 * @returns the log-likelihood; −Infinity where the model is not stationary or the series is fitted exactly
 * @see Box, Jenkins & Reinsel (1994), §7.1.4 and appendix A7.3; Harvey (1981), Time Series Models, ch. 5, for the state
 */
export function exactLikelihood(arma: Arma, columns: readonly Float64Array[], work: LikelihoodWorkspace): number {
  const byKernel = globalThis.MANYMODEL_KERNELS === "typescript" ? undefined : kernelLikelihood(arma, columns, work);
  return byKernel ?? plainLikelihood(arma, columns, work);
}

/**
 * Computes the gradient of minus the exact log-likelihood in partial-autocorrelation coordinates, at the point of the last
 * `exactLikelihood` with the workspace.
 *
 * With the presample forcings at their estimate nu, the sum of squares changes only through the filters (envelope
 * theorem): d e/d ma_j = −B^j e/ma(B) and d e/d ar_i = −B^i sar(B) y/(ma(B) sma(B)), whose products with e are one
 * filter pass for each polynomial and a dot product for each coefficient. What is left goes through the small matrices V
 * and M = H'H of the likelihood, dV and dM: ½ tr(M N dV) − (n/2S) u'dV u + ½ tr(N V dM), N = (I + V M)⁻¹, u = V⁻¹ nu.
 * These two are differenced.
 */
export function exactGradient(
  x: Float64Array,
  arma: Arma,
  columns: readonly Float64Array[],
  work: LikelihoodWorkspace,
  out: Float64Array,
): void {
  if (globalThis.MANYMODEL_KERNELS !== "typescript" && kernelGradient(x, arma, columns, work, out)) return;
  plainGradient(x, arma, columns, work, out);
}
