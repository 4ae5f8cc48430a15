import { design, type Regressors } from "../arima/regressors.ts";
import { cholesky, choleskyInverse, choleskySolve } from "../linalg/cholesky.ts";
import { checkOptions } from "../model/options.ts";
import { type Series, toFloat64 } from "../time/series.ts";

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
  /** -2 log likelihood; that of a constant probability is `nullDeviance`. */
  readonly deviance: number;
  readonly nullDeviance: number;
}

/**
 * Logistic regression: log(p / (1 - p)) is linear in the regressors. Maximum likelihood by Newton's method (iteratively
 * reweighted least squares) with step halving, on standardised regressors; with `ridge` the penalty
 * ½ λ Σ (coefficient × standard deviation)² is taken off the log likelihood, the intercept excepted.
 *
 * @param x - columns by name, each of `y`'s length, finite
 * @param y - 0 or 1 each; a row where it is missing (NaN) is left out
 * @param options.ridge - λ ≥ 0; default 0. With λ > 0 standard errors are those of the penalised curvature
 * @throws {RangeError} if a value is not allowed, a class is absent, regressors depend on each other, or they separate the
 *   classes without error (then no finite maximum exists: use ridge)
 * @see McCullagh & Nelder (1989), "Generalized Linear Models", chapter 4
 */
export function logistic(x: Regressors, y: Series, options: { ridge?: number } = {}): LogisticModel {
  checkOptions("logistic", options, { ridge: true });
  const { ridge = 0 } = options;
  if (!(ridge >= 0 && ridge < Infinity))
    throw new RangeError(`ridge is ${ridge}; it must be a finite number of at least 0`);
  const outcome = toFloat64(y);
  const bad = outcome.findIndex((value) => value !== 0 && value !== 1 && !Number.isNaN(value));
  if (bad >= 0)
    throw new RangeError(`the outcome at position ${bad} is ${outcome[bad]}; it must be 0 or 1, NaN where not known`);
  const given = design(outcome.length, { mean: false, drift: false, xreg: x });
  const rows = Array.from(outcome, (_, t) => t).filter((t) => !Number.isNaN(outcome[t]!));
  const z = Float64Array.from(rows, (t) => outcome[t]!);
  const n = z.length;
  const ones = z.reduce((sum, value) => sum + value, 0);
  if (ones === 0 || ones === n) throw new RangeError(`${ones} of ${n} outcomes are 1; both classes are needed`);
  const names = ["intercept"];
  const dropped: string[] = [];
  const centres = [0];
  const scales = [1];
  const columns = [new Float64Array(n).fill(1)];
  given.columns.forEach((column, j) => {
    const values = Float64Array.from(rows, (t) => column[t]!);
    const centre = values.reduce((sum, value) => sum + value / n, 0);
    const scale = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2 / n, 0));
    if (!(scale > 1e-12 * Math.abs(centre))) {
      dropped.push(given.names[j]!);
      return;
    }
    names.push(given.names[j]!);
    centres.push(centre);
    scales.push(scale);
    columns.push(values.map((value) => (value - centre) / scale));
  });
  const { beta, curvature, deviance } = newton(columns, z, ridge, Math.log(ones / (n - ones)));
  const k = names.length;
  const covariance = choleskyInverse(curvature, k);
  const coef = beta.map((value, j) => value / scales[j]!);
  for (let j = 1; j < k; j++) coef[0]! -= coef[j]! * centres[j]!;
  const shift = Float64Array.from(scales, (scale, j) => (j === 0 ? 1 : -centres[j]! / scale));
  let first = 0;
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) first += shift[i]! * shift[j]! * covariance[i * k + j]!;
  const share = ones / n;
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
    nullDeviance: -2 * (ones * Math.log(share) + (n - ones) * Math.log(1 - share)),
  };
}

/**
 * The probability of 1 for each row.
 *
 * @param x - the model's regressors by name (others are ignored), all of one length, finite
 * @throws {RangeError} if a regressor is not there, or has a value that is not finite
 */
export function probability(model: LogisticModel, x: Regressors): Float64Array {
  const wanted = model.names.slice(1);
  for (const name of wanted)
    if (!Object.hasOwn(x, name))
      throw new RangeError(
        `the model has regressor ${JSON.stringify(name)}; the columns are ${Object.keys(x).join(", ")}`,
      );
  const length = Object.values(x)[0]?.length ?? 0;
  const { columns } = design(length, {
    mean: false,
    drift: false,
    xreg: Object.fromEntries(wanted.map((name) => [name, x[name]!])),
  });
  const result = new Float64Array(length).fill(model.coef[0]!);
  columns.forEach((column, j) => {
    for (let t = 0; t < length; t++) result[t]! += model.coef[j + 1]! * column[t]!;
  });
  return result.map(inverseLogit);
}

function inverseLogit(eta: number): number {
  return eta >= 0 ? 1 / (1 + Math.exp(-eta)) : Math.exp(eta) / (1 + Math.exp(eta));
}

/** Maximises the penalised likelihood; `curvature` is the Cholesky factor of its negative Hessian at the maximum. */
function newton(
  columns: readonly Float64Array[],
  z: Float64Array,
  ridge: number,
  start: number,
): { beta: Float64Array; curvature: Float64Array; deviance: number } {
  const n = z.length;
  const k = columns.length;
  let beta = new Float64Array(k);
  beta[0] = start;
  const eta = new Float64Array(n);
  const curvature = new Float64Array(k * k);
  const step = new Float64Array(k);
  /** -2 log likelihood; leaves `eta` at `b`. */
  const devianceAt = (b: Float64Array) => {
    eta.fill(0);
    for (let j = 0; j < k; j++) for (let t = 0; t < n; t++) eta[t]! += b[j]! * columns[j]![t]!;
    let sum = 0;
    for (let t = 0; t < n; t++) {
      const against = z[t] === 1 ? -eta[t]! : eta[t]!;
      sum += Math.max(0, against) + Math.log1p(Math.exp(-Math.abs(against)));
    }
    return 2 * sum;
  };
  const penalty = (b: Float64Array) => ridge * b.reduce((sum, value, j) => (j === 0 ? sum : sum + value * value), 0);
  let deviance = devianceAt(beta);
  let objective = deviance + penalty(beta);
  const weighted = new Float64Array(n);
  const rest = new Float64Array(n);
  for (let iteration = 0; iteration < 100; iteration++) {
    for (let t = 0; t < n; t++) {
      const p = inverseLogit(eta[t]!);
      weighted[t] = p * (1 - p);
      rest[t] = z[t]! - p;
    }
    // Without errors and with no end to it: nearly every probability has gone to 0 or 1.
    if (ridge === 0 && deviance < 1e-6 * n) throw separated();
    for (let i = 0; i < k; i++) {
      let gradient = i === 0 ? 0 : -ridge * beta[i]!;
      for (let t = 0; t < n; t++) gradient += columns[i]![t]! * rest[t]!;
      step[i] = gradient;
      for (let j = 0; j <= i; j++) {
        let sum = i === j && i > 0 ? ridge : 0;
        for (let t = 0; t < n; t++) sum += weighted[t]! * columns[i]![t]! * columns[j]![t]!;
        curvature[i * k + j] = sum;
      }
    }
    if (!cholesky(curvature, k, curvature)) {
      if (ridge === 0 && beta.some((value) => Math.abs(value) > 15)) throw separated();
      throw new RangeError(
        "the regressors depend on each other (their columns are collinear); leave one out or use ridge",
      );
    }
    const slope = step.slice();
    choleskySolve(curvature, k, step);
    const decrement = step.reduce((sum, value, j) => sum + value * slope[j]!, 0);
    if (decrement < 1e-16 * (1 + objective)) {
      // Regressors in units of their standard deviation: odds of e^20 per unit are a class running away.
      if (ridge === 0 && beta.some((value, j) => j > 0 && Math.abs(value) > 20)) throw separated();
      return { beta, curvature, deviance };
    }
    let scale = 1;
    for (;;) {
      const next = beta.map((value, j) => value + scale * step[j]!);
      const nextDeviance = devianceAt(next);
      const nextObjective = nextDeviance + penalty(next);
      if (nextObjective <= objective) {
        beta = next;
        deviance = nextDeviance;
        objective = nextObjective;
        break;
      }
      scale /= 2;
      if (scale < 1e-10) {
        devianceAt(beta);
        return { beta, curvature, deviance };
      }
    }
  }
  throw separated();
}

const separated = () =>
  new RangeError(
    "the regressors separate the classes, so that no finite coefficients fit best; set ridge, for example to 1",
  );
