import { checkOptions } from "../model/options.ts";
import { bfgs } from "../optimise/bfgs.ts";

/** The evidence from which the weights of a combination are learnt: a row for each series. */
export interface WeightEvidence {
  /** The members' names. */
  readonly members: readonly string[];
  /** The features' names. */
  readonly features: readonly string[];
  /** Features by series, in their order; NaN where a feature is not defined. */
  readonly x: readonly (readonly number[])[];
  /**
   * Out-of-sample forecast errors by series, member and step, in the units of the series, at the same steps for all
   * members. NaN at steps without a value, and at all steps of a member without forecasts.
   */
  readonly errors: readonly (readonly (readonly number[])[])[];
}

/** Weights of a combination as a function of a series' features. */
export interface WeightModel {
  readonly kind: "softmax-weights";
  readonly formatVersion: 1;
  readonly members: readonly string[];
  readonly features: readonly string[];
  /** Features are standardised: less their centre, over their scale. */
  readonly centres: readonly number[];
  readonly scales: readonly number[];
  /** For each member its intercept, then a coefficient for each feature: a member's score is linear in the features. */
  readonly coef: readonly (readonly number[])[];
  /** Number of series with errors to learn from. */
  readonly nobs: number;
}

/** A standardised feature counts as at most so far from its centre. */
const FARTHEST = 3;

/**
 * Learns the weights of a combination across series. Weights are the softmax of scores that are linear in a series'
 * features. The scores minimise the mean over series of a relative error plus λ / (2 n) Σ (coefficient − prior)². The
 * relative error is the root mean squared error of the combined forecast over the mean of its members' own. With few
 * series the weights stay near the prior's; with many they follow the evidence. Members whose errors cancel each other
 * share the weight. The weighted sum of errors of FFORMA does not see this, and puts all weight on the best member.
 * With a single step of errors of one sign both are the same.
 *
 * A series is left out if its errors are all 0 or missing, or if fewer than two members have errors. A member without
 * errors is left out of that series. Features are standardised by the prior's centres and scales, or by their own mean
 * and standard deviation, and clipped to 3 from the centre. A missing feature counts as the centre.
 *
 * The order of series changes the result by rounding alone. Sort them if you need the same bits.
 *
 * @param evidence - at least two members; as many values in each row as there are names
 * @param options - `prior`: a model with the same members and features, default equal weights; `strength`: λ > 0, the
 *   number of series that the prior counts for, default 20
 * @throws {RangeError} if shapes differ, an error is infinite, or the prior has other members or features
 * @see Montero-Manso, Athanasopoulos, Hyndman & Talagala (2020), doi:10.1016/j.ijforecast.2019.02.011 (FFORMA); Bates & Granger
 *   (1969), doi:10.1057/jors.1969.103 (the error of a combination by its members' covariances)
 */
export function learnWeights(
  evidence: WeightEvidence,
  options: { prior?: WeightModel; strength?: number } = {},
): WeightModel {
  checkOptions("learnWeights", options, { prior: true, strength: true });
  const { prior, strength = 20 } = options;
  if (!(strength > 0 && strength < Infinity))
    throw new RangeError(`strength is ${strength}; it must be a finite number above 0`);
  check(evidence, prior);
  const { members, features, x, errors } = evidence;
  const products = errors.map(relativeProducts);
  const used = products.flatMap((product, i) => (product === undefined ? [] : [i]));
  const { centres, scales } =
    prior ??
    standards(
      used.map((i) => x[i] ?? []),
      features.length,
    );
  const rows = used.map((i) => standardised(x[i] ?? [], centres, scales));
  const losses = products.filter((product) => product !== undefined);
  const width = features.length + 1;
  const start = Float64Array.from(members.flatMap((_, m) => prior?.coef[m] ?? new Array<number>(width).fill(0)));
  const problem = createObjective(rows, losses, start, strength);
  const { x: optimum } = bfgs(problem.value, start, { gradient: problem.gradient, tolerance: 1e-10, maxSteps: 200 });
  return {
    kind: "softmax-weights",
    formatVersion: 1,
    members,
    features,
    centres,
    scales,
    coef: members.map((_, m) => Array.from(optimum.subarray(m * width, (m + 1) * width))),
    nobs: used.length,
  };
}

/**
 * Returns the weights of a model's members for a series, summing to 1.
 *
 * @param x - the series' features, in the model's order; NaN where a feature is not defined
 * @param available - whether each member can be fitted; default all
 * @throws {RangeError} if the shapes differ, or no member is available
 */
export function weightsFor(model: WeightModel, x: readonly number[], available?: readonly boolean[]): number[] {
  const { members, features, centres, scales, coef } = model;
  if (x.length !== features.length)
    throw new RangeError(`x has ${x.length} features; the model needs ${features.length}: ${features.join(", ")}`);
  if (available !== undefined && (available.length !== members.length || !available.includes(true)))
    throw new RangeError(
      `available is [${available.join(", ")}]; it must have a value for each of ${members.length} members, one of them true`,
    );
  const row = standardised(x, centres, scales);
  const scores = coef.map((coefficients) => row.reduce((sum, value, f) => sum + value * (coefficients[f] ?? 0), 0));
  return softmax(scores.map((score, m) => (available?.[m] === false ? -Infinity : score)));
}

function check({ members, features, x, errors }: WeightEvidence, prior: WeightModel | undefined): void {
  if (members.length < 2) throw new RangeError(`there are ${members.length} members; weights need at least 2`);
  if (x.length !== errors.length)
    throw new RangeError(
      `x has ${x.length} rows of features and errors ${errors.length}; each series needs one of both`,
    );
  errors.forEach((row, i) => {
    if (row.length !== members.length)
      throw new RangeError(`series ${i} has errors of ${row.length} members; give those of all ${members.length}`);
    row.forEach((memberErrors, m) => {
      if (memberErrors.length !== row[0]?.length)
        throw new RangeError(
          `series ${i} has ${memberErrors.length} errors of ${members[m]}; give one for each of ${row[0]?.length} steps`,
        );
      const bad = memberErrors.findIndex((error) => Math.abs(error) === Infinity);
      if (bad >= 0)
        throw new RangeError(
          `error ${bad} of ${members[m]} on series ${i} is ${memberErrors[bad]}; it must be finite, or NaN`,
        );
    });
    if (x[i]?.length !== features.length)
      throw new RangeError(`series ${i} has ${x[i]?.length} features; give one for each of ${features.length} names`);
  });
  if (prior === undefined) return;
  for (const [role, ours, theirs] of [
    ["members", members, prior.members],
    ["features", features, prior.features],
  ] as const)
    if (ours.join() !== theirs.join())
      throw new RangeError(
        `the prior's ${role} are ${theirs.join(", ")}, not ${ours.join(", ")}; use a prior with the same ${role}`,
      );
}

/** The mean products of the errors of members, and whether each has any. */
interface Products {
  readonly isThere: readonly boolean[];
  /** By member, then member, over the square of the mean of the members' root mean squared errors. */
  readonly matrix: Float64Array;
}

/**
 * Returns the mean products of members' errors, over steps that all of them have; undefined where they say nothing.
 */
function relativeProducts(errors: readonly (readonly number[])[]): Products | undefined {
  const isThere = errors.map((row) => row.some((error) => !Number.isNaN(error)));
  const count = errors.length;
  const steps = (errors[0] ?? [])
    .map((_, step) => step)
    .filter((step) => errors.every((row, m) => !isThere[m] || !Number.isNaN(row[step])));
  const matrix = new Float64Array(count * count);
  errors.forEach((row, m) => {
    errors.forEach((other, k) => {
      if (!isThere[m] || !isThere[k]) return;
      for (const step of steps) matrix[m * count + k]! += (row[step]! * other[step]!) / steps.length;
    });
  });
  const sizes = errors.flatMap((_, m) => (isThere[m] ? [Math.sqrt(matrix[m * count + m]!)] : []));
  const mean = sizes.reduce((sum, size) => sum + size / sizes.length, 0);
  if (sizes.length < 2 || !(mean > 0)) return undefined;
  return { isThere, matrix: matrix.map((product) => product / mean ** 2) };
}

/** Returns the mean of each feature and its standard deviation, 1 where it does not vary. */
function standards(x: readonly (readonly number[])[], count: number): { centres: number[]; scales: number[] } {
  const columns = Array.from({ length: count }, (_, f) =>
    x.map((row) => row[f] ?? NaN).filter((value) => Number.isFinite(value)),
  );
  const centres = columns.map((column) => column.reduce((sum, value) => sum + value / column.length, 0));
  const scales = columns.map((column, f) => {
    const squares = column.reduce((sum, value) => sum + (value - (centres[f] ?? 0)) ** 2, 0);
    return Math.sqrt(squares / column.length) || 1;
  });
  return { centres, scales };
}

/** Returns an intercept's 1, then the standardised features. */
export function standardised(x: readonly number[], centres: readonly number[], scales: readonly number[]): number[] {
  const values = x.map((value, f) => {
    const z = (value - (centres[f] ?? 0)) / (scales[f] ?? 1);
    return Number.isNaN(z) ? 0 : Math.max(-FARTHEST, Math.min(FARTHEST, z));
  });
  return [1, ...values];
}

/** Returns weights of scores; 0 where one is −Infinity. */
function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const parts = scores.map((score) => Math.exp(score - most));
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / total);
}

/** Returns the objective and its gradient at coefficients, by member. */
function createObjective(
  rows: readonly (readonly number[])[],
  losses: readonly Products[],
  prior: Float64Array,
  strength: number,
): { value: (coef: Float64Array) => number; gradient: (coef: Float64Array, out: Float64Array) => void } {
  const n = Math.max(1, rows.length);
  const width = rows[0]?.length ?? 1;
  const count = prior.length / width;
  const weights = new Float64Array(count);
  /** Half the gradient of the mean squared error by the weights. */
  const pulls = new Float64Array(count);
  /** Sets the weights and pulls of a series, and returns the root mean squared error of its combination. */
  const combine = (coef: Float64Array, row: readonly number[], { isThere, matrix }: Products): number => {
    let most = -Infinity;
    for (let m = 0; m < count; m++) {
      let score = isThere[m] ? 0 : -Infinity;
      for (let f = 0; f < width; f++) score += row[f]! * coef[m * width + f]!;
      weights[m] = score;
      most = Math.max(most, score);
    }
    let total = 0;
    for (let m = 0; m < count; m++) total += weights[m] = Math.exp(weights[m]! - most);
    let square = 0;
    for (let m = 0; m < count; m++) weights[m]! /= total;
    for (let m = 0; m < count; m++) {
      let pull = 0;
      for (let k = 0; k < count; k++) pull += matrix[m * count + k]! * weights[k]!;
      pulls[m] = pull;
      square += weights[m]! * pull;
    }
    return Math.sqrt(Math.max(0, square));
  };
  return {
    value: (coef) => {
      let sum = 0;
      rows.forEach((row, i) => {
        sum += combine(coef, row, losses[i]!);
      });
      const distance = coef.reduce((total, value, k) => total + (value - prior[k]!) ** 2, 0);
      return (sum + (strength / 2) * distance) / n;
    },
    gradient: (coef, out) => {
      out.forEach((_, k) => {
        out[k] = (strength * (coef[k]! - prior[k]!)) / n;
      });
      rows.forEach((row, i) => {
        const error = combine(coef, row, losses[i]!);
        // A combination without any error cannot become better.
        if (error === 0) return;
        for (let m = 0; m < count; m++) {
          const slope = (weights[m]! * (pulls[m]! / error - error)) / n;
          for (let f = 0; f < width; f++) out[m * width + f]! += slope * row[f]!;
        }
      });
    },
  };
}
