import { checkOptions } from "../model/options.ts";
import { bfgs } from "../optimise/bfgs.ts";

/** The evidence that the weights of a combination are learnt from: a row for each series. */
export interface WeightEvidence {
  /** The members' names. */
  readonly members: readonly string[];
  /** The features' names. */
  readonly features: readonly string[];
  /** Of each series the features, in their order; NaN where one is not defined. */
  readonly x: readonly (readonly number[])[];
  /** Of each series the members' errors out of sample, at least 0, on a scale of the series' own; NaN where one has none. */
  readonly errors: readonly (readonly number[])[];
}

/** Weights of a combination as a function of a series' features. */
export interface WeightModel {
  readonly kind: "softmax-weights";
  readonly formatVersion: 1;
  readonly members: readonly string[];
  readonly features: readonly string[];
  /** Features are used less their centre, over their scale. */
  readonly centres: readonly number[];
  readonly scales: readonly number[];
  /** Of each member its intercept, then a coefficient of each feature: a member's score is linear in them. */
  readonly coef: readonly (readonly number[])[];
  /** The series that had errors to learn from. */
  readonly nobs: number;
}

/** An error counts as at most so many times the mean of the series' members. */
const LARGEST = 5;
/** A standardised feature counts as at most so far from its centre. */
const FARTHEST = 3;

/**
 * Learns the weights of a combination across series: weights are the softmax of scores that are linear in a series'
 * features, and minimise the mean over series of the weighted errors, relative to the series' mean error, plus
 * λ / (2 n) Σ (coefficient − prior)². So few series leave the prior's weights, and many follow the evidence.
 *
 * Errors above 5 times the series' mean count as that. A series whose errors are all 0 or missing is left out, and a member
 * without an error is left out of that series. Features are standardised by the prior's centres and scales, or by their own
 * mean and standard deviation, and count as at most 3 from the centre; a missing one as the centre.
 *
 * The result depends on the order of series by rounding alone: sort them where bits matter.
 *
 * @param evidence - at least two members; rows as long as the names say
 * @param options - `prior`: a model with the same members and features, equal weights when left out; `strength`: λ > 0, how many
 *   series the prior outweighs, default 20
 * @throws {RangeError} if shapes differ, an error is negative or infinite, or the prior has other members or features
 * @see Montero-Manso, Athanasopoulos, Hyndman & Talagala (2020), doi:10.1016/j.ijforecast.2019.02.011 (FFORMA: the same
 *   objective with boosted trees)
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
  const relative = errors.map(relativeErrors);
  const used = relative.flatMap((row, i) => (row === undefined ? [] : [i]));
  const { centres, scales } =
    prior ??
    standards(
      used.map((i) => x[i] ?? []),
      features.length,
    );
  const rows = used.map((i) => standardised(x[i] ?? [], centres, scales));
  const losses = used.map((i) => relative[i] ?? []);
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
 * The weights of a model's members for a series, summing to 1.
 *
 * @param x - the series' features, in the model's order; NaN where one is not defined
 * @param available - whether each member can be fitted; default all
 * @throws {RangeError} if the shapes differ, or no member is available
 */
export function weightsFor(model: WeightModel, x: readonly number[], available?: readonly boolean[]): number[] {
  const { members, features, centres, scales, coef } = model;
  if (x.length !== features.length)
    throw new RangeError(`${x.length} features for a model of ${features.length}: ${features.join(", ")}`);
  if (available !== undefined && (available.length !== members.length || !available.includes(true)))
    throw new RangeError(
      `availability is [${available.join(", ")}] of ${members.length} members; one must be available`,
    );
  const row = standardised(x, centres, scales);
  const scores = coef.map((coefficients) => row.reduce((sum, value, f) => sum + value * (coefficients[f] ?? 0), 0));
  return softmax(scores.map((score, m) => (available?.[m] === false ? -Infinity : score)));
}

function check({ members, features, x, errors }: WeightEvidence, prior: WeightModel | undefined): void {
  if (members.length < 2) throw new RangeError(`there are ${members.length} members; weights need at least 2`);
  if (x.length !== errors.length) throw new RangeError(`${x.length} rows of features for ${errors.length} of errors`);
  errors.forEach((row, i) => {
    if (row.length !== members.length)
      throw new RangeError(`series ${i} has ${row.length} errors for ${members.length} members`);
    const bad = row.findIndex((error) => error < 0 || error === Infinity);
    if (bad >= 0)
      throw new RangeError(
        `the error of ${members[bad]} on series ${i} is ${row[bad]}; it must be finite and at least 0`,
      );
    if (x[i]?.length !== features.length)
      throw new RangeError(`series ${i} has ${x[i]?.length} features for ${features.length} names`);
  });
  if (prior === undefined) return;
  for (const [role, ours, theirs] of [
    ["members", members, prior.members],
    ["features", features, prior.features],
  ] as const)
    if (ours.join() !== theirs.join())
      throw new RangeError(
        `the prior's ${role} are ${theirs.join(", ")}, not ${ours.join(", ")}; use a prior of the same`,
      );
}

/** Errors over the mean of those that are there, NaN where missing; undefined where they say nothing. */
function relativeErrors(errors: readonly number[]): number[] | undefined {
  const observed = errors.filter((error) => !Number.isNaN(error));
  const mean = observed.reduce((sum, error) => sum + error / observed.length, 0);
  if (observed.length < 2 || !(mean > 0)) return undefined;
  return errors.map((error) => (Number.isNaN(error) ? NaN : Math.min(LARGEST, error / mean)));
}

/** The mean of each feature and its standard deviation, 1 where it does not vary. */
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

/** An intercept's 1, then the standardised features. */
function standardised(x: readonly number[], centres: readonly number[], scales: readonly number[]): number[] {
  const values = x.map((value, f) => {
    const z = (value - (centres[f] ?? 0)) / (scales[f] ?? 1);
    return Number.isNaN(z) ? 0 : Math.max(-FARTHEST, Math.min(FARTHEST, z));
  });
  return [1, ...values];
}

/** Weights of scores; 0 where one is −Infinity. */
function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const parts = scores.map((score) => Math.exp(score - most));
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / total);
}

/** The objective and its gradient at coefficients, by member. */
function createObjective(
  rows: readonly (readonly number[])[],
  losses: readonly (readonly number[])[],
  prior: Float64Array,
  strength: number,
): { value: (coef: Float64Array) => number; gradient: (coef: Float64Array, out: Float64Array) => void } {
  const n = Math.max(1, rows.length);
  const eachRow = (
    coef: Float64Array,
    visit: (row: readonly number[], weights: number[], expected: number, i: number) => void,
  ) =>
    rows.forEach((row, i) => {
      const methodLosses = losses[i] ?? [];
      const scores = methodLosses.map((loss, m) =>
        Number.isNaN(loss) ? -Infinity : row.reduce((sum, value, f) => sum + value * coef[m * row.length + f]!, 0),
      );
      const weights = softmax(scores);
      const expected = weights.reduce((sum, weight, m) => (weight > 0 ? sum + weight * methodLosses[m]! : sum), 0);
      visit(row, weights, expected, i);
    });
  return {
    value: (coef) => {
      let sum = 0;
      eachRow(coef, (_row, _weights, expected) => {
        sum += expected;
      });
      const distance = coef.reduce((total, value, k) => total + (value - prior[k]!) ** 2, 0);
      return (sum + (strength / 2) * distance) / n;
    },
    gradient: (coef, out) => {
      out.forEach((_, k) => {
        out[k] = (strength * (coef[k]! - prior[k]!)) / n;
      });
      eachRow(coef, (row, weights, expected, i) => {
        weights.forEach((weight, m) => {
          if (weight === 0) return;
          const slope = (weight * (losses[i]![m]! - expected)) / n;
          row.forEach((value, f) => {
            out[m * row.length + f]! += slope * value;
          });
        });
      });
    },
  };
}
