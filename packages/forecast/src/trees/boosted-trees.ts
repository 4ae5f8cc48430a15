import type { Regressors } from "../arima/regressors.ts";
import { checkInteger, checkOptions } from "../model/options.ts";
import { knownWeights } from "../regression/known-weights.ts";
import { type Series, toFloat64 } from "../time/series.ts";
import { binColumn } from "./bins.ts";
import { type Tree, TreeGrower } from "./grow-tree.ts";

/** The quantity that a boosted model predicts: a number (squared loss), or the probability of 1 (logistic loss). */
export type BoostedLoss = "squared" | "logistic";

/** Options for fitting boosted trees. */
export interface BoostedTreesOptions {
  /** Default `squared`. */
  readonly loss?: BoostedLoss;
  /** The number of trees; default 100. */
  readonly rounds?: number;
  /** The factor of each tree's leaf values, in (0, 1]; default 0.1. */
  readonly rate?: number;
  /** The most leaves of a tree, at least 2; default 31. */
  readonly leaves?: number;
  /** The fewest rows of a leaf, at least 1; default 20. */
  readonly minRows?: number;
  /** Penalty on leaf values, at least 0; default 0. */
  readonly l2?: number;
  /** The weight of each row, finite and above 0; default 1. */
  readonly weights?: Series;
}

/** Fitted boosted trees, as plain data. */
export interface BoostedTrees {
  readonly kind: "boosted-trees";
  readonly formatVersion: 1;
  readonly loss: BoostedLoss;
  /** The features, in the order that trees number them. */
  readonly names: readonly string[];
  /** The score before the first tree: the mean, or the log odds of the mean. */
  readonly start: number;
  readonly trees: readonly Tree[];
  /** The share of each feature in the gain of all splits; all 0 if no tree has a split. */
  readonly importance: readonly number[];
  readonly nobs: number;
}

/**
 * Fits gradient boosted decision trees on histograms: a sum of trees. Each tree is grown best-first on the derivatives
 * of the loss at the sum of the trees before it. Deterministic. Missing features (NaN) go to the side of a split where
 * they gained more in training, or to the larger side if none was missing in training. O(rounds × rows × features ×
 * depth).
 *
 * @param x - features by name, each as long as `y`; finite, NaN where missing
 * @param y - numbers, or 0 and 1 for `logistic`; rows without a value (NaN) are left out
 * @throws {RangeError} if an option or a value is not allowed, a length differs, no feature or no known outcome exists,
 *   or a class is absent for `logistic`
 * @see Friedman (2001), doi:10.1214/aos/1013203451
 */
export function boostedTrees(x: Regressors, y: Series, options: BoostedTreesOptions = {}): BoostedTrees {
  const { loss, rounds, weights, ...treeOptions } = checkedOptions(options);
  const outcome = toFloat64(y);
  const names = Object.keys(x);
  if (names.length === 0) throw new RangeError("x has no features; name at least one column");
  const z = knownOutcomes(outcome, loss);
  const columns = names.map((name) => binColumn(knownRows(featureOf(x, name, outcome.length), outcome)));
  const n = z.length;
  const weight = knownWeights(weights, outcome);
  const total = weight.reduce((sum, w) => sum + w, 0);
  const mean = z.reduce((sum, value, t) => sum + weight[t]! * value, 0) / total;
  const start = loss === "squared" ? mean : Math.log(mean / (1 - mean));
  const score = new Float64Array(n).fill(start);
  const gradient = new Float64Array(n);
  const curvature = weight.slice();
  const grower = new TreeGrower(columns, n, treeOptions);
  const trees: Tree[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let t = 0; t < n; t++) {
      const p = loss === "squared" ? score[t]! : inverseLogit(score[t]!);
      gradient[t] = weight[t]! * (p - z[t]!);
      if (loss === "logistic") curvature[t] = weight[t]! * p * (1 - p);
    }
    const tree = grower.grow(gradient, curvature, score);
    // A tree of one leaf changes nothing any more: neither would those after it.
    if (tree.feature.length === 0) break;
    trees.push(tree);
  }
  const gained = grower.gains.reduce((sum, gain) => sum + gain, 0);
  const importance = Array.from(grower.gains, (gain) => (gained > 0 ? gain / gained : 0));
  return { kind: "boosted-trees", formatVersion: 1, loss, names, start, trees, importance, nobs: n };
}

/**
 * Returns the predictions of boosted trees for each row: numbers, or probabilities of 1 for `logistic`.
 *
 * @param x - the model's features by name (others are ignored), all of one length; finite, NaN where missing
 * @throws {RangeError} if a feature is absent, has another length or is infinite
 */
export function predictBoosted(model: BoostedTrees, x: Regressors): Float64Array {
  const length = Object.values(x)[0]?.length ?? 0;
  const columns = model.names.map((name) => featureOf(x, name, length));
  const score = new Float64Array(length).fill(model.start);
  for (const { feature, threshold, missingLeft, left, right, leaf } of model.trees)
    for (let t = 0; t < length; t++) {
      let node = 0;
      while (node >= 0) {
        const value = columns[feature[node]!]![t]!;
        const isLeft = Number.isNaN(value) ? missingLeft[node]! : value <= threshold[node]!;
        node = isLeft ? left[node]! : right[node]!;
      }
      score[t]! += leaf[-1 - node]!;
    }
  return model.loss === "squared" ? score : score.map(inverseLogit);
}

function inverseLogit(eta: number): number {
  return eta >= 0 ? 1 / (1 + Math.exp(-eta)) : Math.exp(eta) / (1 + Math.exp(eta));
}

type CheckedOptions = Required<Omit<BoostedTreesOptions, "weights">> & Pick<BoostedTreesOptions, "weights">;

function checkedOptions(options: BoostedTreesOptions): CheckedOptions {
  checkOptions("boostedTrees", options, {
    loss: true,
    rounds: true,
    rate: true,
    leaves: true,
    minRows: true,
    l2: true,
    weights: true,
  });
  const { loss = "squared", rounds = 100, rate = 0.1, leaves = 31, minRows = 20, l2 = 0, weights } = options;
  if (loss !== "squared" && loss !== "logistic")
    throw new RangeError(`loss is ${JSON.stringify(loss)}; it must be "squared" or "logistic"`);
  checkInteger("rounds", rounds, 1);
  checkInteger("leaves", leaves, 2);
  checkInteger("minRows", minRows, 1);
  if (!(rate > 0 && rate <= 1)) throw new RangeError(`rate is ${rate}; it must be above 0 and at most 1`);
  if (!(l2 >= 0 && l2 < Infinity)) throw new RangeError(`l2 is ${l2}; it must be a finite number of at least 0`);
  return { loss, rounds, rate, leaves, minRows, l2, ...(weights !== undefined && { weights }) };
}

/** Returns the column of a feature. @throws {RangeError} if it is not there, has another length, or an infinite value */
export function featureOf(x: Regressors, name: string, length: number): Float64Array {
  const feature = Object.hasOwn(x, name) ? x[name] : undefined;
  if (feature === undefined)
    throw new RangeError(`the model has feature ${JSON.stringify(name)}; the columns are ${Object.keys(x).join(", ")}`);
  const column = Float64Array.from(feature);
  if (column.length !== length)
    throw new RangeError(`feature ${JSON.stringify(name)} has ${column.length} values; there must be ${length}`);
  const bad = column.findIndex((value) => Math.abs(value) === Infinity);
  if (bad >= 0)
    throw new RangeError(
      `feature ${JSON.stringify(name)} is ${column[bad]} at position ${bad}; it must be finite, NaN where missing`,
    );
  return column;
}

/** Returns the known outcomes. @throws {RangeError} if there is none, one is not allowed, or a class is absent */
function knownOutcomes(outcome: Float64Array, loss: BoostedLoss): Float64Array {
  const isBad = (value: number) =>
    loss === "logistic" ? value !== 0 && value !== 1 && !Number.isNaN(value) : Math.abs(value) === Infinity;
  const bad = outcome.findIndex(isBad);
  if (bad >= 0)
    throw new RangeError(
      `the outcome at position ${bad} is ${outcome[bad]}; it must be ${loss === "logistic" ? "0 or 1" : "finite"}, NaN where not known`,
    );
  const observed = outcome.filter((value) => !Number.isNaN(value));
  if (observed.length === 0) throw new RangeError("no outcome is known; at least one must not be NaN");
  const ones = observed.reduce((sum, value) => sum + value, 0);
  if (loss === "logistic" && (ones === 0 || ones === observed.length))
    throw new RangeError(`${ones} of ${observed.length} outcomes are 1; both classes are needed`);
  return observed;
}

const knownRows = (column: Float64Array, outcome: Float64Array) => column.filter((_, t) => !Number.isNaN(outcome[t]));
