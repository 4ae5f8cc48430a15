import { type BinnedColumn, MOST_BINS } from "./bins.ts";

/**
 * A decision tree as arrays over its inner nodes, the root first. Row goes left where the feature is at most the threshold,
 * or missing with `missingLeft`. A child of 0 or more is an inner node; a child c below 0 is the leaf -1 - c.
 */
export interface Tree {
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly missingLeft: readonly boolean[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** The value that each leaf adds to the score. */
  readonly leaf: readonly number[];
  /** The number of training rows in each leaf. */
  readonly rows: readonly number[];
}

/** Options for growing a tree. */
export interface TreeOptions {
  /** The most leaves. */
  readonly leaves: number;
  /** The fewest rows of a leaf. */
  readonly minRows: number;
  /** Penalty on leaf values. */
  readonly l2: number;
  /** The factor of leaf values. */
  readonly rate: number;
}

/** The least sum of second derivatives of a leaf. */
const LEAST_CURVATURE = 1e-3;
/** Numbers kept of each bin: the sums of first and second derivatives, and the count of rows. */
const SUMS = 3;
const STRIDE = SUMS * (MOST_BINS + 1);

interface Split {
  readonly gain: number;
  readonly feature: number;
  /** The last bin of finite values that goes left. */
  readonly bin: number;
  readonly missingLeft: boolean;
}

interface Leaf {
  /** Its rows: `order` from `from` to before `to`. */
  readonly from: number;
  readonly to: number;
  readonly histogram: Float64Array;
  readonly gradient: number;
  readonly curvature: number;
  readonly split: Split | undefined;
  /** The inner node that it hangs on, and on which side; -1 for the root. */
  readonly parent: number;
  readonly isLeft: boolean;
}

/**
 * Grows trees on binned columns, each the best-first tree of second-order boosting: the leaf with the largest gain is split
 * until there are enough leaves or nothing gains. Of two children, the histogram of the smaller one is counted, the other's
 * is what remains of their parent's.
 *
 * @see Chen & Guestrin (2016), doi:10.1145/2939672.2939785 (gain and leaf values)
 * @see Ke et al. (2017), "LightGBM", Advances in Neural Information Processing Systems 30 (best-first growth on histograms)
 */
export class TreeGrower {
  readonly #columns: readonly BinnedColumn[];
  readonly #options: TreeOptions;
  readonly #order: Uint32Array;
  readonly #buffer: Uint32Array;
  /** The gain of all splits by each feature. */
  readonly gains: Float64Array;

  constructor(columns: readonly BinnedColumn[], rows: number, options: TreeOptions) {
    this.#columns = columns;
    this.#options = options;
    this.#order = new Uint32Array(rows);
    this.#buffer = new Uint32Array(rows);
    this.gains = new Float64Array(columns.length);
  }

  /**
   * Grows a tree, and adds its leaf values to the scores.
   *
   * @param gradient - first derivatives of the loss by the score, one a row
   * @param curvature - second derivatives, at least 0
   */
  grow(gradient: Float64Array, curvature: Float64Array, score: Float64Array): Tree {
    const order = this.#order;
    for (let t = 0; t < order.length; t++) order[t] = t;
    const nodes = { feature: [] as number[], threshold: [] as number[], missingLeft: [] as boolean[] };
    const left: number[] = [];
    const right: number[] = [];
    const leaves = [this.#leafOf({ from: 0, to: order.length, parent: -1, isLeft: true }, gradient, curvature)];
    while (leaves.length < this.#options.leaves) {
      let best = -1;
      for (const [i, { split }] of leaves.entries())
        if (split !== undefined && split.gain > (leaves[best]?.split?.gain ?? 0)) best = i;
      const parent = leaves[best];
      if (parent?.split === undefined) break;
      const { feature, bin, missingLeft, gain } = parent.split;
      const column = this.#columns[feature]!;
      const node = left.length;
      nodes.feature.push(feature);
      nodes.threshold.push(bin < column.edges.length ? column.edges[bin]! : Number.MAX_VALUE);
      nodes.missingLeft.push(missingLeft);
      left.push(0);
      right.push(0);
      this.gains[feature]! += gain;
      if (parent.parent >= 0) (parent.isLeft ? left : right)[parent.parent] = node;
      const middle = this.#partition(parent, column, parent.split);
      const [a, b] = [
        { from: parent.from, to: middle, parent: node, isLeft: true },
        { from: middle, to: parent.to, parent: node, isLeft: false },
      ];
      const isLeftSmaller = middle - parent.from <= parent.to - middle;
      const smaller = this.#leafOf(isLeftSmaller ? a : b, gradient, curvature);
      const larger = this.#remainder(isLeftSmaller ? b : a, parent, smaller);
      leaves.splice(best, 1, isLeftSmaller ? smaller : larger, isLeftSmaller ? larger : smaller);
    }
    const leaf = leaves.map(({ gradient, curvature }) => this.#valueOf(gradient, curvature));
    for (const [i, { from, to, parent, isLeft }] of leaves.entries()) {
      if (parent >= 0) (isLeft ? left : right)[parent] = -1 - i;
      for (let k = from; k < to; k++) score[order[k]!]! += leaf[i]!;
    }
    const rows = leaves.map(({ from, to }) => to - from);
    return { ...nodes, left, right, leaf, rows };
  }

  #valueOf(gradient: number, curvature: number): number {
    const { l2, rate } = this.#options;
    return curvature + l2 > 0 ? (-rate * gradient) / (curvature + l2) : 0;
  }

  /** Counts the histogram of a leaf's rows. */
  #leafOf(
    place: Pick<Leaf, "from" | "to" | "parent" | "isLeft">,
    gradient: Float64Array,
    curvature: Float64Array,
  ): Leaf {
    const order = this.#order;
    const histogram = new Float64Array(STRIDE * this.#columns.length);
    for (const [feature, { of }] of this.#columns.entries()) {
      const start = STRIDE * feature;
      for (let k = place.from; k < place.to; k++) {
        const t = order[k]!;
        const at = start + SUMS * of[t]!;
        histogram[at]! += gradient[t]!;
        histogram[at + 1]! += curvature[t]!;
        histogram[at + 2]! += 1;
      }
    }
    let [g, h] = [0, 0];
    for (let k = place.from; k < place.to; k++) {
      g += gradient[order[k]!]!;
      h += curvature[order[k]!]!;
    }
    return this.#searched(place, histogram, g, h);
  }

  /** Returns the other child of a parent. */
  #remainder(place: Pick<Leaf, "from" | "to" | "parent" | "isLeft">, parent: Leaf, sibling: Leaf): Leaf {
    const { histogram } = parent;
    for (let i = 0; i < histogram.length; i++) histogram[i]! -= sibling.histogram[i]!;
    return this.#searched(place, histogram, parent.gradient - sibling.gradient, parent.curvature - sibling.curvature);
  }

  #searched(
    place: Pick<Leaf, "from" | "to" | "parent" | "isLeft">,
    histogram: Float64Array,
    gradient: number,
    curvature: number,
  ): Leaf {
    const leaf = { ...place, histogram, gradient, curvature, split: undefined };
    if (place.to - place.from < 2 * this.#options.minRows) return leaf;
    let best: Split | undefined;
    for (const feature of this.#columns.keys()) {
      const split = this.#bestSplit(leaf, feature);
      if (split !== undefined && split.gain > (best?.gain ?? 0)) best = split;
    }
    return { ...leaf, split: best };
  }

  /** Returns the best split of a leaf by a feature, with missing values on the side where they gain more. */
  #bestSplit({ histogram, gradient, curvature, from, to }: Leaf, feature: number): Split | undefined {
    const { minRows, l2 } = this.#options;
    const { edges, missing } = this.#columns[feature]!;
    const start = STRIDE * feature;
    const atMissing = start + SUMS * missing;
    const count = to - from;
    const hasMissing = histogram[atMissing + 2]! > 0;
    const whole = gradient ** 2 / (curvature + l2);
    let best: Split | undefined;
    for (const missingLeft of hasMissing ? [false, true] : [false]) {
      let [g, h, n] = missingLeft
        ? [histogram[atMissing]!, histogram[atMissing + 1]!, histogram[atMissing + 2]!]
        : [0, 0, 0];
      // Beyond the last edge, only missing values are to the right.
      const last = edges.length - (hasMissing && !missingLeft ? 0 : 1);
      for (let bin = 0; bin <= last; bin++) {
        const at = start + SUMS * bin;
        g += histogram[at]!;
        h += histogram[at + 1]!;
        n += histogram[at + 2]!;
        if (n < minRows || h < LEAST_CURVATURE) continue;
        if (count - n < minRows || curvature - h < LEAST_CURVATURE) break;
        const gain = g ** 2 / (h + l2) + (gradient - g) ** 2 / (curvature - h + l2) - whole;
        if (gain > (best?.gain ?? 0) && gain > 1e-12 * Math.abs(whole))
          best = { gain, feature, bin, missingLeft: hasMissing ? missingLeft : n > count - n };
      }
    }
    return best;
  }

  /** Puts the rows that go left before those that go right, each in their order. Returns where the latter begin. */
  #partition({ from, to }: Leaf, { of, missing }: BinnedColumn, { bin, missingLeft }: Split): number {
    const order = this.#order;
    const buffer = this.#buffer;
    let [left, right] = [from, 0];
    for (let k = from; k < to; k++) {
      const t = order[k]!;
      const b = of[t]!;
      if (b === missing ? missingLeft : b <= bin) order[left++] = t;
      else buffer[right++] = t;
    }
    order.set(buffer.subarray(0, right), left);
    return left;
  }
}
