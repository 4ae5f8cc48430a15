import type { Json } from "@duckdb/node-api";
import { zip } from "../../core/aligned.ts";
import { type CurrentForecasts, FORECASTS } from "../../core/current-forecasts.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { Stage } from "../../ports/stage.ts";
import type { QueryResult, QueryValue } from "../../ports/tables.ts";
import { duckSays, identifier, literal, openDuck } from "../node/duck.ts";
import { currentForecasts } from "./current-forecasts.ts";
import type { Database } from "./database.ts";
import type { Folders } from "./folders.ts";
import { fetchSegments, RESULT_VIEWS, resultViews } from "./result-views.ts";
import type { TableStore } from "./table-store.ts";

/** A workspace as a query reads it. */
interface Queried {
  readonly db: Database;
  readonly store: TableStore;
  readonly folders: Folders;
  /** The stage, if it is not in a directory. */
  readonly elsewhere: Stage | undefined;
  /** What the view FORECASTS shows. */
  readonly current: CurrentForecasts | undefined;
}

/**
 * Runs one SELECT over views of the workspace's tables, in a DuckDB of its own that can read the workspace's files and
 * nothing else.
 */
export async function queryWorkspace(
  { db, store, folders, elsewhere, current }: Queried,
  sql: string,
  params: readonly QueryValue[],
  limit: number,
): Promise<QueryResult> {
  if (sql.trim() === "") throw new ManymodelError("usage", "the query is empty; sql takes one SELECT statement");
  const duck = openDuck(folders.temporary);
  try {
    const connection = await duck.connection();
    // Only tables that the query mentions become views: a damaged file of another one does not matter.
    const mentioned = (name: string) => sql.toUpperCase().includes(name.toUpperCase());
    const views: [string, string][] = [];
    if (RESULT_VIEWS.some(mentioned)) {
      if (elsewhere !== undefined) await fetchSegments(db, elsewhere, folders.stage);
      views.push(...resultViews(db, folders.stage));
    }
    for (const { name } of store.list()) {
      const table = mentioned(name) ? store.find(name) : undefined;
      if (table !== undefined) views.push([name, `SELECT * FROM ${table.from}`]);
    }
    if (current !== undefined && mentioned(FORECASTS) && store.find(FORECASTS) === undefined) {
      const from = await currentForecasts(connection, { db, store, current });
      if (from !== undefined) views.push([FORECASTS, `SELECT * FROM ${from}`]);
    }
    for (const [name, select] of views)
      if (mentioned(name)) await connection.run(`CREATE VIEW ${identifier(name)} AS ${select}`);
    const readable = [folders.tables, folders.stage].map((folder) => literal(`${folder}/`)).join(", ");
    await connection.run(
      `SET allowed_directories = [${readable}]; SET enable_external_access = false; SET lock_configuration = true`,
    );
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1)
      throw new ManymodelError("usage", `sql takes one SELECT statement; this has ${statements.count}`);
    // Views refuse to be written to before it is known what the statement is.
    if (/^\s*(insert|update|delete|merge|truncate)\b/i.test(sql))
      throw new ManymodelError("usage", "sql is read-only: it takes one SELECT statement");
    const statement = await statements.prepare(0);
    // Not at the top: DuckDB is most of what a start takes, and half of all commands do without.
    const { StatementType } = await import("@duckdb/node-api");
    // EXPLAIN is none: with ANALYZE it does what it explains, whatever that is.
    if (statement.statementType !== StatementType.SELECT)
      throw new ManymodelError("usage", "sql is read-only: it takes one SELECT statement");
    statement.bind([...params]);
    const reader = await statement.streamAndReadUntil(limit + 1);
    const types = reader.columnTypes().map(String);
    const rows = reader
      .getRowsJson()
      .slice(0, limit)
      .map((row) => Array.from(zip(row, types), ([value, type]) => plain(value, type)));
    return { columns: reader.columnNames(), rows, truncated: reader.currentRowCount > limit };
  } catch (cause) {
    if (cause instanceof ManymodelError) throw cause;
    throw new ManymodelError("usage", `cannot run the query: ${duckSays(cause, 500)}`, { cause });
  } finally {
    duck.close();
  }
}

function plain(value: Json, type: string): string | number | boolean | null {
  if (type === "BIGINT" && typeof value === "string" && Number.isSafeInteger(Number(value))) return Number(value);
  return value !== null && typeof value === "object" ? JSON.stringify(value) : value;
}
