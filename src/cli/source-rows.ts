import type { ManyModel } from "../api/many-model.ts";
import { findBounds } from "../core/bounds.ts";
import type { IndexSummary, RunManifest } from "../core/run.ts";
import { type CompletedRows, completedRows } from "../runs/completed-rows.ts";

/** The facts that a run's summary has about the rows of its source. */
export interface SourceRows {
  /** The rows that were completed, where the configuration asks for that. */
  readonly completed?: CompletedRows;
  /** The number of forecasts that go below 0, where nothing bounds them. */
  readonly belowZero?: number;
  /** The median share of steps without a row, where the source looks like transactions and nothing says what these mean. */
  readonly withoutRow?: number;
}

/** Looks at how the rows of a run's source were used. */
export async function sourceRows(mm: ManyModel, manifest: RunManifest, index: IndexSummary): Promise<SourceRows> {
  const belowZero = await countBelowZero(mm, manifest, index);
  return { ...(belowZero > 0 && { belowZero }), ...(await readRows(mm, manifest, index)) };
}

/** Counts the forecasts that go below 0, of those that the command made, where the run states no floor. */
async function countBelowZero(
  mm: ManyModel,
  { runId, exports, changed }: RunManifest,
  summary: IndexSummary,
): Promise<number> {
  if (findBounds(exports)?.lower !== undefined) return 0;
  const { readIndex } = await import("../runs/read-index.ts");
  const { sources, segments } = await readIndex(mm.engine.stage, summary, `run ${runId} was completed`);
  const isNew = sources.map((source) => source.runId === (changed?.by ?? runId));
  return segments.reduce((sum, { source, belowZero = 0 }) => sum + (isNew[source] ? belowZero : 0), 0);
}

async function readRows(mm: ManyModel, manifest: RunManifest, index: IndexSummary): Promise<SourceRows> {
  const { snapshot, exports, seed } = manifest;
  const completed = await completedRows(mm.engine.tables, manifest, index);
  if (completed !== undefined) return { completed };
  const type = snapshot.columns.find(({ name }) => name === snapshot.timeColumn)?.type;
  if (type === undefined || type === "string" || type === "boolean" || snapshot.query.fill !== undefined) return {};
  const { target } = exports as { readonly target?: unknown };
  if (typeof target !== "string") return {};
  const { shareWithoutRow } = await import("../advise/transactions.ts");
  const withoutRow = await shareWithoutRow(mm.engine.source, snapshot, { target, seed });
  return withoutRow === undefined ? {} : { withoutRow };
}

/** Returns the same as lines for people. */
export function sourceRowLines(
  { completed, withoutRow, belowZero = 0 }: SourceRows,
  { query, rows: all, ended = 0 }: RunManifest["snapshot"],
): string[] {
  const { resample } = query;
  const lines: string[] = [];
  if (ended > 0)
    lines.push(
      `  ${ended} series ${ended === 1 ? "has" : "have"} ended (source.active) and ${ended === 1 ? "is" : "are"} not trained.`,
    );
  const rows = (count: number) => `${count} ${count === 1 ? "row" : "rows"}`;
  if (completed !== undefined && completed.merged > 0)
    lines.push(
      `  ${rows(completed.merged)} of a time that their partition already had were merged (${query.duplicates}).`,
    );
  if (completed?.filled !== undefined) lines.push(`  ${rows(completed.filled)} were filled in (${query.fill?.value}).`);
  if (completed?.resampled !== undefined && resample !== undefined)
    lines.push(`  ${rows(all)} became ${completed.resampled} of the grid ${resample.to} (${resample.by}).`);
  if (withoutRow !== undefined)
    lines.push(
      `  Half of the series have no row at ${Math.round(100 * withoutRow)} % of their steps or more, and no row says 0. If that means that nothing was sold, set source.fill: zero; now these steps count as unknown.`,
    );
  if (belowZero > 0)
    lines.push(
      `  ${belowZero} ${belowZero === 1 ? "forecast goes" : "forecasts go"} below 0. If the target cannot, set source.lower_bound: 0.`,
    );
  return lines;
}
