import { rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { DuckDBConnection, DuckDBPreparedStatement, Json } from "@duckdb/node-api";
import { zip } from "../../core/aligned.ts";
import { BATCH_RUNS, type CurrentForecasts, FORECASTS } from "../../core/current-forecasts.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { SourceRows } from "../../core/run.ts";
import type { ExposedRun } from "../../ports/run-views.ts";
import type { Stage } from "../../ports/stage.ts";
import type { QueryPiece, QueryResult, QueryValue } from "../../ports/tables.ts";
import { besides, copyOptions, copyRows } from "../node/copy-rows.ts";
import { duckSays, identifier, literal, openDuck } from "../node/duck.ts";
import { describeColumn } from "../node/file-source.ts";
import { refusedRows, selectRows } from "../node/select-rows.ts";
import { currentForecasts } from "./current-forecasts.ts";
import type { Database } from "./database.ts";
import type { Folders } from "./folders.ts";
import { exposedRuns, fetchSegments, leaveOutDamaged, RESULT_VIEWS, resultViews } from "./result-views.ts";
import { REWRITE, type TableStore } from "./table-store.ts";
import type { VerifiedFiles } from "./verified-files.ts";

/** A workspace as a query reads it. */
export interface Queried {
  readonly db: Database;
  readonly store: TableStore;
  readonly folders: Folders;
  /** The stage, if it is not in a directory. */
  readonly elsewhere: Stage | undefined;
  /** The forecasts in the view FORECASTS. */
  readonly current: CurrentForecasts | undefined;
  readonly verified: VerifiedFiles;
}

/** One SELECT, and the values that it is given. */
interface Query {
  readonly sql: string;
  readonly params: readonly QueryValue[];
  /** The run that the views of runs are of; all runs when left out. */
  readonly run?: string;
  /** A file that may be written beside the workspace's, which may be read. */
  readonly file?: string;
}

/** Runs one SELECT over views of the workspace's tables. */
export function queryWorkspace(queried: Queried, query: Query, limit: number): Promise<QueryResult> {
  return withStatement(queried, query, async ({ statement, notes }) => {
    const reader = await statement.streamAndReadUntil(limit + 1);
    const types = reader.columnTypes().map(String);
    const rows = reader.getRowsJson().slice(0, limit);
    return {
      columns: reader.columnNames(),
      rows: rows.map((row) => plainRow(row, types)),
      truncated: reader.currentRowCount > limit,
      ...(notes.length > 0 && { notes }),
    };
  });
}

/** Yields the answer to one SELECT, a piece at a time: no more of it is in memory. */
export async function* streamWorkspace(queried: Queried, query: Query): AsyncGenerator<QueryPiece, void, undefined> {
  const open = await openStatement(queried, query);
  try {
    const result = await open.statement.stream();
    const types = result.columnTypes().map(String);
    const columns = Array.from(zip(result.columnNames(), types), ([name, type]) => describeColumn(name, type));
    yield { columns, rows: [] };
    for await (const rows of result.yieldRowsJson()) yield { columns, rows: rows.map((row) => plainRow(row, types)) };
  } catch (cause) {
    throw queryError(queried.store, cause, open.notes);
  } finally {
    open.close();
  }
}

/** Writes the answer to one SELECT to a file, whole or not at all; says how many rows. */
export async function copyWorkspace(queried: Queried, query: Query & { readonly file: string }): Promise<number> {
  const { file, ...asked } = query;
  const options = copyOptions(file);
  if (options === undefined) return copyRows(streamWorkspace(queried, asked), file, queried.folders.temporary);
  const part = besides(file);
  try {
    const rows = await withStatement(queried, { ...query, file: part }, async ({ connection, params }) => {
      const copy = await connection.prepare(`COPY (${query.sql}\n) TO ${literal(part)} (${options})`);
      copy.bind([...params]);
      return Number((await copy.run()).rowsChanged);
    });
    await rename(part, file);
    return rows;
  } finally {
    await rm(part, { force: true });
  }
}

/** Writes the rows of a source, which are those of a table or a query of the workspace, to a Parquet file. */
export async function selectWorkspace(queried: Queried, rows: SourceRows, file: string): Promise<void> {
  try {
    await copyWorkspace(queried, { sql: selectRows(rows, identifier(rows.table)), params: [], file });
  } catch (error) {
    if (!(error instanceof ManymodelError) || error.kind !== "usage") throw error;
    // Of a query and a condition on it, the query alone tells which one is wrong.
    const { select } = rows;
    const isQuery =
      select !== undefined &&
      (await queryWorkspace(queried, { sql: selectRows({ select }, ""), params: [] }, 0).then(
        () => false,
        () => true,
      ));
    throw refusedRows(isQuery ? { select } : rows, error.message.replace(/^cannot run the query: /, ""), error);
  }
}

/** A statement that is ready to run. */
interface OpenStatement {
  readonly connection: DuckDBConnection;
  readonly statement: DuckDBPreparedStatement;
  readonly params: readonly QueryValue[];
  /** A line for each thing that could not be read. */
  readonly notes: readonly string[];
  close(): void;
}

async function withStatement<T>(queried: Queried, query: Query, work: (open: OpenStatement) => Promise<T>): Promise<T> {
  const open = await openStatement(queried, query);
  try {
    return await work(open);
  } catch (cause) {
    throw queryError(queried.store, cause, open.notes);
  } finally {
    open.close();
  }
}

/** Prepares one SELECT in a DuckDB of its own, which can read the workspace's files and nothing else. */
async function openStatement(queried: Queried, query: Query): Promise<OpenStatement> {
  const { store, folders } = queried;
  const { sql, params, file } = query;
  if (sql.trim() === "") throw new ManymodelError("usage", "the query is empty; sql takes one SELECT statement");
  const duck = openDuck(folders.temporary);
  let notes: readonly string[] = [];
  try {
    const connection = await duck.connection();
    notes = await showTables(connection, queried, query);
    const readable = [folders.tables, folders.stage].map((folder) => literal(`${folder}/`)).join(", ");
    const writable = file === undefined ? "" : `SET allowed_paths = [${literal(file)}]; `;
    await connection.run(
      `${writable}SET allowed_directories = [${readable}]; SET enable_external_access = false; SET lock_configuration = true`,
    );
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1)
      throw new ManymodelError("usage", `sql takes one SELECT statement; this has ${statements.count}`);
    // Views refuse to be written to before it is known what the statement is.
    if (/^\s*(insert|update|delete|merge|truncate)\b/i.test(sql))
      throw new ManymodelError("usage", "sql is read-only: it takes one SELECT statement");
    const statement = await statements.prepare(0);
    // Not at the top: DuckDB is most of what a start takes, and half of all commands do without.
    const { StatementType } = await import("../node/duck-api.ts");
    // EXPLAIN is none: with ANALYZE it does what it explains, whatever that is.
    if (statement.statementType !== StatementType.SELECT)
      throw new ManymodelError("usage", "sql is read-only: it takes one SELECT statement");
    statement.bind([...params]);
    return { connection, statement, params, notes, close: () => duck.close() };
  } catch (cause) {
    duck.close();
    throw queryError(store, cause, notes);
  }
}

/**
 * Makes views of the tables that a query mentions: a damaged file of another one does not matter.
 *
 * @returns what could not be read, a line each
 */
async function showTables(
  connection: DuckDBConnection,
  queried: Queried,
  { sql, params, run }: Query,
): Promise<readonly string[]> {
  const { db, store, folders, current, verified } = queried;
  const mentioned = (name: string) => sql.toUpperCase().includes(name.toUpperCase());
  const views: [string, string][] = [];
  let notes: readonly string[] = [];
  if (RESULT_VIEWS.some(mentioned)) {
    const readable = await readableRuns(queried, run, (runId) => mentioned(runId) || params.includes(runId));
    notes = readable.notes;
    views.push(...resultViews(readable.runs, folders.stage));
  }
  const show = async (name: string, table: ReturnType<TableStore["find"]>) => {
    if (table === undefined) return;
    await verified.check(table.files, REWRITE);
    views.push([name, `SELECT * FROM ${table.from}`]);
  };
  for (const { name } of store.list()) if (mentioned(name)) await show(name, store.find(name));
  if (current !== undefined && mentioned(FORECASTS) && store.columns(FORECASTS) === undefined) {
    await verified.check(store.find(BATCH_RUNS)?.files ?? [], REWRITE);
    await show(FORECASTS, await currentForecasts(connection, { db, store, current }));
  }
  for (const [name, select] of views)
    if (mentioned(name)) await connection.run(`CREATE VIEW ${identifier(name)} AS ${select}`);
  return notes;
}

/**
 * Returns the runs that the views show. Each has all of its segments. Those of the runs that a query names, or of all
 * runs where it names none, are also compared with their checksums when a process first reads them.
 */
async function readableRuns(
  { db, folders, elsewhere, verified }: Queried,
  only: string | undefined,
  isNamed: (runId: string) => boolean,
): Promise<{ runs: ExposedRun[]; notes: string[] }> {
  const runs = exposedRuns(db, only);
  if (elsewhere !== undefined) await fetchSegments(runs, elsewhere, folders.stage);
  const named = runs.filter(({ runId }) => isNamed(runId));
  const compared = new Set((named.length === 0 ? runs : named).flatMap(({ segments }) => segments));
  return leaveOutDamaged(runs, async (segment) => {
    const file = path.join(folders.stage, segment.path);
    if (compared.has(segment)) return verified.damage({ file, sha256: segment.sha256 });
    const stats = await stat(file).catch(() => undefined);
    return stats?.size === segment.bytes ? undefined : `${file} is ${stats === undefined ? "missing" : "cut off"}`;
  });
}

/** Explains the error of a query, without DuckDB's suggestions of tables in its own catalog. */
function queryError(store: TableStore, cause: unknown, notes: readonly string[]): ManymodelError {
  if (cause instanceof ManymodelError) return cause;
  const reason = duckSays(cause, 500).replace(/^(Table Function .*) Did you mean .*$/, "$1");
  const table = /Table with name "?(.+?)"? does not exist/.exec(reason)?.[1];
  // Without a run that cannot be read, the views may lack its columns.
  if (table === undefined)
    return new ManymodelError("usage", `cannot run the query: ${[reason, ...notes].join("; ")}`, { cause });
  const names = [...store.list().map(({ name }) => name), ...RESULT_VIEWS].join(", ");
  return new ManymodelError("usage", `cannot run the query: there is no table ${table}; there is ${names}`, { cause });
}

const plainRow = (row: readonly Json[], types: readonly string[]) =>
  Array.from(zip(row, types), ([value, type]) => plain(value, type));

function plain(value: Json, type: string): QueryValue {
  if (type === "BIGINT" && typeof value === "string" && Number.isSafeInteger(Number(value))) return Number(value);
  return value !== null && typeof value === "object" ? JSON.stringify(value) : value;
}
