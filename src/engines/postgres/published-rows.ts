import type { ClientBase } from "pg";
import type { ColumnBatch, ColumnInfo } from "../../core/columns/column.ts";
import { copyOut } from "./copy.ts";
import { PartitionDecoder } from "./decode-partitions.ts";
import { valueExpression } from "./relation-sql.ts";

/** Returns columns of published rows that have a value in the first of them: each part of the table is one row of arrays. */
export async function readPublished(
  client: ClientBase,
  rows: { readonly from: string; readonly part: string; readonly condition: string },
  columns: readonly (ColumnInfo & { readonly physical: string })[],
): Promise<ColumnBatch> {
  const arrays = columns.map((column) => `array_agg(${valueExpression(column)})`);
  const decoder = new PartitionDecoder(columns);
  let parts = 0;
  const sql = `COPY (SELECT (row_number() OVER () - 1)::integer, count(*)::integer, ${arrays.join(", ")}
    FROM ${rows.from} WHERE ${rows.condition} GROUP BY ${rows.part}) TO STDOUT (FORMAT binary)`;
  await copyOut(client, sql, (message) => {
    decoder.take(message);
    parts++;
  });
  return decoder.rows(Array.from({ length: parts }, (_, part) => part)).batch;
}
