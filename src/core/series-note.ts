import { type ColumnBatch, type ColumnInfo, getColumn } from "./columns/column.ts";

/** The table of notes: a row for each one that was written or removed. Rows are added and never changed. */
export const SERIES_NOTES = "SERIES_NOTES";

/** The columns of the table of notes, in order. A removal has no NOTE, a note on a whole model no PARTITION_KEY. */
export const NOTE_COLUMNS = [
  { name: "NOTE_ID", type: "string" },
  { name: "MODEL_NAME", type: "string" },
  { name: "PARTITION_KEY", type: "string" },
  { name: "NOTE", type: "string" },
  { name: "CHANGED_BY", type: "string" },
  { name: "CHANGED_AT", type: "timestamp" },
] as const satisfies readonly ColumnInfo[];

/** A note on a series, or on a model. */
export interface SeriesNote {
  readonly id: string;
  readonly model: string;
  /** The encoded key; null for a note on the model. */
  readonly partitionKey: string | null;
  readonly text: string;
  readonly by: string;
  /** In milliseconds since 1970 (UTC). */
  readonly at: number;
}

/** Returns a note, or its removal (`text` null), as a batch of the table. */
export function noteBatch(note: Omit<SeriesNote, "text"> & { readonly text: string | null }): ColumnBatch {
  const text = (value: string | null) => ({ type: "string" as const, values: [value] });
  return {
    length: 1,
    columns: {
      NOTE_ID: text(note.id),
      MODEL_NAME: text(note.model),
      PARTITION_KEY: text(note.partitionKey),
      NOTE: text(note.text),
      CHANGED_BY: text(note.by),
      CHANGED_AT: { type: "timestamp", values: Float64Array.of(note.at) },
    },
  };
}

/** Returns the notes of a batch of the table that were not removed, the newest first. */
export function notesOf(batch: ColumnBatch): SeriesNote[] {
  if (batch.length === 0) return [];
  const column = (name: string) => getColumn(batch, name).values;
  const text = (values: ArrayLike<unknown>, row: number) => {
    const value = values[row];
    return typeof value === "string" ? value : null;
  };
  const [ids, models, keys] = [column("NOTE_ID"), column("MODEL_NAME"), column("PARTITION_KEY")];
  const [texts, authors, moments] = [column("NOTE"), column("CHANGED_BY"), column("CHANGED_AT")];
  const rows = Array.from({ length: batch.length }, (_, row) => row);
  const removed = new Set(rows.filter((row) => text(texts, row) === null).map((row) => text(ids, row)));
  return rows
    .filter((row) => !removed.has(text(ids, row)))
    .map((row) => ({
      id: text(ids, row) ?? "",
      model: text(models, row) ?? "",
      partitionKey: text(keys, row),
      text: text(texts, row) ?? "",
      by: text(authors, row) ?? "",
      at: Number(moments[row]),
    }))
    .sort((a, b) => b.at - a.at);
}
