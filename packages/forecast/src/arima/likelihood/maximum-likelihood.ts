import { cholesky, choleskyInverse } from "../../linalg/cholesky.ts";
import { bfgs, type Stopped } from "../../optimise/bfgs.ts";
import { type Arma, type ArmaOrder, armaReach, zeroArma } from "../polynomial.ts";
import { conditionalInformation } from "./conditional.ts";
import type { ConditionalWorkspace } from "./conditional-residuals.ts";
import { boundedCoordinates, coordinateJacobian, fromCoordinates, toCoordinates } from "./partial-coordinates.ts";

/** Bound of the optimiser: moving-average partial autocorrelations, and atanh of autoregressive ones. */
const BOUND = 1 - 1e-7;
const UNBOUNDED = 8;

/**
 * A log-likelihood of ARMA coefficients with everything linear concentrated out; −Infinity or NaN where it does not exist.
 */
export type Likelihood = (arma: Arma) => number;

/** Terms that the curvature of the conditional sum of squares is computed from. */
export interface Curvature {
  readonly columns: readonly Float64Array[];
  /** The regressors' coefficients. */
  readonly beta: Float64Array;
  readonly work: ConditionalWorkspace;
}

/** Settings of `maximiseLikelihood`. */
export interface MaximumOptions {
  /** Expected gain in log-likelihood below which to stop. */
  readonly tolerance?: number;
  /** True to gain the last digits with better derivatives. */
  readonly polish?: boolean;
  /** Gives up when the log-likelihood seems to stay below this. */
  readonly hopeless?: number;
  /** The number of steps before it may give up as hopeless; default 2. */
  readonly patience?: number | undefined;
  /** Gives up after three steps in a row to models this does not accept. */
  readonly accept?: ((arma: Arma) => boolean) | undefined;
  /** Writes the gradient of minus the log-likelihood in coordinates, at the point last evaluated, to `out`. */
  readonly gradient?: ((x: Float64Array, arma: Arma, out: Float64Array) => void) | undefined;
  /** For the first Hessian. */
  readonly curvature?: Curvature | undefined;
}

/**
 * Returns the maximum likelihood of ARMA coefficients from a start, in partial-autocorrelation coordinates, by a
 * quasi-Newton method whose first Hessian is that of the conditional sum of squares.
 *
 * @returns the coefficients, their log-likelihood, and the number of likelihood evaluations
 */
export function maximiseLikelihood(
  likelihood: Likelihood,
  order: ArmaOrder,
  start: Arma,
  {
    tolerance = 1e-7,
    polish = false,
    hopeless = -Infinity,
    patience,
    accept,
    gradient,
    curvature,
  }: MaximumOptions = {},
): { arma: Arma; loglik: number; evaluations: number; stopped: Stopped | undefined } {
  const arma = zeroArma(order);
  const x = toCoordinates(start);
  fromCoordinates(x, arma);
  const inverseHessian = curvature && x.length > 0 ? firstInverseHessian(x, arma, curvature) : undefined;
  const outside =
    accept &&
    ((point: Float64Array) => {
      fromCoordinates(point, arma);
      return !accept(arma);
    });
  const bound = boundedCoordinates(arma).map((bounded) => (bounded ? BOUND : UNBOUNDED));
  const objective = (point: Float64Array) => {
    fromCoordinates(point, arma);
    const value = -likelihood(arma);
    return Number.isNaN(value) ? Infinity : value;
  };
  const optimum = bfgs(objective, x, {
    inverseHessian,
    bound,
    maxStep: 0.7,
    tolerance,
    polish,
    hopeless: -hopeless,
    patience,
    outside,
    gradient:
      gradient &&
      ((point, out) => {
        fromCoordinates(point, arma);
        gradient(point, arma, out);
      }),
  });
  fromCoordinates(optimum.x, arma);
  return { arma, loglik: -optimum.value, evaluations: optimum.evaluations, stopped: optimum.stopped };
}

function firstInverseHessian(
  x: Float64Array,
  arma: Arma,
  { columns, beta, work }: Curvature,
): Float64Array | undefined {
  const size = x.length;
  const { information, residuals } = conditionalInformation(arma, columns, beta, work);
  let squares = 0;
  const { n } = work;
  const condition = armaReach(arma).p;
  for (let t = condition; t < n; t++) squares += residuals[t]! ** 2;
  const scale = (n - condition) / squares;
  if (!(scale > 0) || scale === Infinity) return undefined;
  const D = coordinateJacobian(x, arma);
  const H = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let a = 0; a < size; a++)
        for (let b = 0; b < size; b++) sum += D[a * size + i]! * information[a * size + b]! * D[b * size + j]!;
      H[i * size + j] = H[j * size + i] = sum * scale;
    }
  for (let i = 0; i < size; i++) H[i * size + i]! *= 1 + 1e-3;
  return cholesky(H, size, H) ? choleskyInverse(H, size) : undefined;
}
