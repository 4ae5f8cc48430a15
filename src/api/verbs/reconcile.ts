import type { ReconciliationMethod } from "@manymodel/forecast/hierarchy";
import { PARTITION_ATTRIBUTES } from "../../core/attributes.ts";
import { during } from "../../ports/activity.ts";
import type { DeclaredLevel } from "../../reconcile/declared-hierarchy.ts";
import { type ReconcileSummary, reconcileTables } from "../../reconcile/reconcile-tables.ts";
import { stoppableProgress } from "../../runs/run-context.ts";
import { currentSource } from "../current-source.ts";
import type { LongCallOptions } from "../run-context.ts";
import { tablePath, type Workspace } from "../workspace.ts";

/** Options of reconciling. The configuration's `reconcile` has everything left out, then its defaults. */
export interface ReconcileTablesOptions extends LongCallOptions {
  /** The levels of the hierarchy: that of the leaves, which has a table, first. */
  readonly levels?: readonly DeclaredLevel[];
  readonly method?: ReconciliationMethod;
  /** Created where it does not exist; default `RECONCILED_FORECASTS`. */
  readonly outputTable?: string;
  /** The column of the forecasts' times: the last of `source.order_by`, else `STEP`. */
  readonly time?: string;
  /** Coverage in percent of the intervals to reconcile; `batch.levels` when left out. `[]`: point forecasts only. */
  readonly intervals?: readonly number[];
  /** A table of the leaves' key columns and of further ones that levels are by; the source's attributes when left out. */
  readonly attributes?: string;
  /** Leaves' forecasts below zero become zero; by `reconcile.non_negative`, else where `source.lower_bound` is 0 or more, when left out. */
  readonly nonNegative?: boolean;
  /** The treatment of a missing forecast: stop (default), or leave that leaf out, or take that aggregate for a sum. */
  readonly missing?: "fail" | "leave-out";
}

const isFloored = (bound: number | string | undefined) => typeof bound === "number" && bound >= 0;

/**
 * Reconciles tables of forecasts, or the view `FORECASTS`, over a hierarchy, as options and configuration say. Levels may name the
 * source's attributes.
 */
export async function reconcileForecasts(
  workspace: Workspace,
  options: ReconcileTablesOptions,
): Promise<ReconcileSummary> {
  const { reconcile, source, batch } = workspace.config;
  const attributeTable = (await workspace.engine.source.columns(PARTITION_ATTRIBUTES)) && PARTITION_ATTRIBUTES;
  const attributes = options.attributes ?? reconcile?.attributes ?? attributeTable;
  const levels = options.levels ?? reconcile?.levels ?? [];
  const resolved = levels.map(
    ({ by, table, residuals }): DeclaredLevel => ({
      by,
      ...(table !== undefined && { table: tablePath(workspace, table) }),
      ...(residuals !== undefined && { residuals: tablePath(workspace, residuals) }),
    }),
  );
  const spec = {
    levels: resolved,
    method: options.method ?? reconcile?.method ?? "wls-struct",
    outputTable: options.outputTable ?? reconcile?.output_table ?? "RECONCILED_FORECASTS",
    time: options.time ?? reconcile?.time ?? source?.order_by?.at(-1) ?? "STEP",
    coverages: [...new Set(options.intervals ?? batch.levels)].sort((a, b) => a - b),
    ...(attributes !== undefined && { attributes: tablePath(workspace, attributes) }),
    nonNegative: options.nonNegative ?? reconcile?.non_negative ?? isFloored(source?.lower_bound),
    isWhole: source?.integer ?? false,
    ...(typeof source?.upper_bound === "number" && { upper: source.upper_bound }),
    missing: options.missing ?? reconcile?.missing ?? "fail",
  };
  return during({ phase: "reconcile" }, async () => {
    const engine = { output: workspace.engine.output, source: await currentSource(workspace) };
    return reconcileTables(engine, spec, stoppableProgress(options));
  });
}
