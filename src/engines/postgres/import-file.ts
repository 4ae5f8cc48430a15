import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { ManymodelError } from "../../core/errors.ts";
import type { ImportOptions, ImportResult } from "../../ports/tables.ts";
import { makeFolder } from "../../stages/whole-file.ts";
import { openAppended, replacementKey } from "../node/append.ts";
import { type Duck, duckSays, identifier } from "../node/duck.ts";
import { checkFiles, openFile } from "../node/file-source.ts";
import { importedColumns } from "../node/imported-columns.ts";
import { readRow } from "../node/read-row.ts";
import type { SourceColumn } from "../node/resolve-query.ts";
import type { Relation } from "./relation.ts";
import type { RelationColumn } from "./relation-sql.ts";
import type { TableStore } from "./table-store.ts";

/** Returns a column's type in PostgreSQL, by DuckDB's, and how its values are written as text. */
function columnOf({ name, sqlType }: SourceColumn): { name: string; sqlType: string; expression: string } {
  const column = identifier(name);
  const scale = /^DECIMAL\((.*)\)$/.exec(sqlType)?.[1];
  if (scale !== undefined) return { name, sqlType: `numeric(${scale})`, expression: column };
  if (/\[|^(STRUCT|MAP|UNION|JSON)/.test(sqlType)) return { name, sqlType: "json", expression: `to_json(${column})` };
  if (sqlType === "BLOB") return { name, sqlType: "bytea", expression: `'\\x' || hex(${column})` };
  return { name, sqlType: SQL_TYPES[sqlType] ?? "text", expression: column };
}

const SQL_TYPES: Readonly<Record<string, string>> = {
  TINYINT: "smallint",
  SMALLINT: "smallint",
  UTINYINT: "smallint",
  INTEGER: "integer",
  USMALLINT: "integer",
  BIGINT: "bigint",
  UINTEGER: "bigint",
  UBIGINT: "numeric",
  HUGEINT: "numeric",
  UHUGEINT: "numeric",
  FLOAT: "real",
  DOUBLE: "double precision",
  BOOLEAN: "boolean",
  DATE: "date",
  TIME: "time",
  UUID: "uuid",
  TIMESTAMP: "timestamp",
  TIMESTAMP_S: "timestamp",
  TIMESTAMP_MS: "timestamp",
  TIMESTAMP_NS: "timestamp",
  "TIMESTAMP WITH TIME ZONE": "timestamptz",
};

/** Returns a column of a table of ours with DuckDB's type for it. */
function asDuck({ name, sqlType }: RelationColumn): { name: string; sqlType: string } {
  const scale = /^numeric\((.*)\)$/.exec(sqlType)?.[1];
  return { name, sqlType: scale === undefined ? (DUCK_TYPES[sqlType] ?? "VARCHAR") : `DECIMAL(${scale})` };
}

const DUCK_TYPES: Readonly<Record<string, string>> = {
  smallint: "SMALLINT",
  integer: "INTEGER",
  bigint: "BIGINT",
  numeric: "HUGEINT",
  real: "FLOAT",
  "double precision": "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  uuid: "UUID",
  "time without time zone": "TIME",
  "timestamp without time zone": "TIMESTAMP",
  "timestamp with time zone": "TIMESTAMP WITH TIME ZONE",
};

/** The target of an import, and its statements. */
export interface ImportPlace {
  readonly store: TableStore;
  readonly duck: Duck;
  /** The folder of the file that COPY reads. */
  readonly temporary: string;
}

/**
 * Loads a CSV, Parquet or JSON file as a table, whole or not at all: DuckDB reads it, as every engine does, and writes
 * what PostgreSQL's own COPY reads.
 *
 * @param existing - the table that rows are appended to; undefined if a table is to be made
 */
export async function importFile(
  { store, duck, temporary }: ImportPlace,
  file: string,
  table: string,
  { replace, csv, append }: ImportOptions,
  existing: Relation | undefined,
): Promise<ImportResult> {
  const source = path.resolve(file);
  await makeFolder(temporary);
  const lines = path.join(temporary, `${randomUUID()}.csv`);
  try {
    return await duck.use(async (connection) => {
      await checkFiles(source);
      const appended = existing && { name: table, columns: existing.columns.map(asDuck) };
      const {
        from,
        texts: asText,
        columns,
      } = appended === undefined
        ? await openFile(connection, source, csv)
        : await openAppended(connection, source, appended, csv);
      const typed = columns.map(columnOf);
      const texts = typed.map(({ expression }, i) => `CAST(${expression} AS VARCHAR) AS c${i}`);
      // A value in quotes is itself, whatever it says; what is not in quotes is NULL.
      const quoted = typed.map((_, i) => `coalesce('"' || replace(c${i}, '"', '""') || '"', '\\N')`);
      await connection.run(
        `COPY (SELECT concat_ws(',', ${quoted.join(", ")}) FROM (SELECT ${texts.join(", ")} FROM ${from})) TO $1
         (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')`,
        [lines],
      );
      const [rows] = (await readRow(connection, `SELECT CAST(count(*) AS DOUBLE) FROM ${from}`)) as [number];
      const withTypes = columns.flatMap(({ name, type }) => (type === null ? [] : [{ name, type }]));
      const read = () => createReadStream(lines, { highWaterMark: 1 << 20 });
      const imported = { columns: withTypes, typed, rows, lines: read };
      const described = await importedColumns(connection, from, columns, asText);
      if (appended === undefined) {
        await store.import(table, imported, replace);
        return { rows, columns: described };
      }
      const replaced = await store.append(table, imported, replacementKey(appended, append ?? []));
      return { rows, replaced, columns: described };
    });
  } catch (cause) {
    if (cause instanceof ManymodelError && cause.kind !== "internal") throw cause;
    throw new ManymodelError("input", `cannot import ${file}: ${duckSays(cause)}`, { cause });
  } finally {
    await rm(lines, { force: true });
  }
}
