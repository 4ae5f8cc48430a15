import { design, type Regressors } from "../arima/regressors.ts";
import { cholesky, choleskyInverse, choleskySolve } from "../linalg/cholesky.ts";
import { dot } from "../linalg/dot.ts";
import { checkOptions } from "../model/options.ts";
import { type Series, toFloat64 } from "../time/series.ts";
import type { Contributions } from "../trees/contributions.ts";
import { knownWeights } from "./known-weights.ts";

/** A fitted logistic regression. */
export interface LogisticModel {
  readonly kind: "logistic";
  readonly formatVersion: 1;
  /** "intercept", then the regressors in their order. */
  readonly names: readonly string[];
  /** On the regressors' own scale. */
  readonly coef: readonly number[];
  readonly se: readonly number[];
  /** Regressors left out because they do not vary. */
  readonly dropped: readonly string[];
  readonly ridge: number;
  readonly nobs: number;
  /** -2 log likelihood, with rows counted by their weights; `nullDeviance` is that of a constant probability. */
  readonly deviance: number;
  readonly nullDeviance: number;
}

/** Options for fitting a logistic regression. */
export interface LogisticOptions {
  readonly ridge?: number;
  readonly weights?: Series;
}

/**
 * Fits a logistic regression: log(p / (1 - p)) is linear in the regressors. The estimate is the maximum likelihood by
 * Newton's method (iteratively reweighted least squares) with step halving, on standardised regressors. With `ridge`
 * the log likelihood is reduced by the penalty ½ λ Σ (coefficient × standard deviation)², which leaves out the
 * intercept.
 *
 * @param x - columns by name, each as long as `y`, finite
 * @param y - 0 or 1; rows without a value (NaN) are left out
 * @param options.ridge - λ ≥ 0; default 0. With λ > 0 standard errors are those of the penalised curvature
 * @param options.weights - how often each row counts, finite and above 0; default 1. Standard deviations do not depend on them
 * @throws {RangeError} if a value is not allowed, a class is absent, regressors depend on each other, or regressors
 *   separate the classes, wholly or except for ties (no finite maximum exists then: use ridge)
 * @see McCullagh & Nelder (1989), "Generalized Linear Models", chapter 4
 */
export function logistic(x: Regressors, y: Series, options: LogisticOptions = {}): LogisticModel {
  checkOptions("logistic", options, { ridge: true, weights: true });
  const { ridge = 0, weights } = options;
  if (!(ridge >= 0 && ridge < Infinity))
    throw new RangeError(`ridge is ${ridge}; it must be a finite number of at least 0`);
  const outcome = toFloat64(y);
  const bad = outcome.findIndex((value) => value !== 0 && value !== 1 && !Number.isNaN(value));
  if (bad >= 0)
    throw new RangeError(`the outcome at position ${bad} is ${outcome[bad]}; it must be 0 or 1, NaN where not known`);
  const regressorRows = design(outcome.length, { mean: false, drift: false, xreg: x });
  const z = outcome.filter((value) => !Number.isNaN(value));
  const n = z.length;
  const ones = z.reduce((sum, value) => sum + value, 0);
  if (ones === 0 || ones === n) throw new RangeError(`${ones} of ${n} outcomes are 1; both classes are needed`);
  const weight = knownWeights(weights, outcome);
  const total = weight.reduce((sum, w) => sum + w, 0);
  const weightOfOnes = weight.reduce((sum, w, t) => sum + w * z[t]!, 0);
  const names = ["intercept"];
  const dropped: string[] = [];
  const centres = [0];
  const scales = [1];
  const columns = [new Float64Array(n).fill(1)];
  regressorRows.columns.forEach((column, j) => {
    const values = n === column.length ? column : column.filter((_, t) => !Number.isNaN(outcome[t]!));
    let centre = 0;
    for (let t = 0; t < n; t++) centre += values[t]! / n;
    const scale = spread(values, centre);
    if (!(scale > 1e-12 * Math.abs(centre))) {
      dropped.push(regressorRows.names[j]!);
      return;
    }
    names.push(regressorRows.names[j]!);
    centres.push(centre);
    scales.push(scale);
    const standardised = new Float64Array(n);
    for (let t = 0; t < n; t++) standardised[t] = (values[t]! - centre) / scale;
    columns.push(standardised);
  });
  const { beta, curvature, deviance } = newton(
    new Likelihood(columns, z, weight),
    columns.length,
    ridge,
    Math.log(weightOfOnes / (total - weightOfOnes)),
  );
  const k = names.length;
  const covariance = choleskyInverse(curvature, k);
  const coef = beta.map((value, j) => value / scales[j]!);
  for (let j = 1; j < k; j++) coef[0]! -= coef[j]! * centres[j]!;
  const shift = Float64Array.from(scales, (scale, j) => (j === 0 ? 1 : -centres[j]! / scale));
  let first = 0;
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) first += shift[i]! * shift[j]! * covariance[i * k + j]!;
  const share = weightOfOnes / total;
  return {
    kind: "logistic",
    formatVersion: 1,
    names,
    coef: [...coef],
    se: names.map((_, j) => (j === 0 ? Math.sqrt(first) : Math.sqrt(covariance[j * k + j]!) / scales[j]!)),
    dropped,
    ridge,
    nobs: n,
    deviance,
    nullDeviance: -2 * (weightOfOnes * Math.log(share) + (total - weightOfOnes) * Math.log(1 - share)),
  };
}

/**
 * Returns the probability of 1 for each row.
 *
 * @param x - the model's regressors by name (others are ignored), all of one length, finite
 * @throws {RangeError} if a regressor is missing, or has a value that is not finite
 */
export function probability(model: LogisticModel, x: Regressors): Float64Array {
  const regressors = model.names.slice(1);
  for (const name of regressors)
    if (!Object.hasOwn(x, name))
      throw new RangeError(
        `the model has regressor ${JSON.stringify(name)}; the columns are ${Object.keys(x).join(", ")}`,
      );
  const length = Object.values(x)[0]?.length ?? 0;
  const { columns } = design(length, {
    mean: false,
    drift: false,
    xreg: Object.fromEntries(regressors.map((name) => [name, x[name]!])),
  });
  const result = new Float64Array(length).fill(model.coef[0]!);
  columns.forEach((column, j) => {
    for (let t = 0; t < length; t++) result[t]! += model.coef[j + 1]! * column[t]!;
  });
  return result.map(inverseLogit);
}

/**
 * Returns what each regressor adds to the log odds of each row, compared with a row whose regressors are all at the
 * centre.
 *
 * @param x - as for `probability`
 * @param centre - a value of each regressor, for example its mean
 * @throws {RangeError} as `probability`, or if a centre is missing
 */
export function logisticContributions(
  model: LogisticModel,
  x: Regressors,
  centre: Readonly<Record<string, number>>,
): Contributions {
  const names = model.names.slice(1);
  const length = Object.values(x)[0]?.length ?? 0;
  const xreg = Object.fromEntries(names.map((name) => [name, x[name] ?? []]));
  const { columns } = design(length, { mean: false, drift: false, xreg });
  let start = model.coef[0]!;
  const values = names.map((name, j): [string, Float64Array] => {
    const middle = Object.hasOwn(centre, name) ? centre[name]! : NaN;
    if (!Number.isFinite(middle))
      throw new RangeError(`the centre of ${JSON.stringify(name)} is ${middle}; give a finite number`);
    const slope = model.coef[j + 1]!;
    start += slope * middle;
    return [name, columns[j]!.map((value) => slope * (value - middle))];
  });
  return { start, values: Object.fromEntries(values) };
}

/** Returns the standard deviation about a centre, whose squares neither overflow nor vanish. */
function spread(values: Float64Array, centre: number): number {
  let most = 0;
  for (let t = 0; t < values.length; t++) most = Math.max(most, Math.abs(values[t]! - centre));
  if (!(most > 0)) return 0;
  const unit = 2 ** Math.floor(Math.log2(most));
  let sum = 0;
  for (let t = 0; t < values.length; t++) sum += ((values[t]! - centre) / unit) ** 2;
  return unit * Math.sqrt(sum / values.length);
}

function inverseLogit(eta: number): number {
  return eta >= 0 ? 1 / (1 + Math.exp(-eta)) : Math.exp(eta) / (1 + Math.exp(eta));
}

/** Newton's method has converged when the objective can fall by less than this share of itself; one full step follows. */
const TOLERANCE = 1e-9;
/** The longest last step, in standard deviations of the regressors: where the classes are separated, steps stay near 1. */
const LAST_STEP = 1e-2;
const MOST_ITERATIONS = 200;

/** A maximum of the penalised likelihood; `curvature` is the Cholesky factor of its negative Hessian there. */
interface Maximum {
  readonly beta: Float64Array;
  readonly curvature: Float64Array;
  readonly deviance: number;
}

/**
 * Maximises the penalised likelihood by Newton's method with step halving. The tolerance lies above the rounding of the
 * deviance, which is a sum over rows. The full step after it squares what is left of the error.
 */
function newton(likelihood: Likelihood, k: number, ridge: number, start: number): Maximum {
  let beta = new Float64Array(k);
  beta[0] = start;
  const penalty = (b: Float64Array) => ridge * b.reduce((sum, value, j) => (j === 0 ? sum : sum + value * value), 0);
  let deviance = likelihood.moveTo(beta);
  let objective = deviance + penalty(beta);
  const curvature = new Float64Array(k * k);
  const step = new Float64Array(k);
  let isLast = false;
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    // Nearly every probability has gone to 0 or 1.
    if (ridge === 0 && deviance < 1e-6 * likelihood.size) throw separated();
    likelihood.derivatives(step, curvature);
    for (let j = 1; j < k; j++) {
      step[j]! -= ridge * beta[j]!;
      curvature[j * k + j]! += ridge;
    }
    if (!cholesky(curvature, k, curvature)) throw notDefinite(beta, ridge);
    if (isLast) return { beta, curvature, deviance };
    const slope = step.slice();
    choleskySolve(curvature, k, step);
    const decrement = step.reduce((sum, value, j) => sum + value * slope[j]!, 0);
    const longest = step.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    isLast = decrement < TOLERANCE * (1 + objective) && longest < LAST_STEP;
    for (let scale = 1; ; scale /= 2) {
      const next = beta.map((value, j) => value + scale * step[j]!);
      const nextDeviance = likelihood.moveTo(next);
      const nextObjective = nextDeviance + penalty(next);
      // Less than rounding is left to gain, or there is no gain however short the step.
      isLast ||= scale < 1e-10;
      if (!isLast && !(nextObjective <= objective)) continue;
      beta = next;
      deviance = nextDeviance;
      objective = nextObjective;
      break;
    }
  }
  throw ridge === 0 ? separated() : unreached(ridge);
}

/** The likelihood of outcomes as a function of coefficients, at the coefficients that it was last moved to. */
class Likelihood {
  readonly #columns: readonly Float64Array[];
  readonly #z: Float64Array;
  readonly #rowWeight: Float64Array;
  /** The sum of the weights of rows. */
  readonly size: number;
  readonly #eta: Float64Array;
  /** exp(-|eta|), from which both the deviance and the probabilities follow. */
  readonly #decay: Float64Array;
  readonly #weighted: Float64Array;
  readonly #error: Float64Array;
  readonly #weight: Float64Array;

  constructor(columns: readonly Float64Array[], z: Float64Array, weight: Float64Array) {
    this.#columns = columns;
    this.#z = z;
    this.#rowWeight = weight;
    this.size = weight.reduce((sum, w) => sum + w, 0);
    const { length } = z;
    this.#eta = new Float64Array(length);
    this.#decay = new Float64Array(length);
    this.#weighted = new Float64Array(length);
    this.#error = new Float64Array(length);
    this.#weight = new Float64Array(length);
  }

  /** Moves to coefficients. Returns -2 log likelihood. */
  moveTo(beta: Float64Array): number {
    const eta = this.#eta;
    const decay = this.#decay;
    const z = this.#z;
    eta.fill(0);
    for (const [j, column] of this.#columns.entries()) {
      const slope = beta[j]!;
      for (let t = 0; t < column.length; t++) eta[t]! += slope * column[t]!;
    }
    let sum = 0;
    for (let t = 0; t < z.length; t++) {
      const against = z[t] === 1 ? -eta[t]! : eta[t]!;
      const e = Math.exp(-Math.abs(against));
      decay[t] = e;
      sum += this.#rowWeight[t]! * (Math.max(0, against) + Math.log1p(e));
    }
    return 2 * sum;
  }

  /** Writes the gradient of the log likelihood, and the lower triangle of its negative Hessian. */
  derivatives(gradient: Float64Array, hessian: Float64Array): void {
    const error = this.#error;
    const weight = this.#weight;
    const weighted = this.#weighted;
    for (let t = 0; t < error.length; t++) {
      const e = this.#decay[t]!;
      const p = (this.#eta[t]! >= 0 ? 1 : e) / (1 + e);
      error[t] = this.#rowWeight[t]! * (this.#z[t]! - p);
      weight[t] = (this.#rowWeight[t]! * e) / (1 + e) ** 2;
    }
    const k = this.#columns.length;
    for (const [i, column] of this.#columns.entries()) {
      let slope = 0;
      for (let t = 0; t < column.length; t++) {
        slope += column[t]! * error[t]!;
        weighted[t] = column[t]! * weight[t]!;
      }
      gradient[i] = slope;
      for (let j = 0; j <= i; j++) hessian[i * k + j] = dot(weighted, this.#columns[j]!, 0, weighted.length);
    }
  }
}

const separated = () =>
  new RangeError(
    "the regressors separate the classes, so that no finite coefficients fit best; set ridge, for example to 1",
  );

const unreached = (ridge: number) =>
  new RangeError(
    `the coefficients did not converge in ${MOST_ITERATIONS} steps with ridge ${ridge}; set a larger ridge, for example ${Math.max(1, 100 * ridge)}`,
  );

/** Returns the advice where the curvature has no Cholesky factor. */
function notDefinite(beta: Float64Array, ridge: number): RangeError {
  // Regressors are in units of their standard deviation: odds of e^15 per unit are a class running away.
  if (ridge === 0 && beta.some((value, j) => j > 0 && Math.abs(value) > 15)) return separated();
  return new RangeError(
    `the regressors depend on each other (their columns are collinear); leave one out or ${ridge === 0 ? "use ridge" : `set a ridge larger than ${ridge}`}`,
  );
}
