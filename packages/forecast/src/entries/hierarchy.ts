/**
 * Forecasts of several levels of a hierarchy, made coherent.
 *
 * @module
 */
export { groupedHierarchy, type Hierarchy, hierarchy, sumUp } from "../hierarchy/hierarchy.ts";
export { RECONCILIATION_METHODS, type ReconciliationMethod } from "../hierarchy/methods.ts";
export type { HierarchyLevel, NestedLevels } from "../hierarchy/nested-levels.ts";
export { type ReconcileOptions, type Reconciler, reconcile, reconciler } from "../hierarchy/reconcile.ts";
export { type ScaledResiduals, shrinkage } from "../hierarchy/shrinkage.ts";
export { type HistoricalProportions, historicalProportions } from "../hierarchy/top-down.ts";
