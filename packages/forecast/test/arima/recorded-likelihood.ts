import { exactLikelihood } from "../../src/arima/likelihood/exact.ts";
import { kalmanLikelihood } from "../../src/arima/likelihood/kalman.ts";
import { createLikelihoodWorkspace } from "../../src/arima/likelihood/likelihood-workspace.ts";
import { armaReach, setArma, zeroArma } from "../../src/arima/polynomial.ts";
import { type ArimaProblem, createProblem } from "../../src/arima/problem.ts";
import { type Design, design } from "../../src/arima/regressors.ts";
import type { ArimaOptions } from "../../src/index.ts";
import { boxCox } from "../../src/time/box-cox.ts";

/** Returns a series with its linear part, differenced as its options say. */
export function createDesignedProblem(
  y: Float64Array,
  options: ArimaOptions,
): { problem: ArimaProblem; linear: Design } {
  const { order = [0, 0, 0], seasonal = [0, 0, 0], period = 1, includeDrift = false, lambda, xreg } = options;
  const z = lambda === undefined ? y : boxCox(y, lambda);
  const linear = design(y.length, { mean: order[1] + seasonal[1] === 0, drift: includeDrift, xreg });
  return { linear, problem: createProblem(z, linear.columns, { d: order[1], D: seasonal[1], period }) };
}

/** Returns the exact log-likelihood at recorded coefficients, those of the linear part included. */
export function exactAt(
  { problem, linear }: { problem: ArimaProblem; linear: Design },
  coef: Readonly<Record<string, number>>,
  { order = [0, 0, 0], seasonal = [0, 0, 0], period = 1 }: ArimaOptions,
): number {
  const arma = zeroArma({ p: order[0], q: order[2], P: seasonal[0], Q: seasonal[2], period });
  const names = ["ar", "ma", "sar", "sma"].flatMap((name, b) =>
    Array.from([order[0], order[2], seasonal[0], seasonal[2]].slice(b, b + 1), (count) =>
      Array.from({ length: count! }, (_, i) => `${name}${i + 1}`),
    ).flat(),
  );
  setArma(
    arma,
    Float64Array.from(names, (name) => coef[name]!),
  );
  const less = (columns: readonly Float64Array[]) =>
    columns[0]!.map((value, t) =>
      linear.names.reduce((remainder, name, j) => remainder - coef[name]! * columns[j + 1]![t]!, value),
    );
  if (!problem.complete)
    return kalmanLikelihood(arma, problem.delta, [less([problem.series, ...problem.regressors])])!.loglik;
  const { k } = armaReach(arma);
  return exactLikelihood(arma, [less(problem.columns)], createLikelihoodWorkspace(problem.n, k, 1));
}
