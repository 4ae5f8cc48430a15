import type { IndexedSegment } from "../core/artifact.ts";
import type { ColumnBatch, ColumnInfo } from "../core/column.ts";
import type { KeyColumn, PartitionKey } from "../core/partition-key.ts";
import type { DataQuery, Snapshot } from "../core/run.ts";

/** Rows of several partitions: partition `i` has the rows `[offsets[i], offsets[i + 1])` of `batch`. */
export interface PartitionRows {
  readonly batch: ColumnBatch;
  readonly offsets: Int32Array;
}

/** One written but not yet visible piece of a table. */
export interface TablePart {
  readonly id: string;
  readonly rows: number;
  readonly columns: readonly ColumnInfo[];
}

/**
 * Something the engine keeps that is not a row of a table: a pinned snapshot, a part that nobody published, or what a
 * process writes for the time being and may have left behind.
 */
export interface StoredItem {
  readonly kind: "snapshot" | "part" | "temporary";
  /** The snapshot's id, or the name of the others. */
  readonly id: string;
  readonly bytes: number;
  /** Milliseconds since it was written. */
  readonly ageMs: number;
}

/** How to read a CSV file, where that is not to be found from the file itself. */
export interface CsvFormat {
  readonly delimiter?: string;
  /** What stands between a number's whole part and its decimals. */
  readonly decimal?: string;
  /** The order of a date's parts, such as `%m/%d/%Y`. */
  readonly dateFormat?: string;
  /** What stands for a missing value, beside nothing. */
  readonly nulls?: readonly string[];
}

/** How to import a file. */
export interface ImportOptions {
  /** Whether to replace a table of this name that was imported before. */
  readonly replace: boolean;
  readonly csv?: CsvFormat;
}

/** What an import made of a column. */
export interface ImportedColumn {
  readonly name: string;
  /** Its type, or the name of one that a model cannot read. */
  readonly type: string;
  /** Of times the first and last one, as text. */
  readonly first?: string | null;
  readonly last?: string | null;
  /** A date of the file, all of whose dates would also be some with day and month exchanged. */
  readonly ambiguous?: string;
}

/** A committed run as the result views need it. */
export interface ExposedRun {
  readonly runId: string;
  readonly keyColumns: readonly KeyColumn[];
  readonly segments: readonly IndexedSegment[];
}

/** A value that a query is given or gives, as JSON can hold it: dates, times and large integers are text. */
export type QueryValue = string | number | boolean | null;

/** The answer to a read-only query. */
export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly QueryValue[])[];
  /** True if rows beyond the limit were left out. */
  readonly truncated: boolean;
}

/** Reads source tables and holds result tables. Every engine passes `src/contract/tables.ts`. */
export interface Tables {
  /** Whether a table may be named with its schema before it (`sales.daily`). */
  readonly hasSchemas?: true;
  /**
   * The name alone of a table that is written in the workspace's own schema, of one that may be before it.
   *
   * @throws {ManymodelError} `usage` for another schema
   */
  ownName?(table: string): string;
  /** The workspace's tables, by name. */
  list(): Promise<{ name: string; rows: number }[]>;
  /** A table's columns as far as they are known (those of an imported file are not); undefined without such a table. */
  columns(table: string): Promise<ColumnInfo[] | undefined>;
  /**
   * Pins the rows of a query: grouped by partition key (NULL is a key), ordered within. The same source and query give
   * the same snapshot again without reading the data twice.
   * @throws {ManymodelError} `not-found` or `input` naming the missing table or column, or what cannot be a key
   */
  snapshot(query: DataQuery): Promise<Snapshot>;
  /** The keys of the partitions at positions `[from, to)` of a snapshot. */
  keys(snapshot: Snapshot, from: number, to: number): Promise<PartitionKey[]>;
  /** For each key its position in the snapshot, or -1. */
  locate(snapshot: Snapshot, keys: readonly PartitionKey[]): Promise<Int32Array>;
  /** All rows of the partitions at these positions, in one read, in the order given; -1 has no rows. */
  read(snapshot: Snapshot, ordinals: readonly number[]): Promise<PartitionRows>;
  /**
   * Loads a CSV, Parquet or JSON file as a table, whole or not at all.
   * @throws {ManymodelError} `conflict` if the table exists, unless it was imported and is to be replaced
   */
  import(
    file: string,
    table: string,
    options: ImportOptions,
  ): Promise<{ rows: number; columns: readonly ImportedColumn[] }>;
  /** Creates an empty table if there is none of that name; never touches one that exists. True if it was created. */
  create(table: string, columns: readonly ColumnInfo[]): Promise<boolean>;
  /** Writes rows as a part of a table, not visible until published. Any process may call it. */
  write(table: string, batch: ColumnBatch): Promise<TablePart>;
  /** In one step: `owner`'s rows in `table` become exactly these parts; everyone else's stay. */
  publish(table: string, owner: string, parts: readonly TablePart[]): Promise<void>;
  /**
   * Some columns of the published rows that have a value in the first of them, integers as numbers; no rows and no columns
   * where the table, or one of the columns, is not there.
   *
   * @param owner - whose rows; null: everybody's
   */
  published(table: string, owner: string | null, columns: readonly string[]): Promise<ColumnBatch>;
  /**
   * Writes those rows that `owner` has published, and that have one of `values` in the text column `column`, as another
   * part, not visible until published.
   *
   * @param set - text columns that have another value in the copy
   */
  carry(
    table: string,
    owner: string,
    rows: { readonly column: string; readonly values: readonly string[] },
    set: Readonly<Record<string, string>>,
  ): Promise<TablePart>;
  /** Deletes parts that will not be published. */
  discard(table: string, parts: readonly TablePart[]): Promise<void>;
  /** Shows a committed run's segments in MODEL_INDEX, TRAINING_RESULTS and TRAINING_METRICS. Idempotent. */
  expose(run: ExposedRun): Promise<void>;
  /** Takes a run's rows out of the result views again. */
  conceal(runId: string): Promise<void>;
  /** The pinned snapshots and unpublished parts there are. */
  stored(): Promise<StoredItem[]>;
  /** Deletes pinned snapshots and unpublished parts. */
  erase(items: readonly StoredItem[]): Promise<void>;
  /** Spells a column of a workspace's table as a query names it. */
  columnName(name: string): string;
  /**
   * Runs one SELECT over the workspace's tables.
   *
   * Values are bound: `$1` in the text stands for the first of `params`, `$2` for the second, each as often as needed. In
   * a literal, a quoted identifier or a comment it is text. A value takes the type of what it is compared with, so that
   * text compares with a date, and has none of its own elsewhere (`CAST($1 AS VARCHAR)` gives it one). Without params the
   * text is the engine's own SQL as it stands.
   *
   * @param limit - the most rows to return
   * @throws {ManymodelError} `usage` for anything that could write, for a `$n` without a value, and for a value without a `$n`
   */
  query(sql: string, params: readonly QueryValue[], limit: number): Promise<QueryResult>;
}
