import type { ReconciliationMethod } from "@manymodel/forecast/hierarchy";
import type { DeclaredLevel } from "./declared-hierarchy.ts";

/** Options of `reconcile`. */
export interface ReconcileSpec {
  /** The leaves' level first; it has a table. */
  readonly levels: readonly DeclaredLevel[];
  readonly method: ReconciliationMethod;
  readonly outputTable: string;
  /** The column of the forecasts' times; STEP where they have none. */
  readonly time: string;
  /** Coverage in percent of the intervals that the tables have; none: point forecasts only. */
  readonly coverages: readonly number[];
  /** A table of the leaves' key columns and of further ones that levels are by. */
  readonly attributes?: string;
  readonly nonNegative: boolean;
  /** No leaf's interval ends above it, except at the leaf's own forecast: points are not cut, so that they add up. */
  readonly upper?: number;
  /** True to round intervals outwards to whole numbers. */
  readonly isWhole: boolean;
  /**
   * The treatment of a missing forecast: stop; or leave out that leaf, and take that aggregate for a sum of leaves.
   */
  readonly missing: "fail" | "leave-out";
}
