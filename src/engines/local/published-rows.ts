import type { DuckDBConnection } from "@duckdb/node-api";
import { zip } from "../../core/aligned.ts";
import type { ColumnBatch, ColumnInfo } from "../../core/columns/column.ts";
import { identifier, readParquet } from "../node/duck.ts";
import { fillProbe } from "./probe.ts";
import { readColumns } from "./read-columns.ts";
import { valueExpression } from "./value-expression.ts";

/** Published parts, as files that were compared with their checksums. */
interface Published {
  readonly files: readonly string[];
  readonly columns: readonly ColumnInfo[];
}

/** Returns some columns of published rows that have a value in the first of them. */
export async function readPublished(
  connection: DuckDBConnection,
  { files, columns: published }: Published,
  names: readonly string[],
): Promise<ColumnBatch> {
  const columns = names.flatMap((name) => published.find((column) => column.name === name) ?? []);
  const [first] = columns;
  if (files.length === 0 || first === undefined || columns.length < names.length) return { length: 0, columns: {} };
  const selected = columns.map((column) => valueExpression(column));
  const sql = `SELECT 0, ${selected.join(", ")} FROM ${readParquet(files)} WHERE ${identifier(first.name)} IS NOT NULL`;
  const result = await connection.stream(sql);
  const { length, columns: values } = await readColumns(
    result,
    columns.map(({ type }) => type),
  );
  return { length, columns: Object.fromEntries(zip(names, values)) };
}

/** Copies those published rows that have one of some values in a column into a file of their own. */
export async function carryRows(
  connection: DuckDBConnection,
  { files, columns }: Published,
  { column, values }: { readonly column: string; readonly values: readonly string[] },
  set: Readonly<Record<string, string>>,
  file: string,
): Promise<{ rows: number; columns: readonly ColumnInfo[] }> {
  const replaced = Object.keys(set).map((name, i) => `$${i + 2} AS ${identifier(name)}`);
  const selected = replaced.length > 0 ? `* REPLACE (${replaced.join(", ")})` : "*";
  await fillProbe(connection, [values]);
  try {
    const result = await connection.run(
      `COPY (SELECT ${selected} FROM ${readParquet(files)} WHERE ${identifier(column)} IN (SELECT t0 FROM probe))
       TO $1 (FORMAT parquet, COMPRESSION snappy)`,
      [file, ...Object.values(set)],
    );
    return { rows: Number(result.rowsChanged), columns };
  } finally {
    await connection.run("DROP TABLE probe");
  }
}
