import type { ColumnInfo } from "../core/columns/column.ts";
import type { NumericDates } from "../core/numeric-dates.ts";

/** The format of a CSV file, for the parts that cannot be detected from the file itself. */
export interface CsvFormat {
  readonly delimiter?: string;
  /** The character between a number's whole part and its decimals. */
  readonly decimal?: string;
  /** The order of a date's parts, such as `%m/%d/%Y`. */
  readonly dateFormat?: string;
  /** The texts that stand for a missing value, beside an empty field. */
  readonly nulls?: readonly string[];
}

/** Options of importing a file. */
export interface ImportOptions {
  /** True to replace a table of this name that was imported before. */
  readonly replace: boolean;
  readonly csv?: CsvFormat;
  /**
   * The columns of a key and a time by which to add the file's rows to a table that was imported before: all rows of the file of
   * a key and time replace all rows that the table has of it (NULL equals NULL). A table that is not there is made.
   */
  readonly append?: readonly string[];
}

/** The result of an import. */
export interface ImportResult {
  /** The rows of the file. */
  readonly rows: number;
  /** Of an append: how many rows of the table they replaced. */
  readonly replaced?: number;
  readonly columns: readonly ImportedColumn[];
}

/** The type that an import gave to a column. */
export interface ImportedColumn {
  readonly name: string;
  /** Its type, or the name of one that a model cannot read. */
  readonly type: string;
  /** Of times the first and last one, as text. */
  readonly first?: string | null;
  readonly last?: string | null;
  /** A date of the file, all of whose dates would also be some with day and month exchanged. */
  readonly ambiguous?: string;
  /** Of whole numbers that all spell dates (20250831, or 202508): how they do, as a date format. */
  readonly numericDates?: NumericDates;
}

/** A value that a query is given or gives, as JSON can hold it: dates, times and large integers are text. */
export type QueryValue = string | number | boolean | null;

/** The answer to a read-only query. */
export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly QueryValue[])[];
  /** True if rows beyond the limit were left out. */
  readonly truncated: boolean;
  /** A line for each run that views left out because it could not be read. */
  readonly notes?: readonly string[];
}

/** Some rows of an answer. Every piece has its columns; the first one may have no rows. */
export interface QueryPiece {
  readonly columns: readonly ColumnInfo[];
  readonly rows: readonly (readonly QueryValue[])[];
}

/** The workspace's tables: what there is, files as tables, and SQL over them. Every engine passes `src/contract/tables.ts`. */
export interface Tables {
  /** True if a table may be named with its schema before it (`sales.daily`). */
  readonly hasSchemas?: true;
  /**
   * Returns the name alone of a table that is written in the workspace's own schema, of one that may be before it.
   *
   * @throws {ManymodelError} `usage` for another schema
   */
  ownName?(table: string): string;
  /** Returns the workspace's tables, by name. */
  list(): Promise<{ name: string; rows: number }[]>;
  /**
   * Loads a CSV, Parquet, JSON or Excel file as a table, whole or not at all.
   * @throws {ManymodelError} `conflict` if the table exists, unless it was imported and is to be replaced or appended to;
   *   `input` for an append of other columns, or of values that the table's columns cannot hold
   */
  import(file: string, table: string, options: ImportOptions): Promise<ImportResult>;
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
   * A run whose files cannot be read has no rows in the views of runs; `notes` names it.
   *
   * @param limit - the most rows to return
   * @param options.run - the run that the views of runs are of; all runs when left out
   * @throws {ManymodelError} `usage` for anything that could write, for a `$n` without a value, and for a value without a `$n`
   */
  query(
    sql: string,
    params: readonly QueryValue[],
    limit: number,
    options?: { readonly run?: string },
  ): Promise<QueryResult>;
  /** Runs one SELECT as `query` does, and gives all of its rows, a piece at a time. */
  stream(sql: string, params: readonly QueryValue[]): AsyncIterable<QueryPiece>;
  /**
   * Writes all rows of one SELECT to a file, whole or not at all, and says how many: CSV (a header, UTF-8, NULL as nothing),
   * Parquet or one sheet of Excel, as the file's name ends (`.csv`, `.csv.gz`, `.parquet`, `.xlsx`).
   *
   * @throws {ManymodelError} `usage` for another name, and as `query` does
   */
  copy(sql: string, params: readonly QueryValue[], file: string): Promise<number>;
}
