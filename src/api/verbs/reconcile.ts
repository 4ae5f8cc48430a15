import type { ReconciliationMethod } from "@manymodel/forecast/hierarchy";
import { PARTITION_ATTRIBUTES } from "../../core/attributes.ts";
import { during } from "../../ports/activity.ts";
import type { DeclaredLevel } from "../../reconcile/declared-hierarchy.ts";
import { type ReconcileSummary, reconcileTables } from "../../reconcile/reconcile-tables.ts";
import { stoppableProgress } from "../../runs/run-context.ts";
import { currentSource } from "../current-source.ts";
import type { LongCallOptions } from "../run-context.ts";
import { tablePath, type Workspace } from "../workspace.ts";

/** Options of reconciling. Options left out come from the configuration's `reconcile`, then from its defaults. */
export interface ReconcileTablesOptions extends LongCallOptions {
  /** The levels of the hierarchy. The level of the leaves comes first and has a table. */
  readonly levels?: readonly DeclaredLevel[];
  readonly method?: ReconciliationMethod;
  /** Created where it does not exist; default `RECONCILED_FORECASTS`. */
  readonly outputTable?: string;
  /** The column of the forecasts' times; the last of `source.order_by`, else `STEP`, when left out. */
  readonly time?: string;
  /** Coverage in percent of the intervals to reconcile; `batch.levels` when left out. `[]`: point forecasts only. */
  readonly intervals?: readonly number[];
  /**
   * A table of the leaves' key columns and of further columns that define levels; the source's attributes when left
   * out.
   */
  readonly attributes?: string;
  /**
   * True to set negative forecasts of leaves to zero; `reconcile.non_negative` when left out, else true if
   * `source.lower_bound` is 0 or more.
   */
  readonly nonNegative?: boolean;
  /**
   * The treatment of a missing forecast. `fail` (default) stops. `leave-out` leaves out a leaf, and replaces an
   * aggregate by the sum of its leaves.
   */
  readonly missing?: "fail" | "leave-out";
}

const isFloored = (bound: number | string | undefined) => typeof bound === "number" && bound >= 0;

/** A level as options or the configuration state it. */
interface StatedLevel {
  readonly by: readonly string[];
  readonly table?: string | undefined;
  readonly residuals?: string | undefined;
}

/** Returns levels with the paths of their tables. */
export const resolvedLevels = (workspace: Workspace, levels: readonly StatedLevel[]): DeclaredLevel[] =>
  levels.map(
    ({ by, table, residuals }): DeclaredLevel => ({
      by,
      ...(table !== undefined && { table: tablePath(workspace, table) }),
      ...(residuals !== undefined && { residuals: tablePath(workspace, residuals) }),
    }),
  );

/** Returns the table of the attributes that levels are by: the one named, else the configuration's, else that of the source's. */
export async function levelAttributes(workspace: Workspace, name: string | undefined): Promise<string | undefined> {
  const attributes = (await workspace.engine.source.columns(PARTITION_ATTRIBUTES)) && PARTITION_ATTRIBUTES;
  const table = name ?? workspace.config.reconcile?.attributes ?? attributes;
  return table === undefined ? undefined : tablePath(workspace, table);
}

/**
 * Reconciles tables of forecasts, or the view `FORECASTS`, over a hierarchy, as options and configuration say. Levels may name the
 * source's attributes.
 */
export async function reconcileForecasts(
  workspace: Workspace,
  options: ReconcileTablesOptions,
): Promise<ReconcileSummary> {
  const { reconcile, source, batch } = workspace.config;
  const attributes = await levelAttributes(workspace, options.attributes);
  const spec = {
    levels: resolvedLevels(workspace, options.levels ?? reconcile?.levels ?? []),
    method: options.method ?? reconcile?.method ?? "wls-struct",
    outputTable: options.outputTable ?? reconcile?.output_table ?? "RECONCILED_FORECASTS",
    time: options.time ?? reconcile?.time ?? source?.order_by?.at(-1) ?? "STEP",
    coverages: [...new Set(options.intervals ?? batch.levels)].sort((a, b) => a - b),
    ...(attributes !== undefined && { attributes }),
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
