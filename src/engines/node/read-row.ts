import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { firstRow } from "../../core/columns/first-row.ts";

/** Runs a statement of DuckDB that always gives a row, and returns the first. @throws {ManymodelError} as `firstRow` does */
export async function readRow(connection: DuckDBConnection, statement: string): Promise<readonly DuckDBValue[]> {
  const reply = await connection.runAndReadAll(statement);
  return firstRow(reply.getRows(), statement);
}
