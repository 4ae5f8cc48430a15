import { ManymodelError } from "../../core/errors.ts";
import type { SelectedRows } from "../../core/run.ts";

/**
 * Returns the SELECT statement of a source's rows. Both texts are the operator's own SQL and stand in it as they are; a
 * comment at the end of one ends with its line.
 *
 * @param table - what to select from where there is no query
 */
export function selectRows({ select, where }: SelectedRows, table: string): string {
  const from = select === undefined ? table : `(${select.trim().replace(/;\s*$/, "")}\n) AS source`;
  return `SELECT * FROM ${from}${where === undefined ? "" : ` WHERE (${where}\n)`}`;
}

/** Returns the error of a query or a condition that the database refuses, with the database's sentence. */
export function refusedRows(rows: SelectedRows, sentence: string, cause: unknown): ManymodelError {
  const key = rows.where === undefined ? "source.query" : "source.where";
  const example = rows.where === undefined ? "one SELECT statement" : "a condition such as store = 'A'";
  return new ManymodelError("config", `${key} is refused by the database: ${sentence}. It must be ${example}`, {
    cause,
  });
}
