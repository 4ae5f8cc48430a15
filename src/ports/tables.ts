import type { ColumnInfo } from "../core/columns/column.ts";
import type { NumericDates } from "../core/numeric-dates.ts";

/** The format of a CSV file, for the parts that cannot be detected from the file itself. */
export interface CsvFormat {
  readonly delimiter?: string;
  /** The character between a number's whole part and its decimals. */
  readonly decimal?: string;
  /** The order of a date's parts, such as `%m/%d/%Y`. */
  readonly dateFormat?: string;
  /** The texts that stand for a missing value, in addition to an empty field. */
  readonly nulls?: readonly string[];
}

/** Options of importing a file. */
export interface ImportOptions {
  /** True to replace an imported table of this name. */
  readonly replace: boolean;
  readonly csv?: CsvFormat;
  /**
   * The columns of a key and a time, to append the file's rows to an imported table. For each key and time in the file,
   * the file's rows replace all rows of the table (NULL equals NULL). A missing table is created.
   */
  readonly append?: readonly string[];
}

/** The result of an import. */
export interface ImportResult {
  /** The number of rows of the file. */
  readonly rows: number;
  /** For an append: the number of rows of the table that were replaced. */
  readonly replaced?: number;
  readonly columns: readonly ImportedColumn[];
}

/** The type that an import gave to a column. */
export interface ImportedColumn {
  readonly name: string;
  /** Its type, or the name of a type that a model cannot read. */
  readonly type: string;
  /** For times: the first and the last, as text. */
  readonly first?: string | null;
  readonly last?: string | null;
  /** A date of the file, if all its dates would also be valid with day and month exchanged. */
  readonly ambiguous?: string;
  /** For whole numbers that all spell dates (20250831, or 202508): their date format. */
  readonly numericDates?: NumericDates;
}

/** A parameter or a result of a query, as JSON can hold it: dates, times and large integers are text. */
export type QueryValue = string | number | boolean | null;

/** The answer to a read-only query. */
export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly QueryValue[])[];
  /** True if rows beyond the limit were left out. */
  readonly truncated: boolean;
  /** A line for each run that the views leave out because it cannot be read. */
  readonly notes?: readonly string[];
}

/** Some rows of an answer. Every piece has the answer's columns. The first piece may have no rows. */
export interface QueryPiece {
  readonly columns: readonly ColumnInfo[];
  readonly rows: readonly (readonly QueryValue[])[];
}

/**
 * The workspace's tables: a list of them, import of files, and SQL over them. Every engine passes
 * `src/contract/tables.ts`.
 */
export interface Tables {
  /** True if a table's name may have its schema before it (`sales.daily`). */
  readonly hasSchemas?: true;
  /**
   * Returns the name of a table in the workspace's own schema, without the schema that may be before it.
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
  /** Spells the name of a column of a workspace's table for a query. */
  columnName(name: string): string;
  /**
   * Runs one SELECT over the workspace's tables.
   *
   * Values are bound: `$1` in the text stands for the first of `params`, `$2` for the second, each as often as needed.
   * In a literal, a quoted identifier or a comment, `$1` is text. A value takes the type of its counterpart in a
   * comparison, so that text compares with a date. Elsewhere it has no type; `CAST($1 AS VARCHAR)` gives it one.
   * Without params the text is passed to the engine unchanged.
   *
   * If a run's files cannot be read, the views of runs have no rows of it, and `notes` names it.
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
  /** Runs one SELECT as `query` does, and yields all of its rows, a piece at a time. */
  stream(sql: string, params: readonly QueryValue[]): AsyncIterable<QueryPiece>;
  /**
   * Writes all rows of one SELECT to a file, whole or not at all, and returns how many. The file is CSV (a header,
   * UTF-8, NULL as an empty field), Parquet or one sheet of Excel, by the end of its name (`.csv`, `.csv.gz`,
   * `.parquet`, `.xlsx`).
   *
   * @throws {ManymodelError} `usage` for a name with another end, and as `query` does
   */
  copy(sql: string, params: readonly QueryValue[], file: string): Promise<number>;
}
