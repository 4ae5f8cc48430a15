import type { Column, ColumnBatch } from "../../core/columns/column.ts";
import { storedColumn } from "../../core/columns/stored-values.ts";
import type { Stage } from "../../ports/stage.ts";
import { readRows } from "./read-rows.ts";
import type { Session, Statements } from "./session.ts";
import type { CopiedRows, PublishedRows, tableStatements } from "./sql/tables.ts";

type Sql = ReturnType<typeof tableStatements>;

/** Returns columns of published rows that have a value in the first of them: written to the stage, which keeps every bit, and read. */
export async function readPublished(
  session: Session,
  sql: Sql,
  stage: Stage,
  published: PublishedRows<string | null>,
  file: string,
): Promise<ColumnBatch> {
  try {
    const length = unloaded(await session.rows(sql.unloadPublished(published, file)));
    if (length === 0) return { length, columns: {} };
    const rows = await readRows(stage, file);
    const data = published.columns.map(({ name, type }, c): [string, Column] => {
      const values = rows.map((row) => row[`C${c}`]);
      return [name, storedColumn(type, values)];
    });
    return { length, columns: Object.fromEntries(data) };
  } finally {
    await stage.remove(file);
  }
}

/**
 * Writes those rows of an owner that have one of some values in a column to a file of the stage. The values are rows of a
 * table under an id that nothing else has, for as long as it takes: nobody says whether a COPY to a stage may stand in a
 * transaction, and see what it has written.
 *
 * @returns how many rows there are; none: there is no file either
 */
export async function carryRows(
  session: Statements,
  sql: Sql,
  published: PublishedRows<string>,
  { values, ...copy }: CopiedRows & { readonly values: readonly string[] },
  to: { readonly id: string; readonly file: string },
): Promise<number> {
  if (values.length === 0) return 0;
  try {
    for (let from = 0; from < values.length; from += VALUES_AT_ONCE)
      await session.change(sql.want, [to.id, JSON.stringify(values.slice(from, from + VALUES_AT_ONCE))]);
    return unloaded(await session.rows(sql.carry(published, copy, to)));
  } finally {
    await session.change(sql.forgetWanted, [to.id]);
  }
}

/** Values that one statement is given. */
const VALUES_AT_ONCE = 50_000;

/** Reads the number of rows that a COPY to the stage wrote. */
const unloaded = (answer: readonly (readonly unknown[])[]) => Number(answer[0]?.[0] ?? 0);
