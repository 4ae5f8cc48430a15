import { ManymodelError, show } from "../errors.ts";

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
