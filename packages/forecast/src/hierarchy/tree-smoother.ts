import type { Hierarchy } from "./hierarchy.ts";

/**
 * The normal distribution of the leaves given sums of them, on nested levels: leaves are independent with known
 * variances, and each sum is observed with an independent error. The posterior's mean and variances take two passes over
 * the tree: upwards each node's children are added up and combined with its own observation, downwards each node's
 * correction is split among its children in proportion to their variances. O(nodes), no matrix.
 *
 * The same numbers as dense algebra with (S'W⁻¹S)⁻¹S'W⁻¹ for a diagonal W; derived as the filter and smoother of a
 * Gaussian tree.
 */
export class TreeSmoother {
  readonly #hierarchy: Hierarchy;
  readonly #variances: Float64Array;
  /** Of a node given its descendants' observations: without its own, and with it. */
  readonly #before: Float64Array;
  readonly #after: Float64Array;
  /** The share of the difference between a node's observation and its children's sum that is believed, in [0, 1]. */
  readonly #gain: Float64Array;
  readonly #mean: Float64Array;
  readonly #posterior: Float64Array;

  /** @param variances - over all nodes, ≥ 0; Infinity at a sum: not observed */
  constructor(hierarchy: Hierarchy, variances: Float64Array) {
    const { aggregates, leaves, nested } = hierarchy;
    this.#hierarchy = hierarchy;
    this.#variances = variances;
    this.#before = new Float64Array(aggregates);
    this.#after = new Float64Array(aggregates);
    this.#gain = new Float64Array(aggregates);
    this.#mean = new Float64Array(aggregates);
    this.#posterior = new Float64Array(aggregates);
    if (nested.chain.length === 0) return;
    for (let leaf = 0; leaf < leaves; leaf++) this.#before[nested.leafParent[leaf]!]! += variances[aggregates + leaf]!;
    for (const node of nested.order) {
      const prior = this.#before[node]!;
      const error = variances[node]!;
      const observed = error < Infinity && prior > 0;
      this.#gain[node] = observed ? prior / (prior + error) : 0;
      this.#after[node] = observed ? error * this.#gain[node]! : prior;
      const parent = nested.parent[node]!;
      if (parent >= 0) this.#before[parent]! += this.#after[node]!;
    }
  }

  /**
   * Turns the leaves' prior means into their posterior means.
   *
   * @param leaves - prior means, one per leaf; receives the posterior means
   * @param observed - observed sums by aggregate node; all zero when left out
   */
  smooth(leaves: Float64Array, observed?: Float64Array): void {
    const { nested, aggregates } = this.#hierarchy;
    if (nested.chain.length === 0) return;
    const mean = this.#mean.fill(0);
    const posterior = this.#posterior;
    for (let leaf = 0; leaf < leaves.length; leaf++) mean[nested.leafParent[leaf]!]! += leaves[leaf]!;
    for (const node of nested.order) {
      const gain = this.#gain[node]!;
      posterior[node] = mean[node]! + (gain > 0 ? gain * ((observed?.[node] ?? 0) - mean[node]!) : 0);
      const parent = nested.parent[node]!;
      if (parent >= 0) mean[parent]! += posterior[node]!;
    }
    // What a node's children have too little, per unit of their variance.
    const missing = mean;
    for (let i = nested.order.length - 1; i >= 0; i--) {
      const node = nested.order[i]!;
      const parent = nested.parent[node]!;
      if (parent >= 0) posterior[node]! += this.#after[node]! * missing[parent]!;
      missing[node] = this.#before[node]! > 0 ? (posterior[node]! - mean[node]!) / this.#before[node]! : 0;
    }
    for (let leaf = 0; leaf < leaves.length; leaf++)
      leaves[leaf]! += this.#variances[aggregates + leaf]! * missing[nested.leafParent[leaf]!]!;
  }

  /** Returns the posterior variances over all nodes; of nodes of crossing levels, upper bounds (see `reconciler`). */
  posteriorVariances(): Float64Array {
    const { nested, aggregates, levels, offsets, leaves, nodes } = this.#hierarchy;
    const variances = this.#variances;
    const posterior = new Float64Array(nodes);
    // Variance that a parent's posterior takes from its children, per squared unit of their variance.
    const reduction = new Float64Array(aggregates);
    for (let i = nested.order.length - 1; i >= 0; i--) {
      const node = nested.order[i]!;
      const after = this.#after[node]!;
      const parent = nested.parent[node]!;
      posterior[node] = after - (parent >= 0 ? after * after * reduction[parent]! : 0);
      const before = this.#before[node]!;
      reduction[node] = before > 0 ? (before - posterior[node]!) / (before * before) : 0;
    }
    for (let leaf = 0; leaf < leaves; leaf++) {
      const prior = variances[aggregates + leaf]!;
      posterior[aggregates + leaf] = prior - prior * prior * (reduction[nested.leafParent[leaf] ?? -1] ?? 0);
    }
    // Posterior covariances of leaves given nested sums are never positive, so that their variances' sum is a bound.
    for (const l of nested.crossing) {
      const { of, nodes: count } = levels[l]!;
      const offset = offsets[l]!;
      for (let leaf = 0; leaf < leaves; leaf++) posterior[offset + of[leaf]!]! += posterior[aggregates + leaf]!;
      for (let node = offset; node < offset + count; node++) {
        const error = variances[node]!;
        const prior = posterior[node]!;
        if (error < Infinity && prior > 0) posterior[node] = (prior * error) / (prior + error);
      }
    }
    return posterior;
  }
}
