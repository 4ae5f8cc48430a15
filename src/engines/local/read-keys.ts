import type { DuckDBConnection } from "@duckdb/node-api";
import { type KeyValue, type PartitionKey, parseKeyText } from "../../core/partition-key.ts";
import type { Snapshot } from "../../core/run.ts";
import { readParquet } from "../node/duck.ts";
import { readColumns } from "./read-columns.ts";

/** Reads the keys of the partitions at positions `[from, to)` of a snapshot from its file of keys (see `snapshotFiles`). */
export async function readKeys(
  connection: DuckDBConnection,
  { keyColumns }: Snapshot,
  file: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<PartitionKey[]> {
  const texts = keyColumns.map((_, i) => `, CAST(k${i} AS VARCHAR)`).join("");
  const sql = `SELECT p${texts} FROM ${readParquet([file])} WHERE p >= ${Number(from)} AND p < ${Number(to)} ORDER BY p`;
  const { length, columns } = await readColumns(
    await connection.stream(sql),
    keyColumns.map(() => "string"),
  );
  const keys = Array.from({ length }, (): KeyValue[] => []);
  for (const [i, { type }] of keyColumns.entries()) {
    const values = columns[i]?.values as readonly (string | null)[];
    for (const [row, key] of keys.entries()) {
      const text = values[row] ?? null;
      key.push(text === null ? null : parseKeyText(type, text));
    }
  }
  return keys;
}
