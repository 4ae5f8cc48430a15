import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { ManymodelError } from "../../core/errors.ts";
import type { ImportedColumn, ImportOptions } from "../../ports/tables.ts";
import { makeFolder } from "../../stages/whole-file.ts";
import { type Duck, duckSays, identifier } from "../node/duck.ts";
import { fileFingerprint, openFile } from "../node/file-source.ts";
import { importedColumns } from "../node/imported-columns.ts";
import { readRow } from "../node/read-row.ts";
import type { SourceColumn } from "../node/resolve-query.ts";
import type { TableStore } from "./table-store.ts";

/** A column's type in PostgreSQL, by DuckDB's, and how its values are written as text. */
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

/** Where a file is imported, and by what. */
export interface ImportPlace {
  readonly store: TableStore;
  readonly duck: Duck;
  /** The folder of the file that COPY reads. */
  readonly temporary: string;
}

/**
 * Loads a CSV, Parquet or JSON file as a table, whole or not at all: DuckDB reads it, as every engine does, and writes
 * what PostgreSQL's own COPY reads.
 */
export async function importFile(
  { store, duck, temporary }: ImportPlace,
  file: string,
  table: string,
  { replace, csv }: ImportOptions,
): Promise<{ rows: number; columns: readonly ImportedColumn[] }> {
  const source = path.resolve(file);
  await fileFingerprint(source, () => []);
  await makeFolder(temporary);
  const lines = path.join(temporary, `${randomUUID()}.csv`);
  try {
    return await duck.use(async (connection) => {
      const { from, texts: asText, columns } = await openFile(connection, source, csv);
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
      const known = columns.flatMap(({ name, type }) => (type === null ? [] : [{ name, type }]));
      const read = () => createReadStream(lines, { highWaterMark: 1 << 20 });
      await store.import(table, { columns: known, typed, rows, lines: read }, replace);
      return { rows, columns: await importedColumns(connection, from, columns, asText) };
    });
  } catch (cause) {
    if (cause instanceof ManymodelError && cause.kind !== "internal") throw cause;
    throw new ManymodelError("input", `cannot import ${file}: ${duckSays(cause)}`, { cause });
  } finally {
    await rm(lines, { force: true });
  }
}
