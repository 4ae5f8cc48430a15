import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ColumnType } from "../../core/columns/column.ts";
import { checkNotForecasts } from "../../core/current-forecasts.ts";
import { ManymodelError } from "../../core/errors.ts";
import { during } from "../../ports/activity.ts";
import type { Stage } from "../../ports/stage.ts";
import type { ImportOptions, ImportResult } from "../../ports/tables.ts";
import { openAppended, replacementKey, tableExists } from "../node/append.ts";
import { identifier as duckIdentifier, literal as duckLiteral, duckSays, openDuck } from "../node/duck.ts";
import { checkFiles, openFile } from "../node/file-source.ts";
import { importedColumns } from "../node/imported-columns.ts";
import { readRow } from "../node/read-row.ts";
import type { SourceColumn } from "../node/resolve-query.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { findSource } from "./source.ts";
import { IMPORT, IMPORTED, importStatements } from "./sql/import.ts";
import { isForecastsComment } from "./sql/result-views.ts";
import { stageStatements } from "./sql/stage.ts";

/** The account's types by DuckDB's. What is in none of them is text. */
const SQL_TYPES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      "TINYINT",
      "SMALLINT",
      "INTEGER",
      "BIGINT",
      "HUGEINT",
      "UTINYINT",
      "USMALLINT",
      "UINTEGER",
      "UBIGINT",
      "UHUGEINT",
    ].map((type) => [type, "NUMBER(38,0)"]),
  ),
  FLOAT: "DOUBLE",
  DOUBLE: "DOUBLE",
  BOOLEAN: "BOOLEAN",
  DATE: "DATE",
  TIME: "TIME",
  TIMESTAMP: "TIMESTAMP_NTZ",
  TIMESTAMP_S: "TIMESTAMP_NTZ",
  TIMESTAMP_MS: "TIMESTAMP_NTZ",
  TIMESTAMP_NS: "TIMESTAMP_NTZ",
  "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_NTZ",
};

/** The target of an import, and the stage on its way. */
export interface ImportPlace {
  readonly session: Session;
  readonly names: Names;
  readonly stage: Stage;
}

/**
 * Loads a file as a table, whole or not at all: written as Parquet here, put on the stage, and loaded by one statement into
 * a table that then takes the name. Names that need no quotes are folded to capitals, so that SQL needs none either.
 */
export function importFile(
  { session, names, stage }: ImportPlace,
  file: string,
  table: string,
  { replace, csv, append }: ImportOptions,
): Promise<ImportResult> {
  return during({ phase: "import" }, async () => {
    const source = path.resolve(file);
    const existing = await checkImport(session, names, table, replace || append !== undefined);
    const target =
      append === undefined || existing === undefined ? undefined : await findSource(session, names, existing);
    const appended = target && { name: table, columns: target.columns.map(asDuck) };
    const temporary = await mkdtemp(path.join(tmpdir(), "manymodel-import-"));
    const duck = openDuck(temporary);
    const base = `${IMPORT}${randomBytes(8).toString("hex").toUpperCase()}`;
    const sql = importStatements(names);
    const [folder, name] = ["imports/", `${base}.parquet`];
    const load = async () => {
      const written = path.join(temporary, name);
      const { columns, rows, imported } = await duck.use(async (connection) => {
        await checkFiles(source);
        const { from, texts, columns } =
          appended === undefined
            ? await openFile(connection, source, csv)
            : await openAppended(connection, source, appended, csv);
        const fields = columns.map((column, i) => `${expression(column)} AS c${i}`).join(", ");
        await connection.run(`COPY (SELECT ${fields} FROM ${from}) TO ${duckLiteral(written)} (FORMAT parquet)`);
        const count = `SELECT CAST(count(*) AS DOUBLE) FROM ${duckLiteral(written)}`;
        const [rows] = (await readRow(connection, count)) as [number];
        const imported = await importedColumns(connection, from, columns, texts);
        return { columns, rows, imported };
      });
      const typed = columns.map((column, i) => ({
        name: appended === undefined ? folded(column.name) : column.name,
        sqlType: typeOf(column),
        field: `c${i}`,
      }));
      await session.rows(stageStatements(names).put(written, folder));
      await session.rows(sql.create(base, typed));
      await session.rows(sql.load(base, typed, folder, name));
      if (appended !== undefined && target !== undefined) {
        const key = replacementKey(appended, append ?? []);
        const replaced = await session.transaction(async (transaction) => {
          const removed = await transaction.change(sql.removeReplaced(target.from, base, key));
          await transaction.change(sql.addRows(target.from, base, typed));
          return removed;
        });
        return { rows, replaced, columns: imported };
      }
      const existing = await checkImport(session, names, table, replace);
      await session.rows(existing === undefined ? sql.rename(base, table.toUpperCase()) : sql.swap(base, existing));
      return { rows, columns: imported.map((column) => ({ ...column, name: folded(column.name) })) };
    };
    /** Removes what was on the way. After a swap the table is what was replaced. */
    const clear = async () => {
      await stage.remove(`${folder}${name}`);
      await session.rows(sql.drop(base));
    };
    try {
      const result = await load().catch(async (cause: unknown) => {
        // What cannot be removed either is not what went wrong; gc takes it.
        await clear().catch(() => {});
        throw cause;
      });
      await clear();
      return result;
    } catch (cause) {
      if (cause instanceof ManymodelError && cause.kind !== "internal") throw cause;
      throw new ManymodelError("input", `cannot import ${file}: ${duckSays(cause)}`, { cause });
    } finally {
      duck.close();
      await rm(temporary, { recursive: true, force: true });
    }
  });
}

/**
 * Returns the table to replace, by its own spelling; undefined if there is none. @throws {ManymodelError} `conflict` if
 * it must stay
 */
async function checkImport(
  session: Session,
  names: Names,
  table: string,
  replace: boolean,
): Promise<string | undefined> {
  const [row] = await session.rows(importStatements(names).known, [names.schemaName, table]);
  if (row === undefined || isForecastsComment(row[1])) checkNotForecasts(table);
  if (row === undefined) return undefined;
  const imported = row[1] === IMPORTED;
  if (replace && imported) return String(row[0]);
  throw tableExists(table, imported);
}

/**
 * Returns a column of a table of the account with DuckDB's type for it. A decimal number is text, which the account
 * reads exactly.
 */
function asDuck({ name, type, keyType }: SourceColumn): { name: string; sqlType: string } {
  return { name, sqlType: type === null || keyType === "decimal" ? "VARCHAR" : DUCK_TYPES[type] };
}

const DUCK_TYPES: Readonly<Record<ColumnType, string>> = {
  integer: "HUGEINT",
  number: "DOUBLE",
  string: "VARCHAR",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP",
};

const folded = (name: string) => (/^[A-Za-z_][A-Za-z0-9_$]*$/.test(name) ? name.toUpperCase() : name);

function typeOf({ sqlType }: SourceColumn): string {
  const scale = /^DECIMAL\((.*)\)$/.exec(sqlType)?.[1];
  return scale === undefined ? (SQL_TYPES[sqlType] ?? "VARCHAR") : `NUMBER(${scale})`;
}

/** Returns a value in the file: doubles and truth values as they are, everything else as its exact text. */
function expression(column: SourceColumn): string {
  const name = duckIdentifier(column.name);
  if (/\[|^(STRUCT|MAP|UNION|JSON)/.test(column.sqlType)) return `CAST(to_json(${name}) AS VARCHAR)`;
  if (column.sqlType === "BLOB") return `hex(${name})`;
  // As the UTC time that it is.
  if (column.sqlType === "TIMESTAMP WITH TIME ZONE") return `CAST(CAST(${name} AS TIMESTAMP) AS VARCHAR)`;
  const type = typeOf(column);
  return `CAST(${name} AS ${type === "DOUBLE" || type === "BOOLEAN" ? type : "VARCHAR"})`;
}
