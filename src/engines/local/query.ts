import { stat } from "node:fs/promises";
import path from "node:path";
import type { Json } from "@duckdb/node-api";
import { zip } from "../../core/aligned.ts";
import { BATCH_RUNS, type CurrentForecasts, FORECASTS } from "../../core/current-forecasts.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { ExposedRun } from "../../ports/run-views.ts";
import type { Stage } from "../../ports/stage.ts";
import type { QueryResult, QueryValue } from "../../ports/tables.ts";
import { duckSays, identifier, literal, openDuck } from "../node/duck.ts";
import { currentForecasts } from "./current-forecasts.ts";
import type { Database } from "./database.ts";
import type { Folders } from "./folders.ts";
import { exposedRuns, fetchSegments, leaveOutDamaged, RESULT_VIEWS, resultViews } from "./result-views.ts";
import { REWRITE, type TableStore } from "./table-store.ts";
import type { VerifiedFiles } from "./verified-files.ts";

/** A workspace as a query reads it. */
interface Queried {
  readonly db: Database;
  readonly store: TableStore;
  readonly folders: Folders;
  /** The stage, if it is not in a directory. */
  readonly elsewhere: Stage | undefined;
  /** What the view FORECASTS shows. */
  readonly current: CurrentForecasts | undefined;
  readonly verified: VerifiedFiles;
}

/**
 * Runs one SELECT over views of the workspace's tables, in a DuckDB of its own that can read the workspace's files and
 * nothing else.
 */
export async function queryWorkspace(
  workspace: Queried,
  sql: string,
  params: readonly QueryValue[],
  limit: number,
  run?: string,
): Promise<QueryResult> {
  const { store, folders, current } = workspace;
  if (sql.trim() === "") throw new ManymodelError("usage", "the query is empty; sql takes one SELECT statement");
  const duck = openDuck(folders.temporary);
  let notes: string[] = [];
  try {
    const connection = await duck.connection();
    // Only tables that the query mentions become views: a damaged file of another one does not matter.
    const mentioned = (name: string) => sql.toUpperCase().includes(name.toUpperCase());
    const views: [string, string][] = [];
    if (RESULT_VIEWS.some(mentioned)) {
      const readable = await readableRuns(workspace, run, (runId) => mentioned(runId) || params.includes(runId));
      notes = readable.notes;
      views.push(...resultViews(readable.runs, folders.stage));
    }
    for (const { name } of store.list()) {
      const table = mentioned(name) ? store.find(name) : undefined;
      if (table === undefined) continue;
      await workspace.verified.check(table.files, REWRITE);
      views.push([name, `SELECT * FROM ${table.from}`]);
    }
    if (current !== undefined && mentioned(FORECASTS) && store.find(FORECASTS) === undefined) {
      await workspace.verified.check(store.find(BATCH_RUNS)?.files ?? [], REWRITE);
      const table = await currentForecasts(connection, { db: workspace.db, store, current });
      if (table !== undefined) {
        await workspace.verified.check(table.files, REWRITE);
        views.push([FORECASTS, `SELECT * FROM ${table.from}`]);
      }
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
    const truncated = reader.currentRowCount > limit;
    return { columns: reader.columnNames(), rows, truncated, ...(notes.length > 0 && { notes }) };
  } catch (cause) {
    if (cause instanceof ManymodelError) throw cause;
    // Without a run that cannot be read, the views may lack its columns.
    const why = [duckSays(cause, 500), ...notes].join("; ");
    throw new ManymodelError("usage", `cannot run the query: ${why}`, { cause });
  } finally {
    duck.close();
  }
}

/**
 * The runs that the views show. Each has all of its segments. Those of the runs that a query names, or of all runs where
 * it names none, are also compared with their checksums when a process first reads them.
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
    const found = await stat(file).catch(() => undefined);
    return found?.size === segment.bytes ? undefined : `${file} is ${found === undefined ? "missing" : "cut off"}`;
  });
}

function plain(value: Json, type: string): string | number | boolean | null {
  if (type === "BIGINT" && typeof value === "string" && Number.isSafeInteger(Number(value))) return Number(value);
  return value !== null && typeof value === "object" ? JSON.stringify(value) : value;
}
