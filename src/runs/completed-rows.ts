import { mergesRows, type RunManifest, type RunRecord } from "../core/run.ts";
import type { Tables } from "../ports/tables.ts";

/** The changes that completing the rows of a run's source has made. */
export interface CompletedRows {
  /** Rows that were filled in, where that is to the end of the panel: elsewhere planned rows cannot be told apart. */
  readonly filled?: number;
  /** Rows that went into one of the same partition and time, beyond the first. */
  readonly merged: number;
  /** Rows of the coarser grid, where rows were resampled. */
  readonly resampled?: number;
}

/** Counts the rows that a run filled in and merged; undefined without such rules, and where partitions were not read. */
export async function completedRows(
  tables: Tables,
  { runId, snapshot }: Pick<RunManifest, "runId" | "snapshot">,
  index: RunRecord["index"],
): Promise<CompletedRows | undefined> {
  const { panel, query, rows } = snapshot;
  if (panel === undefined || index === null || index.skipped > 0) return undefined;
  const merged = mergesRows(query) ? panel.repeated : 0;
  if (query.resample === undefined && query.fill?.until !== "panel") return { merged };
  const answer = await tables.query("SELECT SUM(N_OBS) AS N FROM TRAINING_RESULTS WHERE RUN_ID = $1", [runId], 1);
  const used = Number(answer.rows[0]?.[0] ?? 0);
  if (query.resample !== undefined) return { merged, resampled: used };
  const filled = used - (rows - panel.later - merged);
  // A partition whose worker was lost has no count.
  return filled < 0 ? { merged } : { filled, merged };
}
