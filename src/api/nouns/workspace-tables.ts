import { existsSync } from "node:fs";
import path from "node:path";
import type { LoadedConfig } from "../../config/load.ts";
import type { ColumnInfo } from "../../core/columns/column.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import { checkSheetRows, isSheet } from "../../core/sheet.ts";
import type { Engine } from "../../ports/engine.ts";
import type { RunViews } from "../../ports/run-views.ts";
import type { Source } from "../../ports/source.ts";
import type { CsvFormat, ImportResult, QueryResult, QueryValue, Tables } from "../../ports/tables.ts";
import { exportToPostgres } from "../open-engine.ts";
import { currentForecasts } from "../workspace.ts";

/** A row of an answer, by column name. */
export type QueryRow = { readonly [column: string]: QueryResult["rows"][number][number] };

/** Options of importing a file. */
export interface ImportOptions extends CsvFormat {
  /** The new table's name. */
  readonly table: string;
  /** True to replace an imported table. */
  readonly replace?: boolean;
  /**
   * True to append the rows to an imported table. For each key and time in the file, the file's rows replace all rows
   * of the table. A missing table is created.
   */
  readonly append?: boolean;
  /** The columns of key and time for an append; those of the configured source when left out, if this is its table. */
  readonly key?: readonly string[];
}

/** Options for exporting a table. */
export interface ExportOptions {
  /** An SQL condition on the table's columns. */
  readonly where?: string;
  /** The values of `$1`, `$2`, … in the condition. */
  readonly params?: readonly QueryValue[];
  /** The name of PostgreSQL's table, with its schema before it where needed; that of the table when left out. */
  readonly as?: string;
}

/** The outcome of an export. */
export interface Exported {
  readonly rows: number;
  /** The file. */
  readonly file?: string;
  /** Of PostgreSQL: host, database and table. */
  readonly target?: string;
}

/** A table's name, with schema and database before it or not. */
const TABLE_NAME = /^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)*$/;

/** The tables of a workspace: sources, forecasts, and views of the runs. */
export class WorkspaceTables {
  readonly #tables: Tables;
  readonly #source: Source;
  readonly #views: RunViews;
  readonly #config: LoadedConfig;

  constructor({ tables, source, views }: Pick<Engine, "tables" | "source" | "views">, config: LoadedConfig) {
    this.#tables = tables;
    this.#views = views;
    this.#config = config;
    this.#source = source;
  }

  /** Returns the tables, sorted by name. */
  list(): Promise<{ name: string; rows: number }[]> {
    return this.#tables.list();
  }

  /** Returns a table's columns, as far as they are known; undefined if there is no such table. */
  columns(table: string): Promise<ColumnInfo[] | undefined> {
    return this.#source.columns(table);
  }

  /**
   * Loads a CSV, Parquet, JSON or Excel file as a table, whole or not at all.
   *
   * @returns the number of rows of the file; for an append, also the number of rows of the table that were replaced
   * @throws {ManymodelError} `conflict` if the table exists, unless it was imported and is to be replaced or appended to; `input`
   *   for an append of other columns, or of values that the table's columns cannot hold
   */
  async import(
    file: string,
    { table, replace = false, append = false, key, ...csv }: ImportOptions,
  ): Promise<ImportResult> {
    if (replace && append)
      throw new ManymodelError(
        "usage",
        `${table} can be replaced or appended to, not both; leave out replace or append`,
      );
    if (key !== undefined && !append)
      throw new ManymodelError("usage", "key names the columns to append by; add append (--append), or leave it out");
    return this.#tables.import(file, table, { replace, csv, ...(append && { append: key ?? this.#keyOf(table) }) });
  }

  /**
   * Returns the columns of key and time of the configured source. @throws {ManymodelError} `usage` if this is not its
   * table
   */
  #keyOf(table: string): readonly string[] {
    const { source } = this.#config;
    if (source?.table.toUpperCase() !== table.toUpperCase())
      throw new ManymodelError(
        "usage",
        `append needs to know the key and time of ${table}, which is not source.table; name their columns (--key)`,
      );
    const time = source.order_by?.at(-1);
    return [...new Set([...source.partition_by, ...(time === undefined ? [] : [time])])];
  }

  /**
   * Runs one SELECT over the workspace's tables.
   *
   * @param params - the values of `$1`, `$2`, … in the text
   * @param options - `limit`: the most rows to return, default 1,000
   * @returns names of columns, and rows of values, with dates and large integers as text; `truncated` is true if there
   *   were more rows
   * @throws {ManymodelError} `usage` for anything that could write, for a `$n` without a value, and for a value without a `$n`
   */
  async query(
    sql: string,
    params: readonly QueryValue[] = [],
    { limit = 1000 }: { readonly limit?: number } = {},
  ): Promise<QueryResult> {
    await this.#showForecasts(sql);
    return this.#tables.query(sql, params, limit);
  }

  /** Creates the view FORECASTS for a query of it. A workspace of an earlier version has no such view yet. */
  async #showForecasts(sql: string): Promise<void> {
    if (/\bforecasts\b/i.test(sql)) await this.#views.showForecasts(currentForecasts(this.#config));
  }

  /**
   * Writes the rows of a table or view to a file, whole or not at all. The file is CSV (a header, UTF-8, NULL as an
   * empty field), Parquet, or one sheet of Excel, by the end of its name (`.csv`, `.csv.gz`, `.parquet`, `.xlsx`). A
   * file of that name is replaced. An address (`postgresql://user@host/database`) names a PostgreSQL database: the
   * first export creates a table there, and later exports replace its rows, each in one transaction.
   *
   * ```ts
   * await mm.tables.export("FORECASTS", "forecasts.parquet", { where: "STATUS = $1", params: ["OK"] });
   * await mm.tables.export("FORECASTS", "postgresql://planner@db/erp", { as: "planning.forecasts" });
   * ```
   *
   * @param options.where - an SQL condition on the table's columns
   * @param options.params - the values of `$1`, `$2`, … in the condition
   * @param options.as - the name of PostgreSQL's table; that of the table when left out
   * @returns the number of rows, and the file or table that they were written to
   * @throws {ManymodelError} `usage` for a name that is not a table's, for another kind of file, and as `query` does;
   *   `conflict` for a table of PostgreSQL that no export created; `config` for an address that is invalid or holds a
   *   password
   */
  async export(table: string, to: string, options: ExportOptions = {}): Promise<Exported> {
    const { where, params = [], as } = options;
    for (const name of as === undefined ? [table] : [table, as])
      if (!TABLE_NAME.test(name))
        throw new ManymodelError(
          "usage",
          `${show(name)} is not the name of a table; name one, and put conditions into where`,
        );
    const from = `FROM ${table}${where === undefined ? "" : ` WHERE (${where}\n)`}`;
    const sql = `SELECT * ${from}`;
    if (/^postgres(ql)?:/i.test(to)) {
      await this.#showForecasts(sql);
      return exportToPostgres(this.#tables.stream(sql, params), { url: to, table: as ?? table });
    }
    if (as !== undefined)
      throw new ManymodelError(
        "usage",
        `as (${as}) names a table of PostgreSQL, and ${show(to)} is a file; leave it out`,
      );
    const target = path.resolve(to);
    const folder = path.dirname(target);
    if (!existsSync(folder))
      throw new ManymodelError("usage", `there is no folder ${folder}; create it, or name another`);
    await this.#showForecasts(sql);
    if (isSheet(target)) {
      const { rows } = await this.#tables.query(`SELECT COUNT(*) AS N ${from}`, params, 1);
      checkSheetRows(target, Number(rows[0]?.[0] ?? 0));
    }
    return { rows: await this.#tables.copy(sql, params, target), file: target };
  }

  /**
   * Yields the rows of one SELECT, each as an object by column name. The answer is read as you iterate, so it may have
   * any size.
   *
   * ```ts
   * for await (const { sku, FORECAST } of mm.tables.rows("SELECT * FROM FORECASTS WHERE sku = $1", ["A"])) …
   * ```
   *
   * @throws {ManymodelError} as `query` does
   */
  async *rows(sql: string, params: readonly QueryValue[] = []): AsyncGenerator<QueryRow, void, undefined> {
    await this.#showForecasts(sql);
    for await (const { columns, rows } of this.#tables.stream(sql, params))
      for (const row of rows) yield Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null]));
  }
}
