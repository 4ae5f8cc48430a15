import type { Regressors } from "../arima/regressors.ts";
import { type BoostedTrees, featureOf } from "./boosted-trees.ts";
import type { Tree } from "./grow-tree.ts";

/** An explanation of scores. For each row, `start` and the contributions of all features add up to the score. */
export interface Contributions {
  /** The score of a row without known features: the mean over the training rows. */
  readonly start: number;
  /** The contribution of each feature to the score of each row. */
  readonly values: Readonly<Record<string, Float64Array>>;
}

/**
 * Returns the Shapley values of the scores of boosted trees: numbers, or log odds for `logistic`. An unknown feature
 * goes to both sides of a split, weighted by their training rows. The values and `start` add up to the score, except
 * for rounding. O(rows × trees × leaves × depth²).
 *
 * @param x - the model's features by name (others are ignored), all of one length; finite, NaN where missing
 * @throws {RangeError} if a feature is absent, has another length or is infinite
 * @see Lundberg et al. (2020), doi:10.1038/s42256-019-0138-9 (the values)
 * @see Mitchell, Frank & Holmes (2022), doi:10.7717/peerj-cs.880 (a sum over leaves)
 */
export function boostedContributions(model: BoostedTrees, x: Regressors): Contributions {
  const length = Object.values(x)[0]?.length ?? 0;
  const columns = model.names.map((name) => featureOf(x, name, length));
  const sums = columns.map(() => new Float64Array(length));
  let start = model.start;
  for (const tree of model.trees) {
    const leaves = leafPaths(tree);
    start += leaves.reduce((sum, { value, absent }) => sum + value * absent.reduce((a, b) => a * b, 1), 0);
    const isLeft = new Uint8Array(tree.feature.length);
    for (let t = 0; t < length; t++) {
      for (let node = 0; node < isLeft.length; node++) {
        const value = columns[tree.feature[node]!]![t]!;
        isLeft[node] = Number(Number.isNaN(value) ? tree.missingLeft[node]! : value <= tree.threshold[node]!);
      }
      for (const leaf of leaves)
        addShapley(leaf, isLeft, (feature, value) => {
          sums[feature]![t]! += value;
        });
    }
  }
  return { start, values: Object.fromEntries(model.names.map((name, j) => [name, sums[j]!])) };
}

/** A leaf with the features on the way to it. */
interface LeafPath {
  readonly value: number;
  /** The splits on the way: the node, the side that is taken (1: left), and the place of its feature in `features`. */
  readonly splits: readonly { readonly node: number; readonly side: number; readonly place: number }[];
  readonly features: readonly number[];
  /** For each feature the share of training rows that its splits send on. */
  readonly absent: readonly number[];
}

function leafPaths(tree: Tree): LeafPath[] {
  const rowsAt = (node: number): number =>
    node < 0 ? tree.rows[-1 - node]! : rowsAt(tree.left[node]!) + rowsAt(tree.right[node]!);
  const paths: LeafPath[] = [];
  const visit = (node: number, { splits, features, absent }: Omit<LeafPath, "value">): void => {
    if (node < 0) {
      paths.push({ value: tree.leaf[-1 - node]!, splits, features, absent });
      return;
    }
    const feature = tree.feature[node]!;
    const position = features.indexOf(feature);
    const place = position < 0 ? features.length : position;
    const all = rowsAt(node);
    for (const [side, child] of [tree.right[node]!, tree.left[node]!].entries())
      visit(child, {
        splits: [...splits, { node, side, place }],
        features: position < 0 ? [...features, feature] : features,
        absent: Object.assign([...absent], { [place]: (absent[place] ?? 1) * (rowsAt(child) / all) }),
      });
  };
  if (tree.feature.length > 0) visit(0, { splits: [], features: [], absent: [] });
  return paths;
}

/**
 * Adds the Shapley values of one leaf. A feature multiplies the leaf's value by 1 or 0 where it is known, by `absent` where
 * it is not; coefficient k of the product of (absent + present t) over features sums up all subsets of k known features.
 */
function addShapley(leaf: LeafPath, isLeft: Uint8Array, add: (feature: number, value: number) => void): void {
  const { value, splits, features, absent } = leaf;
  const depth = features.length;
  const present = new Uint8Array(depth).fill(1);
  for (const { node, side, place } of splits) if (isLeft[node] !== side) present[place] = 0;
  const product = new Float64Array(depth + 1);
  product[0] = 1;
  for (let i = 0; i < depth; i++)
    for (let k = i + 1; k >= 0; k--)
      product[k] = absent[i]! * product[k]! + (k > 0 && present[i] === 1 ? product[k - 1]! : 0);
  for (let i = 0; i < depth; i++) {
    // The product without this feature's factor, from its highest coefficient down.
    let others = 0;
    let sum = 0;
    for (let k = depth - 1; k >= 0; k--) {
      others = present[i] === 1 ? product[k + 1]! - absent[i]! * others : product[k]! / absent[i]!;
      sum += others * subsetWeight(depth, k);
    }
    add(features[i]!, value * (present[i]! - absent[i]!) * sum);
  }
}

const WEIGHTS: Float64Array[] = [];

/** Returns the weight of a subset of k of the other features, k! (n - 1 - k)! / n!. */
function subsetWeight(n: number, k: number): number {
  let weights = WEIGHTS[n];
  if (weights === undefined) {
    weights = new Float64Array(n).fill(1 / n);
    for (let i = 1; i < n; i++) weights[i] = (weights[i - 1]! * i) / (n - i);
    WEIGHTS[n] = weights;
  }
  return weights[k]!;
}
