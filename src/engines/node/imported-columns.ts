import type { DuckDBConnection } from "@duckdb/node-api";
import { numericDates } from "../../core/numeric-dates.ts";
import type { ImportedColumn } from "../../ports/tables.ts";
import { identifier } from "./duck.ts";
import { readRow } from "./read-row.ts";
import type { SourceColumn } from "./resolve-query.ts";

/** Day and month in figures, in either order, before a year. */
const EITHER_ORDER = "^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{2,4}";

/**
 * Describes a file's columns after import: the type, the first and last time, and one date as the file has it if all of
 * them would also be dates with day and month exchanged.
 *
 * @param from - what to select the rows from
 * @param texts - the same as the file has them, columns `c0`…; undefined of a file whose values have types
 */
export async function importedColumns(
  connection: DuckDBConnection,
  from: string,
  columns: readonly SourceColumn[],
  texts: string | undefined,
): Promise<ImportedColumn[]> {
  const imported: ImportedColumn[] = [];
  for (const [i, { name, sqlType, type }] of columns.entries()) {
    const column = identifier(name);
    if (type === "integer") {
      const spelled = await spelledDates(connection, from, column);
      imported.push({ name, type, ...(spelled !== undefined && { numericDates: spelled }) });
      continue;
    }
    if (type !== "date" && type !== "timestamp") {
      imported.push({ name, type: type ?? sqlType });
      continue;
    }
    const [first, last] = (await readRow(
      connection,
      `SELECT CAST(min(${column}) AS VARCHAR), CAST(max(${column}) AS VARCHAR) FROM ${from}`,
    )) as [string | null, string | null];
    const part = (nth: number) => `TRY_CAST(regexp_extract(c${i}, '${EITHER_ORDER}', ${nth}) AS INTEGER)`;
    const [sample] =
      texts === undefined
        ? [null]
        : await readRow(
            connection,
            `SELECT CASE WHEN bool_and(coalesce(${part(1)} <= 12 AND ${part(2)} <= 12, false)) THEN max(c${i}) END
             FROM ${texts} WHERE c${i} IS NOT NULL AND c${i} <> ''`,
          );
    imported.push({
      name,
      type,
      first,
      last,
      ...(typeof sample === "string" && { ambiguous: sample }),
    });
  }
  return imported;
}

/** Most different numbers that dates of two centuries can be: a column that has more has something else. */
const MOST_DATES = 75_000;

/** Finds columns of numbers that spell dates, and their spelling. */
async function spelledDates(
  connection: DuckDBConnection,
  from: string,
  column: string,
): Promise<ImportedColumn["numericDates"]> {
  const range = `SELECT CAST(min(${column}) AS DOUBLE), CAST(max(${column}) AS DOUBLE) FROM ${from}`;
  const ends = await readRow(connection, range);
  // Most columns of numbers are told by their ends alone.
  if (numericDates(ends.map(Number)) === undefined) return undefined;
  const distinct = await connection.runAndReadAll(
    `SELECT CAST(${column} AS DOUBLE) FROM (SELECT DISTINCT ${column} FROM ${from} WHERE ${column} IS NOT NULL LIMIT ${MOST_DATES})`,
  );
  return numericDates(distinct.getRows().map(([value]) => Number(value)));
}
