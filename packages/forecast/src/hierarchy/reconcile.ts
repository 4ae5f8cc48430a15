import { checkOptions } from "../model/options.ts";
import { type Hierarchy, incoherence, sumUp } from "./hierarchy.ts";
import { IncoherenceSolver } from "./incoherence-solver.ts";
import type { ReconciliationMethod } from "./methods.ts";
import { MinTrace } from "./min-trace.ts";
import { forecastProportions, splitTop, topNodes } from "./top-down.ts";
import { withVarianceFloor } from "./variance-floor.ts";

/** Settings of `reconcile`. */
export interface ReconcileOptions {
  readonly method: ReconciliationMethod;
  /** For `wls-var`: variance of each node's base forecast error, ≥ 0, in squared units of the data; NaN if unknown. */
  readonly variances?: Float64Array;
  /**
   * For `mint-shrink`: residuals of the base forecasts, one vector over all nodes for each of at least 2 times; NaN
   * where missing.
   */
  readonly residuals?: readonly Float64Array[];
  /** For `top-down`: each leaf's share of its top node; forecast proportions when left out. */
  readonly proportions?: Float64Array;
  /** True to set negative forecasts of leaves to zero before they are added up; default false. */
  readonly nonNegative?: boolean;
  /**
   * 1 at each node without a base forecast. Such an aggregate takes no part and becomes the sum of its leaves. Such a
   * leaf counts as zero and stays zero.
   */
  readonly missing?: Uint8Array;
}

/** Reconciles vectors of base forecasts of one hierarchy, one step ahead after another. */
export interface Reconciler {
  /**
   * Returns the coherent forecasts: each aggregate is the sum of its leaves, to within rounding.
   *
   * @param base - base forecasts over all nodes, in the units of the data; what is there at missing nodes does not matter
   * @throws {RangeError} if a base forecast that is not missing is not a finite number, or the length is wrong
   */
  reconcile(base: Float64Array): Float64Array;
  /**
   * Returns the ratio of the variance of each node's error after reconciliation to that before, NaN for missing
   * aggregates. It holds for `wls-var` and `mint-shrink`, if the base forecasts' errors are as assumed; null for the
   * other methods, whose weights are not variances. Ratios are exact for nested levels. For levels that cross, they are
   * upper bounds, which leave out a part of the information of the crossing levels.
   */
  varianceRatios(): Float64Array | null;
  /**
   * 1 at each node that has a base forecast, but no known variance of its error: NaN in `variances`, or no residuals.
   * Such a leaf keeps its base forecast. Such an aggregate becomes the sum of its leaves.
   */
  readonly unweighted: Uint8Array;
}

/**
 * Prepares to reconcile forecasts of a hierarchy: whatever depends on the hierarchy and the method alone is computed
 * once. No matrix over nodes is ever formed. Nested levels take O(nodes) per step. Levels that cross them take
 * conjugate gradients, each iteration of which is O(leaves × levels). `mint-shrink` adds O(nodes × times), in time and
 * memory.
 *
 * @throws {RangeError} if an input that the method needs is missing or of the wrong length, or levels cross in a
 *   top-down split
 * @see Wickramasuriya, Athanasopoulos & Hyndman (2019), doi:10.1080/01621459.2018.1448825
 */
export function reconciler(hierarchy: Hierarchy, options: ReconcileOptions): Reconciler {
  checkOptions(
    "reconciler",
    options,
    { method: true, variances: true, residuals: true, proportions: true, nonNegative: true, missing: true },
    ["method"],
  );
  const { nodes, aggregates } = hierarchy;
  const { missing = new Uint8Array(nodes), nonNegative = false } = options;
  checkLength("missing", missing, nodes);
  const { leavesOf, varianceRatios, unweighted = new Uint8Array(nodes) } = prepare(hierarchy, { ...options, missing });
  return {
    unweighted,
    reconcile(base) {
      checkLength("base", base, nodes);
      const used = base.map((value, node) => (missing[node] === 1 ? 0 : value));
      const bad = used.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0)
        throw new RangeError(
          `the base forecast of node ${bad} is ${base[bad]}; it must be a finite number, or missing[${bad}] must be 1`,
        );
      const reconciled = new Float64Array(nodes);
      reconciled.set(leavesOf(used), aggregates);
      if (nonNegative)
        for (let leaf = aggregates; leaf < nodes; leaf++) reconciled[leaf] = Math.max(0, reconciled[leaf]!);
      return sumUp(hierarchy, reconciled);
    },
    varianceRatios,
  };
}

/**
 * Reconciles forecasts of one hierarchy, as `reconciler` does.
 *
 * @param base - for each step, base forecasts over all nodes
 * @returns for each step, coherent forecasts over all nodes
 */
export function reconcile(
  hierarchy: Hierarchy,
  base: readonly Float64Array[],
  options: ReconcileOptions,
): Float64Array[] {
  const prepared = reconciler(hierarchy, options);
  return base.map((step) => prepared.reconcile(step));
}

interface Prepared {
  /** The leaves' coherent forecasts. */
  readonly leavesOf: (base: Float64Array) => Float64Array;
  readonly varianceRatios: () => Float64Array | null;
  readonly unweighted?: Uint8Array;
}

type Options = ReconcileOptions & { readonly missing: Uint8Array };

function prepare(hierarchy: Hierarchy, options: Options): Prepared {
  const { aggregates } = hierarchy;
  const bottom = (base: Float64Array) => base.subarray(aggregates);
  switch (options.method) {
    case "bottom-up":
      return { leavesOf: bottom, varianceRatios: () => null };
    case "top-down":
      return { leavesOf: topDown(hierarchy, options), varianceRatios: () => null };
    case "mint-shrink": {
      const residuals = usedResiduals(hierarchy, options);
      const unweighted = unknown(hierarchy, options, (node) => residuals.every((at) => Number.isNaN(at[node]!)));
      const minTrace = new MinTrace(hierarchy, residuals);
      return {
        unweighted,
        leavesOf: (base) => add(bottom(base), minTrace.correct(incoherence(hierarchy, base))),
        varianceRatios: () => ratios(minTrace.posteriorVariances(), minTrace.variances),
      };
    }
    default: {
      const assumed = assumedVariances(hierarchy, options);
      const unweighted = unknown(hierarchy, options, (node) => Number.isNaN(assumed[node]!));
      const variances = usedVariances(hierarchy, assumed, options.missing);
      const solver = new IncoherenceSolver(hierarchy, variances);
      const correction = new Float64Array(hierarchy.leaves);
      return {
        unweighted,
        leavesOf(base) {
          solver.solve(incoherence(hierarchy, base), correction);
          return add(bottom(base), correction);
        },
        varianceRatios: () => (options.method === "wls-var" ? ratios(solver.posteriorVariances, variances) : null),
      };
    }
  }
}

function topDown(hierarchy: Hierarchy, { proportions, missing }: Options): Prepared["leavesOf"] {
  const top = topNodes(hierarchy);
  const without = top.findIndex((node) => missing[node] === 1);
  if (without >= 0)
    throw new RangeError(
      `the top node above leaf ${without} has no base forecast to split; give it one, or use bottom-up`,
    );
  if (proportions === undefined) return (base) => forecastProportions(hierarchy, base, missing);
  checkLength("proportions", proportions, hierarchy.leaves);
  return (base) => splitTop(hierarchy, base, proportions);
}

function assumedVariances(hierarchy: Hierarchy, { method, variances }: Options): Float64Array {
  const ones = new Float64Array(hierarchy.nodes).fill(1);
  const assumed = method === "ols" ? ones : method === "wls-struct" ? sumUp(hierarchy, ones) : variances;
  if (assumed === undefined)
    throw new RangeError("method wls-var needs variances: those of the base forecasts' errors");
  checkLength("variances", assumed, hierarchy.nodes);
  return assumed;
}

/**
 * Returns the diagonal of the assumed error covariance: Infinity for aggregates that take no part, 0 for leaves that
 * stay.
 */
function usedVariances(hierarchy: Hierarchy, assumed: Float64Array, missing: Uint8Array): Float64Array {
  const used = assumed.map((variance, node) => {
    if (missing[node] === 1 || Number.isNaN(variance)) return node < hierarchy.aggregates ? Infinity : 0;
    if (variance >= 0 && variance < Infinity) return variance;
    throw new RangeError(
      `the variance of node ${node} is ${variance}; it must be a finite number of at least 0, or NaN where it is unknown`,
    );
  });
  // Sums that are certain can contradict each other where levels cross.
  return hierarchy.nested.crossing.length > 0 ? withVarianceFloor(hierarchy, used) : used;
}

function usedResiduals({ nodes }: Hierarchy, { residuals, missing }: Options): Float64Array[] {
  if (residuals === undefined) throw new RangeError("method mint-shrink needs residuals: those of the base forecasts");
  for (const at of residuals) checkLength("residuals", at, nodes);
  return residuals.map((at) => at.map((e, node) => (missing[node] === 1 ? NaN : e)));
}

/**
 * Marks the nodes that have a base forecast, but no known variance of its error.
 *
 * @throws {RangeError} if that holds of every leaf
 */
function unknown(
  { nodes, aggregates }: Hierarchy,
  { method, missing }: Options,
  isUnknown: (node: number) => boolean,
): Uint8Array {
  const unweighted = new Uint8Array(nodes);
  let [forecasts, finite] = [0, 0];
  for (let node = 0; node < nodes; node++) {
    if (missing[node] === 1) continue;
    if (isUnknown(node)) unweighted[node] = 1;
    if (node < aggregates) continue;
    forecasts++;
    finite += 1 - unweighted[node]!;
  }
  if (forecasts > 0 && finite === 0)
    throw new RangeError(
      `no leaf has ${method === "wls-var" ? "a known variance" : "residuals"}; method ${method} needs some. Use method wls-struct`,
    );
  return unweighted;
}

function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]!);
}

function ratios(after: Float64Array, before: Float64Array): Float64Array {
  return after.map((variance, node) => {
    const prior = before[node]!;
    return prior === 0 ? 1 : prior === Infinity ? NaN : Math.min(1, variance / prior);
  });
}

function checkLength(name: string, { length }: ArrayLike<number>, nodes: number): void {
  if (length !== nodes) throw new RangeError(`${name} has ${length} values; it must have one for each of ${nodes}`);
}
