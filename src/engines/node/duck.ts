import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import path from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { ColumnType } from "../../core/columns/column.ts";
import { messageOf } from "../../core/errors.ts";
import { callNative } from "../../ports/native-calls.ts";

/** A DuckDB of this thread's own, in memory: it reads and writes files, and holds nothing that must survive. */
export interface Duck {
  /** Returns the connection, opened at the first call, for who uses it alone. */
  connection(): Promise<DuckDBConnection>;
  /**
   * Does something with the connection, which is opened at the first call; whoever asks meanwhile waits. Two at a time
   * would end each other's results and share temporary tables.
   */
  use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  close(): void;
}

/** Memory that one thread's DuckDB may use before it spills to the workspace's `tmp`. */
const MEMORY_LIMIT = "512MB";

/**
 * Returns a DuckDB that is started when it is first needed. Instances name their spill files alike, so each gets a
 * folder of its own below `temporary`.
 */
export function openDuck(temporary: string, options: Record<string, string> = {}): Duck {
  const spill = path.join(temporary, randomUUID());
  let instance: DuckDBInstance | undefined;
  let connection: Promise<DuckDBConnection> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const connect = async () => {
    const { DuckDBInstance } = await import("./duck-api.ts");
    instance = await DuckDBInstance.create(":memory:", {
      memory_limit: MEMORY_LIMIT,
      temp_directory: spill,
      // What is not built in would be downloaded, or found where somebody put it.
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      ...options,
    });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    return connection;
  };
  return {
    connection: () => (connection ??= connect()),
    use(work) {
      const result = last.then(() => callNative(async () => work(await (connection ??= connect()))));
      last = result.catch(() => {});
      return result;
    },
    close() {
      connection?.then((open) => open.closeSync()).catch(() => {});
      instance?.closeSync();
      connection = undefined;
      instance = undefined;
      rmSync(spill, { recursive: true, force: true });
    },
  };
}

/** The SQL type of each type of column. */
export const DUCK_TYPES: Readonly<Record<ColumnType, string>> = {
  number: "DOUBLE",
  integer: "BIGINT",
  string: "VARCHAR",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP",
};

/** Quotes an identifier for DuckDB and PostgreSQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Quotes a text as a literal of DuckDB. Everything else is bound: views, SET and ATTACH take no bound value, and neither
 * does what is both part of a view and of a query, as `read_parquet` and its like are.
 */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Returns a file to read, as a literal: what DuckDB would take for a pattern means itself. */
export function fileLiteral(file: string): string {
  return literal(file.replace(/[*?[]/g, "[$&]"));
}

/** Returns `read_parquet` over files, which may differ in their columns. Folder names such as `a=b` are no columns. */
export function readParquet(files: readonly string[], options = ""): string {
  return `read_parquet([${files.map(fileLiteral).join(", ")}], union_by_name = true, hive_partitioning = false${options})`;
}

/** Returns DuckDB's message without its advice on statements, and without the position in a statement of ours. */
export function duckSays(cause: unknown, limit = 300): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const short = text
    .replace(/\s*(Possible (fixes|solutions?)|LINE \d+):[\s\S]*$/i, "")
    .replace(/^(Failed to extract statements: )?[A-Z][A-Za-z ]* Error: /, "");
  return messageOf(short, limit);
}
