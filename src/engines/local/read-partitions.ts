import type { DuckDBConnection } from "@duckdb/node-api";
import { at, zip } from "../../core/aligned.ts";
import { type Column, getColumn } from "../../core/columns/column.ts";
import { textInRuns } from "../../core/columns/text-runs.ts";
import type { Snapshot } from "../../core/run.ts";
import type { PartitionRows } from "../../ports/source.ts";
import { readParquet } from "../node/duck.ts";
import { readColumns } from "./read-columns.ts";
import { rearrange } from "./rearrange.ts";
import { textKeys } from "./snapshot.ts";

/**
 * Reads the rows of the partitions at these positions of a snapshot (see `snapshotFiles`). Texts of the key are read once a
 * partition, from the file of the keys: in every row they are most of what a read costs.
 */
export async function readPartitions(
  connection: DuckDBConnection,
  snapshot: Snapshot,
  files: { readonly keys: string; readonly data: string },
  ordinals: readonly number[],
  newerThan?: number,
): Promise<PartitionRows> {
  const present = ordinals.filter((ordinal) => ordinal >= 0);
  const contiguous = present.every((ordinal, i) => ordinal - i === present[0]);
  const condition =
    present.length === 0
      ? "false"
      : contiguous
        ? `p BETWEEN ${present[0]} AND ${present.at(-1)}`
        : `p IN (${present.map(Number).join(", ")})`;
  const time = snapshot.columns.findIndex(({ name }) => name === snapshot.timeColumn);
  // As a range of the time, it lets Parquet's statistics leave out row groups.
  const isNewer =
    newerThan === undefined || time < 0 ? "" : ` AND (c${time} > ${Number(newerThan)} OR c${time} IS NULL)`;
  const keyOf = textKeys(snapshot);
  const read = snapshot.columns.flatMap((column, i) => (keyOf[i] === -1 ? [{ ...column, stored: `c${i}` }] : []));
  // Several threads give the rows of a list of partitions, which is a join, in any order.
  const [option, order] = contiguous ? ["", ""] : [", file_row_number = true", " ORDER BY file_row_number"];
  const sql = `SELECT ${["p", ...read.map(({ stored }) => stored)].join(", ")} FROM ${readParquet([files.data], option)} WHERE ${condition}${isNewer}${order}`;
  const types = read.map(({ type }) => type);
  const names = read.map(({ name }) => name);
  const { batch, offsets } = rearrange(await readColumns(await connection.stream(sql), types), names, ordinals);
  const keys = keyOf.filter((key) => key >= 0);
  const shared = new Map<number, readonly (string | null)[]>();
  if (keys.length > 0 && batch.length > 0) {
    const texts = `SELECT p, ${keys.map((key) => `k${key}`).join(", ")} FROM ${readParquet([files.keys])} WHERE ${condition}`;
    const { first, columns } = await readColumns(
      await connection.stream(texts),
      keys.map(() => "string"),
    );
    const rowOf = new Map(Array.from(first, (p, row) => [p, row]));
    const rows = ordinals.map((ordinal) => rowOf.get(ordinal));
    for (const [key, { values }] of zip(keys, columns))
      shared.set(
        key,
        rows.map((row) => (row === undefined ? null : at(values as (string | null)[], row))),
      );
  }
  const ends = offsets.subarray(1);
  const columns = snapshot.columns.map(({ name }, i): [string, Column] => {
    const key = keyOf[i] ?? -1;
    return [name, key < 0 ? getColumn(batch, name) : textInRuns({ values: shared.get(key) ?? [], ends })];
  });
  return { batch: { length: batch.length, columns: Object.fromEntries(columns) }, offsets };
}
