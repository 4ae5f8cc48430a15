import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Grant, Inventory } from "./inventory.ts";
import type { Shared } from "./session.ts";
import type { Stages } from "./stages.ts";

/**
 * The state of an account, written to files and read back: schemas with tables and views, stages, and who owns them.
 */
export interface Keeping {
  readonly connection: DuckDBConnection;
  readonly database: string;
  /** The account's folder, the only one that its database may read and write. */
  readonly folder: string;
  readonly shared: Shared;
  readonly stages: Stages;
  readonly inventory: Inventory;
}

/** `state.json`, beside a Parquet file for each table and the folder `stages`. */
interface State {
  readonly schemas: readonly string[];
  /** Statements that create the tables, in order, and their comments; the n-th is in `n.parquet`. */
  readonly tables: readonly { readonly name: string; readonly sql: string; readonly comment: string | null }[];
  readonly views: readonly string[];
  readonly hybrid: readonly string[];
  readonly changes: readonly (readonly [string, number])[];
  readonly stages: readonly string[];
  readonly grants: readonly Grant[];
}

/** Writes an account that nobody uses to an empty folder. */
export async function saveState(keeping: Keeping, to: string): Promise<void> {
  const { connection, database, folder, shared, stages, inventory } = keeping;
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows() as (string | null)[][];
  const ours = `database_name = '${database}' AND NOT internal`;
  await connection.run(`USE "${database}"`);
  const schemas = await rows(`SELECT schema_name FROM duckdb_schemas() WHERE ${ours} AND schema_name <> 'main'`);
  const tables = await rows(`SELECT '"' || schema_name || '"."' || table_name || '"', sql, comment FROM duckdb_tables()
    WHERE ${ours} AND NOT temporary ORDER BY table_oid`);
  const views = await rows(`SELECT sql FROM duckdb_views() WHERE ${ours} AND NOT temporary ORDER BY view_oid`);
  const between = path.join(folder, "saved");
  await mkdir(between);
  for (const [n, [name]] of tables.entries())
    await connection.run(`COPY ${name} TO '${between}/${n}.parquet' (FORMAT parquet, COMPRESSION uncompressed)`);
  const state: State = {
    schemas: schemas.map(([name]) => name!),
    tables: tables.map(([name, sql, comment]) => ({ name: name!, sql: sql!, comment: comment! })),
    views: views.map(([sql]) => sql!),
    hybrid: [...shared.hybrid],
    changes: [...shared.changes],
    stages: stages.names,
    grants: inventory.grants,
  };
  await writeFile(path.join(between, "state.json"), `${JSON.stringify(state, undefined, 1)}\n`);
  await cp(between, to, { recursive: true });
  await cp(stages.root, path.join(to, "stages"), { recursive: true });
  await rm(between, { recursive: true });
}

/** Reads an account that was saved into an empty one. */
export async function restoreState(keeping: Keeping, from: string): Promise<void> {
  const { connection, database, folder, shared, stages, inventory } = keeping;
  const between = path.join(folder, "restored");
  await cp(from, between, { recursive: true });
  const state = JSON.parse(await readFile(path.join(between, "state.json"), "utf8")) as State;
  await connection.run(`USE "${database}"`);
  for (const name of state.schemas) await connection.run(`CREATE SCHEMA IF NOT EXISTS "${name}"`);
  for (const [n, { name, sql, comment }] of state.tables.entries()) {
    await connection.run(sql);
    await connection.run(`COPY ${name} FROM '${between}/${n}.parquet' (FORMAT parquet)`);
    if (comment !== null) await connection.run(`COMMENT ON TABLE ${name} IS '${comment.replaceAll("'", "''")}'`);
  }
  for (const sql of state.views) await connection.run(sql);
  for (const name of state.hybrid) shared.hybrid.add(name);
  for (const [name, count] of state.changes) shared.changes.set(name, count);
  for (const name of state.stages) stages.create(name);
  await cp(path.join(between, "stages"), stages.root, { recursive: true });
  inventory.grants.splice(0, Infinity, ...state.grants);
  await rm(between, { recursive: true });
}
