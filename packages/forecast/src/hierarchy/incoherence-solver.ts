import { dot } from "../linalg/dot.ts";
import type { Hierarchy } from "./hierarchy.ts";
import { TreeSmoother } from "./tree-smoother.ts";

/** Size of the residual, relative to the right side, at which conjugate gradients end; and at which they must have. */
const TOLERANCE = 1e-10;
const ACCEPTED = 1e-8;
const MAX_ITERATIONS = 1000;

/**
 * Solves M z = d with M = V + A W A': A sums the leaves (A stands for the aggregate rows of S), W and V are the diagonal
 * variances of leaves and aggregates. d is how far aggregates' base forecasts are from the sums of the leaves'. The
 * correction of the leaves is W A'z.
 *
 * Nested levels are solved exactly by two passes over their tree. Levels that cross them are added by conjugate
 * gradients on what remains, V₂ + A₂PA₂', P the leaves' covariance given the nested levels: each step is one pass over
 * the tree, and there is one unknown per node of a crossing level only. Preconditioned by its diagonal with P's.
 *
 * @see Hestenes & Stiefel (1952), doi:10.6028/jres.049.044
 */
export class IncoherenceSolver {
  readonly #hierarchy: Hierarchy;
  readonly #variances: Float64Array;
  readonly #tree: TreeSmoother;
  readonly #posterior: Float64Array;
  /** The preconditioner over aggregates: 0 for nodes that take no part in the conjugate gradients. */
  readonly #inverse: Float64Array;
  readonly #leaves: Float64Array;

  /** @param variances - over all nodes, ≥ 0; Infinity at an aggregate: it takes no part */
  constructor(hierarchy: Hierarchy, variances: Float64Array) {
    const { levels, offsets, nested, aggregates, leaves } = hierarchy;
    this.#hierarchy = hierarchy;
    this.#variances = variances;
    this.#tree = new TreeSmoother(hierarchy, variances);
    this.#posterior = this.#tree.posteriorVariances();
    this.#inverse = new Float64Array(aggregates);
    this.#leaves = new Float64Array(leaves);
    for (const l of nested.crossing) {
      const { of, nodes } = levels[l]!;
      const offset = offsets[l]!;
      for (let leaf = 0; leaf < leaves; leaf++)
        this.#inverse[offset + of[leaf]!]! += this.#posterior[aggregates + leaf]!;
      for (let node = offset; node < offset + nodes; node++) {
        const diagonal = this.#inverse[node]! + variances[node]!;
        this.#inverse[node] = diagonal > 0 && diagonal < Infinity ? 1 / diagonal : 0;
      }
    }
  }

  /** Variances of all nodes after reconciliation; upper bounds where levels cross. */
  get posteriorVariances(): Float64Array {
    return this.#posterior;
  }

  /**
   * @param incoherence - d, by aggregate; what is there at an aggregate that takes no part does not matter
   * @param correction - receives W A'z, by leaf
   * @param multipliers - receives z, by aggregate, where given; its variances must then be above 0
   * @throws {RangeError} if conjugate gradients do not converge
   */
  solve(incoherence: Float64Array, correction: Float64Array, multipliers?: Float64Array): void {
    this.#tree.smooth(correction.fill(0), incoherence);
    const crossing = this.#hierarchy.nested.crossing.length > 0 ? this.#crossing(incoherence, correction) : undefined;
    if (multipliers === undefined) return;
    const { aggregates } = this.#hierarchy;
    this.#sum(correction, multipliers.fill(0), "every");
    for (let node = 0; node < aggregates; node++) {
      const variance = this.#variances[node]!;
      const isBounded = variance < Infinity;
      multipliers[node] = isBounded ? (incoherence[node]! - multipliers[node]!) / variance : 0;
    }
    if (crossing !== undefined)
      for (let node = 0; node < aggregates; node++) if (this.#inverse[node]! > 0) multipliers[node] = crossing[node]!;
  }

  /** Adds the crossing levels' corrections to those of the nested ones; returns their multipliers. */
  #crossing(incoherence: Float64Array, correction: Float64Array): Float64Array {
    const n = this.#hierarchy.aggregates;
    const inverse = this.#inverse;
    const z = new Float64Array(n);
    const residual = this.#sum(correction, new Float64Array(n), "crossing");
    for (let i = 0; i < n; i++) residual[i] = inverse[i]! > 0 ? incoherence[i]! - residual[i]! : 0;
    const direction = residual.map((r, i) => r * inverse[i]!);
    const product = new Float64Array(n);
    let size = scaled(residual, inverse);
    const goal = size * TOLERANCE ** 2;
    let iteration = 0;
    for (; size > goal && size > 0 && iteration < MAX_ITERATIONS; iteration++) {
      this.#sum(this.#spread(direction), product.fill(0), "crossing");
      for (let i = 0; i < n; i++) product[i] = inverse[i]! > 0 ? product[i]! + this.#variances[i]! * direction[i]! : 0;
      const step = size / dot(direction, product, 0, n);
      for (let i = 0; i < n; i++) {
        z[i]! += step * direction[i]!;
        residual[i]! -= step * product[i]!;
      }
      const before = size;
      size = scaled(residual, inverse);
      const ratio = size / before;
      for (let i = 0; i < n; i++) direction[i] = residual[i]! * inverse[i]! + ratio * direction[i]!;
    }
    if (!(size <= (goal / TOLERANCE ** 2) * ACCEPTED ** 2))
      throw new RangeError(
        `reconciliation did not converge in ${iteration} steps of conjugate gradients; use method wls-struct, or levels that nest`,
      );
    const added = this.#spread(z);
    for (let leaf = 0; leaf < added.length; leaf++) correction[leaf]! += added[leaf]!;
    return z;
  }

  /** Returns the p A₂'x: what multipliers of crossing levels do to the leaves, given the nested levels. */
  #spread(x: Float64Array): Float64Array {
    const { levels, offsets, nested, aggregates, leaves } = this.#hierarchy;
    const spread = this.#leaves.fill(0);
    for (const l of nested.crossing) {
      const { of } = levels[l]!;
      const offset = offsets[l]!;
      for (let leaf = 0; leaf < leaves; leaf++) spread[leaf]! += x[offset + of[leaf]!]!;
    }
    for (let leaf = 0; leaf < leaves; leaf++) spread[leaf]! *= this.#variances[aggregates + leaf]!;
    this.#tree.smooth(spread);
    return spread;
  }

  /** Adds the leaves to the nodes of the levels asked for. */
  #sum(leaves: Float64Array, sums: Float64Array, scope: "every" | "crossing"): Float64Array {
    const { levels, offsets, nested } = this.#hierarchy;
    for (const l of scope === "every" ? levels.keys() : nested.crossing) {
      const { of } = levels[l]!;
      const offset = offsets[l]!;
      for (let leaf = 0; leaf < leaves.length; leaf++) sums[offset + of[leaf]!]! += leaves[leaf]!;
    }
    return sums;
  }
}

/** Returns r'M⁻¹r for a diagonal preconditioner M. */
function scaled(residual: Float64Array, inverse: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < residual.length; i++) sum += residual[i]! * residual[i]! * inverse[i]!;
  return sum;
}
