import type { ColumnInfo } from "../../core/columns/column.ts";
import type { CurrentForecasts } from "../../core/current-forecasts.ts";
import type { Engine } from "../../ports/engine.ts";
import type { RunViews } from "../../ports/run-views.ts";
import type { Source } from "../../ports/source.ts";
import type { CsvFormat, ImportedColumn, QueryResult, QueryValue, Tables } from "../../ports/tables.ts";

/** A row of an answer, by the names of its columns. */
export type QueryRow = { readonly [column: string]: QueryResult["rows"][number][number] };

/** More rows than any answer has: databases count in 31 bits where they count in the fewest. */
const MOST_ROWS = 2 ** 31 - 2;

/** How to import a file. */
export interface ImportOptions extends CsvFormat {
  /** The new table's name. */
  readonly table: string;
  /** Replaces a table that was imported before. */
  readonly replace?: boolean;
}

/** The tables of a workspace: sources, forecasts, and views of the runs. */
export class WorkspaceTables {
  readonly #tables: Tables;
  readonly #source: Source;
  readonly #views: RunViews;
  readonly #current: CurrentForecasts;

  /** @param current - what the view FORECASTS shows */
  constructor({ tables, source, views }: Pick<Engine, "tables" | "source" | "views">, current: CurrentForecasts) {
    this.#tables = tables;
    this.#views = views;
    this.#current = current;
    this.#source = source;
  }

  /** The tables, by name. */
  list(): Promise<{ name: string; rows: number }[]> {
    return this.#tables.list();
  }

  /** A table's columns, as far as they are known; undefined without such a table. */
  columns(table: string): Promise<ColumnInfo[] | undefined> {
    return this.#source.columns(table);
  }

  /**
   * Loads a CSV, Parquet or JSON file as a table, whole or not at all.
   *
   * @throws {ManymodelError} `conflict` if the table exists, unless it was imported and is to be replaced
   */
  import(
    file: string,
    { table, replace = false, ...csv }: ImportOptions,
  ): Promise<{ rows: number; columns: readonly ImportedColumn[] }> {
    return this.#tables.import(file, table, { replace, csv });
  }

  /**
   * Runs one SELECT over the workspace's tables.
   *
   * @param params - the values of `$1`, `$2`, … in the text
   * @param options.limit - the most rows to return; default 1,000
   * @returns names of columns and rows of values: dates and large integers as text; `truncated` if there were more rows
   * @throws {ManymodelError} `usage` for anything that could write, for a `$n` without a value, and for a value without a `$n`
   */
  async query(
    sql: string,
    params: readonly QueryValue[] = [],
    { limit = 1000 }: { readonly limit?: number } = {},
  ): Promise<QueryResult> {
    // A workspace of an earlier version has no such view yet.
    if (/\bforecasts\b/i.test(sql)) await this.#views.showForecasts(this.#current);
    return this.#tables.query(sql, params, limit);
  }

  /**
   * The rows of one SELECT, each as an object by the names of its columns. The answer is read whole before the first row.
   *
   * ```ts
   * for await (const { sku, FORECAST } of mm.tables.rows("SELECT * FROM FORECASTS WHERE sku = $1", ["A"])) …
   * ```
   *
   * @throws {ManymodelError} as `query` does
   */
  async *rows(sql: string, params: readonly QueryValue[] = []): AsyncGenerator<QueryRow, void, undefined> {
    const { columns, rows } = await this.#tables.query(sql, params, MOST_ROWS);
    for (const row of rows) yield Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null]));
  }
}
