import type { DuckDBConnection } from "@duckdb/node-api";
import { matchColumn } from "../../core/columns/column.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { CsvFormat } from "../../ports/tables.ts";
import { identifier } from "./duck.ts";
import { type FileSource, openFile } from "./file-source.ts";
import { readRow } from "./read-row.ts";
import type { SourceColumn } from "./resolve-query.ts";

/** A table that a file's rows are added to. */
export interface AppendedTable {
  readonly name: string;
  readonly columns: readonly Pick<SourceColumn, "name" | "sqlType">[];
}

const WHOLE = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;

/** Tells whether each value of a type is a value of another. */
function fits(from: string, to: string): boolean {
  if (from === to || to === "VARCHAR") return true;
  if (WHOLE.test(from)) return WHOLE.test(to) || /^(DOUBLE|FLOAT|DECIMAL)/.test(to);
  if (/^(DECIMAL|FLOAT)/.test(from)) return to === "DOUBLE";
  return from === "DATE" && to.startsWith("TIMESTAMP");
}

/**
 * Reads a file as rows of a table: its columns in the table's order, names and types.
 *
 * @throws {ManymodelError} `input` if the file has other columns than the table, or values that are none of the table's types
 */
export async function openAppended(
  connection: DuckDBConnection,
  file: string,
  table: AppendedTable,
  csv?: CsvFormat,
): Promise<FileSource> {
  const texts = table.columns.flatMap(({ name, sqlType }) => (sqlType === "VARCHAR" ? [name] : []));
  const opened = await openFile(connection, file, csv, texts);
  const needs = table.columns.map(({ name }) => name);
  const columns: SourceColumn[] = [];
  const selected: string[] = [];
  for (const source of opened.columns) {
    const column = table.columns.find(({ name }) => name === matchColumn(needs, source.name));
    if (column === undefined)
      throw new ManymodelError(
        "input",
        `${file} has a column ${show(source.name)}, which ${table.name} does not have (it has ${needs.join(", ")}); leave it out, or import all rows again with --replace`,
      );
    await checkValues(connection, { file, from: opened.from, source }, { ...column, table: table.name });
    columns.push({ ...source, ...column });
    selected.push(`CAST(${identifier(source.name)} AS ${column.sqlType}) AS ${identifier(column.name)}`);
  }
  const missing = needs.find((name) => !columns.some((column) => column.name === name));
  if (missing !== undefined)
    throw new ManymodelError(
      "input",
      `${file} has no column ${show(missing)}, which ${table.name} has; it has ${opened.columns.map(({ name }) => name).join(", ")}`,
    );
  return { ...opened, from: `(SELECT ${selected.join(", ")} FROM ${opened.from})`, columns };
}

/** Checks that a file's column holds nothing, or what a table's column can hold. @throws {ManymodelError} `input` if not */
async function checkValues(
  connection: DuckDBConnection,
  { file, from, source }: { readonly file: string; readonly from: string; readonly source: SourceColumn },
  column: { readonly table: string; readonly sqlType: string },
): Promise<void> {
  if (fits(source.sqlType, column.sqlType)) return;
  const value = identifier(source.name);
  const [example] = await readRow(connection, `SELECT min(CAST(${value} AS VARCHAR)) FROM ${from}`);
  if (typeof example !== "string") return;
  throw new ManymodelError(
    "input",
    `column ${source.name} of ${file} is ${source.sqlType} (such as ${show(example)}), but ${column.table} has ${column.sqlType}; correct the file, or import all rows again with --replace`,
  );
}

/**
 * Returns the columns of a table by which rows are replaced. @throws {ManymodelError} `usage` for one that the table
 * has not
 */
export function replacementKey(table: AppendedTable, key: readonly string[]): string[] {
  const names = table.columns.map(({ name }) => name);
  return key.map((word) => {
    const name = matchColumn(names, word);
    if (name === undefined)
      throw new ManymodelError("usage", `${table.name} has no column ${show(word)}; it has ${names.join(", ")}`);
    return name;
  });
}

/** Returns the error for a table that exists already. */
export function tableExists(table: string, imported: boolean): ManymodelError {
  const remedy = imported
    ? "import into another name, add rows to it with --append, or replace it with --replace"
    : "it was not imported, so it cannot be replaced or appended to; choose another name";
  return new ManymodelError("conflict", `table "${table}" exists already; ${remedy}`);
}
