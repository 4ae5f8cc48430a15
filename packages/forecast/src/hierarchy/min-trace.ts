import { cholesky, choleskySolve } from "../linalg/cholesky.ts";
import { dot } from "../linalg/dot.ts";
import { type Hierarchy, incoherence, sumUp } from "./hierarchy.ts";
import { IncoherenceSolver } from "./incoherence-solver.ts";
import { shrinkage } from "./shrinkage.ts";
import { withVarianceFloor } from "./variance-floor.ts";

/** Least shrinkage: the errors' covariance must not be singular where there are more series than residuals. */
const LEAST_SHRINKAGE = 1e-6;
/**
 * Minimum trace reconciliation with the errors' covariance estimated from residuals, its correlations shrunk towards
 * zero. The covariance is a diagonal plus E E', where E has one column for each time. It is never formed: reconciling with
 * the diagonal alone, first the forecasts and then each column of E, leaves by Woodbury's identity a system of one unknown
 * for each time. Memory is O(nodes × times).
 *
 * @see Wickramasuriya, Athanasopoulos & Hyndman (2019), doi:10.1080/01621459.2018.1448825
 */
export class MinTrace {
  /** Shrinkage intensity, in (0, 1]. */
  readonly shrinkage: number;
  /** Variance of each node's errors, in squared units of the data; Infinity where an aggregate takes no part. */
  readonly variances: Float64Array;
  readonly #hierarchy: Hierarchy;
  readonly #solver: IncoherenceSolver;
  /** E's columns as the diagonal part reconciles them, over all nodes. */
  readonly #columns: readonly Float64Array[];
  /** The multipliers of those reconciliations, by aggregate. */
  readonly #multipliers: readonly Float64Array[];
  /** Cholesky factor of I + F'M⁻¹F, F = E's incoherence. */
  readonly #factor: Float64Array;

  /**
   * @param residuals - one vector over all nodes for each time; NaN: missing. An aggregate without any takes no part; a
   *   leaf without any keeps its forecast
   */
  constructor(hierarchy: Hierarchy, residuals: readonly Float64Array[]) {
    const { aggregates, nodes } = hierarchy;
    const times = residuals.length;
    const estimate = shrinkage(residuals);
    this.#hierarchy = hierarchy;
    this.shrinkage = Math.max(LEAST_SHRINKAGE, estimate.shrinkage);
    this.variances = withVarianceFloor(
      hierarchy,
      estimate.variances.map((v, node) => (Number.isNaN(v) ? (node < hierarchy.aggregates ? Infinity : 0) : v)),
    );

    const diagonal = this.variances.slice();
    const columns = estimate.scaled;
    for (const column of columns)
      for (let node = 0; node < nodes; node++) {
        if (column[node] === 0) continue;
        const square = ((column[node]! ** 2 * (1 - this.shrinkage)) / times) * this.variances[node]!;
        diagonal[node] = Math.max(diagonal[node]! - square, 0);
        column[node] = Math.sign(column[node]!) * Math.sqrt(square);
      }
    this.#solver = new IncoherenceSolver(hierarchy, diagonal);
    this.#columns = columns;
    const differences = columns.map((column) => incoherence(hierarchy, column));
    this.#multipliers = differences.map((difference, t) => {
      const multipliers = new Float64Array(aggregates);
      const correction = new Float64Array(hierarchy.leaves);
      this.#solver.solve(difference, correction, multipliers);
      for (let leaf = 0; leaf < correction.length; leaf++) columns[t]![aggregates + leaf]! += correction[leaf]!;
      sumUp(hierarchy, columns[t]!);
      return multipliers;
    });
    this.#factor = new Float64Array(times * times);
    for (let s = 0; s < times; s++)
      for (let t = 0; t <= s; t++)
        this.#factor[s * times + t] = dot(differences[s]!, this.#multipliers[t]!, 0, aggregates) + (s === t ? 1 : 0);
    if (!cholesky(this.#factor, times, this.#factor))
      throw new RangeError("the residuals' covariance cannot be inverted; use method wls-var");
  }

  /**
   * Returns the corrections of the leaves' base forecasts, given the differences of the aggregates from their sums.
   */
  correct(differences: Float64Array): Float64Array {
    const { aggregates, leaves } = this.#hierarchy;
    const correction = new Float64Array(leaves);
    this.#solver.solve(differences, correction);
    const weights = Float64Array.from(this.#multipliers, (column) => dot(column, differences, 0, aggregates));
    choleskySolve(this.#factor, weights.length, weights);
    for (const [t, column] of this.#columns.entries())
      for (let leaf = 0; leaf < leaves; leaf++) correction[leaf]! -= weights[t]! * column[aggregates + leaf]!;
    return correction;
  }

  /** Returns the variance of each node's error after reconciliation; an upper bound where levels cross. */
  posteriorVariances(): Float64Array {
    const times = this.#columns.length;
    const row = new Float64Array(times);
    return this.#solver.posteriorVariances.map((variance, node) => {
      let added = 0;
      for (let s = 0; s < times; s++) {
        let value = this.#columns[s]![node]!;
        for (let t = 0; t < s; t++) value -= this.#factor[s * times + t]! * row[t]!;
        row[s] = value / this.#factor[s * times + s]!;
        added += row[s]! * row[s]!;
      }
      return variance + added;
    });
  }
}
