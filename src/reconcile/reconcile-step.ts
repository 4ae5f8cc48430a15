import { type Reconciler, reconciler } from "@manymodel/forecast/hierarchy";
import { normalQuantile } from "@manymodel/forecast/stats";
import { at } from "../core/aligned.ts";
import type { StepForecasts } from "./base-forecasts.ts";
import type { KeyedHierarchy } from "./declared-hierarchy.ts";
import type { ReconcileSpec } from "./reconcile-spec.ts";
import { reconciledBounds } from "./reconciled-bounds.ts";

/** Coherent forecasts of one time. */
export interface ReconciledStep extends StepForecasts {
  /** 1 at each node whose base forecast has no weight, because the variance of its error is unknown. */
  readonly unweighted: Uint8Array;
}

/** Reconciles the forecasts of one time. `missing` is 1 at nodes without one. */
export type ReconcileStep = (base: StepForecasts, missing: Uint8Array) => ReconciledStep;

/**
 * Prepares to reconcile one time after another. What depends on the method and on which forecasts are missing is
 * computed again only when these change; for `wls-var` the variances are those of each time's own intervals.
 *
 * @param residuals - for `mint-shrink`
 */
export function reconcileStep(
  keyed: KeyedHierarchy,
  { method, coverages, nonNegative, upper: ceiling, isWhole }: ReconcileSpec,
  residuals: readonly Float64Array[] | undefined,
): ReconcileStep {
  const { hierarchy } = keyed;
  let last: { missing: Uint8Array; prepared: Reconciler; ratios: Float64Array | null } | undefined;
  const prepare = (base: StepForecasts, missing: Uint8Array) => {
    if (method !== "wls-var" && last !== undefined && equal(last.missing, missing)) return last;
    const prepared = reconciler(hierarchy, {
      method,
      nonNegative,
      missing,
      ...(residuals !== undefined && { residuals }),
      ...(method === "wls-var" && { variances: variancesOf(base, coverages) }),
    });
    last = { missing, prepared, ratios: coverages.length > 0 ? prepared.varianceRatios() : null };
    return last;
  };
  const every = new Uint8Array(hierarchy.nodes).fill(1);
  return (base, missing) => {
    const { prepared, ratios } = prepare(base, missing);
    const mean = prepared.reconcile(base.mean);
    const derived = method === "bottom-up" ? every : missing;
    const bounds = reconciledBounds(hierarchy, base, mean, ratios, derived);
    const { aggregates } = hierarchy;
    const bounded = (round: (value: number) => number) => (values: Float64Array) =>
      values.map((value, node) => {
        const whole = isWhole ? round(value) : value;
        const cut =
          ceiling !== undefined && node >= aggregates && whole > ceiling ? Math.max(ceiling, at(mean, node)) : whole;
        return nonNegative ? Math.max(0, cut) : cut;
      });
    const { unweighted } = prepared;
    return {
      ...{ mean, unweighted },
      lower: bounds.lower.map(bounded(Math.floor)),
      upper: bounds.upper.map(bounded(Math.ceil)),
    };
  };
}

/**
 * Returns the variance of each node's error at one time, from the width of its widest interval, as of a normal distribution;
 * NaN without an interval.
 */
function variancesOf({ lower, upper }: StepForecasts, coverages: readonly number[]): Float64Array {
  const coverage = Math.max(...coverages);
  const widest = coverages.indexOf(coverage);
  const [low, high] = [at(lower, widest), at(upper, widest)];
  const deviations = 2 * normalQuantile(0.5 + coverage / 200);
  return high.map((bound, node) => {
    const variance = ((bound - at(low, node)) / deviations) ** 2;
    return Number.isFinite(variance) ? variance : NaN;
  });
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((value, i) => value === b[i]);
}
