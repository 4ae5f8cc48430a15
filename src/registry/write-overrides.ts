import type { ColumnBatch, ColumnInfo } from "../core/columns/column.ts";
import { FORECAST_OVERRIDES, OVERRIDE_COLUMNS, type Override, overrideBatch } from "../core/override.ts";
import type { AuditEntry } from "../core/registry.ts";
import { NOTE_COLUMNS, noteBatch, SERIES_NOTES, type SeriesNote } from "../core/series-note.ts";
import { prepareOutput } from "../pipeline/prepare-output.ts";
import type { Engine } from "../ports/engine.ts";

/** The ports by which rows of planners are written. */
export type PlannerPorts = Pick<Engine, "source" | "output" | "versions">;

/** Adds overrides of one change. @throws {ManymodelError} `conflict` if FORECAST_OVERRIDES is another table */
export function writeOverrides(engine: PlannerPorts, overrides: readonly Override[], entry: AuditEntry): Promise<void> {
  const kind = { what: "the table of overrides", marks: ["CHANGE_ID", "PARTITION_KEY", "OVERRIDE"] };
  const table = { name: FORECAST_OVERRIDES, columns: OVERRIDE_COLUMNS, known: kind };
  return append(engine, table, overrideBatch(overrides), entry);
}

/** Adds a note, or its removal (`text` null). @throws {ManymodelError} `conflict` if SERIES_NOTES is another table */
export function writeNote(
  engine: PlannerPorts,
  note: Omit<SeriesNote, "text"> & { readonly text: string | null },
  entry: AuditEntry,
): Promise<void> {
  const table = { what: "the table of notes", marks: ["NOTE_ID", "PARTITION_KEY", "NOTE"] };
  return append(engine, { name: SERIES_NOTES, columns: NOTE_COLUMNS, known: table }, noteBatch(note), entry);
}

/** Adds rows that nothing replaces. The audit log has the entry before the rows are visible: no change is without one. */
async function append(
  engine: PlannerPorts,
  table: {
    readonly name: string;
    readonly columns: readonly ColumnInfo[];
    readonly known: { readonly what: string; readonly marks: readonly string[] };
  },
  batch: ColumnBatch,
  entry: AuditEntry,
): Promise<void> {
  const { output, versions } = engine;
  await prepareOutput(engine, table.name, table.columns, [], table.known);
  const part = await output.write(table.name, batch);
  try {
    await versions.note(entry);
    await output.publish(table.name, part.id, [part]);
  } catch (error) {
    await output.discard(table.name, [part]).catch(() => {});
    throw error;
  }
}
