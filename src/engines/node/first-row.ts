import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { ManymodelError, show } from "../../core/errors.ts";

/**
 * Returns the first row of the reply to a statement that always has one, such as an aggregate.
 *
 * @throws {ManymodelError} `storage` naming the statement if the reply has no row
 */
export function firstRow<Row>(rows: readonly Row[], statement: string): Row {
  const [row] = rows;
  if (row === undefined)
    throw new ManymodelError("storage", `the reply to ${show(statement.replace(/\s+/g, " ").trim())} has no row`);
  return row;
}

/** Runs a statement of DuckDB that always gives a row, and returns the first. @throws {ManymodelError} as `firstRow` does */
export async function readRow(connection: DuckDBConnection, statement: string): Promise<readonly DuckDBValue[]> {
  const reply = await connection.runAndReadAll(statement);
  return firstRow(reply.getRows(), statement);
}
