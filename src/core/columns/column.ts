import { ManymodelError } from "../errors.ts";

/** The type of a data column as a model body sees it. */
export type ColumnType = "number" | "integer" | "string" | "boolean" | "date" | "timestamp";

/**
 * A typed column, plain and structured-cloneable. `number`: NaN is NULL. `date` and `timestamp`: milliseconds since
 * 1970-01-01 UTC, NaN is NULL. `boolean`: 0, 1, or 2 for NULL. `integer` is exact and used for keys in result tables;
 * integers of a source table are read as `number`.
 */
export type Column =
  | { readonly type: "number" | "date" | "timestamp"; readonly values: Float64Array }
  | {
      readonly type: "string";
      readonly values: readonly (string | null)[];
      /** The same in runs, where whoever made the column knows them. */
      readonly runs?: TextRuns;
    }
  | { readonly type: "integer"; readonly values: readonly (bigint | null)[] }
  | { readonly type: "boolean"; readonly values: Uint8Array };

/** A named column's description. */
export interface ColumnInfo {
  readonly name: string;
  readonly type: ColumnType;
}

/** Columns of equal length under their names: some rows of a table. */
export interface ColumnBatch {
  readonly length: number;
  readonly columns: Readonly<Record<string, Column>>;
}

/**
 * Returns a column of a batch that was asked for by this name.
 *
 * @throws {ManymodelError} `internal` if the batch lacks it
 */
export function getColumn({ columns }: ColumnBatch, name: string): Column {
  const column = columns[name];
  if (column === undefined)
    throw new ManymodelError("internal", `no column ${name} among ${Object.keys(columns).join(", ")}`);
  return column;
}

/** Returns the names and types of a batch's columns. */
export function columnsOf(batch: ColumnBatch): ColumnInfo[] {
  return Object.keys(batch.columns).map((name) => ({ name, type: getColumn(batch, name).type }));
}

/** Returns the rows `[start, end)` of a column; numeric columns share memory with the original. */
export function sliceColumn(column: Column, start: number, end: number): Column {
  switch (column.type) {
    case "string":
      return { type: "string", values: column.values.slice(start, end) };
    case "integer":
      return { type: "integer", values: column.values.slice(start, end) };
    case "boolean":
      return { type: "boolean", values: column.values.subarray(start, end) };
    default:
      return { type: column.type, values: column.values.subarray(start, end) };
  }
}

/**
 * Finds a column by name: exactly as written first, else ignoring case when only one column matches that way.
 *
 * @returns the table's own spelling, or undefined
 */
export function matchColumn(names: readonly string[], word: string): string | undefined {
  if (names.includes(word)) return word;
  const matches = names.filter((name) => name.toLowerCase() === word.toLowerCase());
  return matches.length === 1 ? matches[0] : undefined;
}

/** Texts in runs: `values[i]` stands in the rows from `ends[i - 1]` (0 for the first) to before `ends[i]`. */
export interface TextRuns {
  readonly values: readonly (string | null)[];
  readonly ends: Int32Array;
}
