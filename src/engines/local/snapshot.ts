import { randomUUID } from "node:crypto";
import { access, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import type { KeyType } from "../../core/partition-key.ts";
import type { DataQuery, Snapshot } from "../../core/run.ts";
import { makeFolder } from "../../stages/whole-file.ts";
import { identifier, readParquet } from "../node/duck.ts";
import { describeQuery, type ResolvedQuery, resolveQuery, snapshotId } from "../node/resolve-query.ts";
import type { Source, Sources } from "./source.ts";
import { valueExpression } from "./value-expression.ts";

/** The SQL type in which a key column is kept in `keys.parquet`. */
export const KEY_SQL_TYPES: Readonly<Record<KeyType, string>> = {
  string: "VARCHAR",
  integer: "BIGINT",
  double: "DOUBLE",
  decimal: "VARCHAR",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP",
};

/** Where a snapshot keeps its files: `keys.parquet` (`p`, `n`, `k0`…) and `data.parquet` (`p`, `c0`…), both in order of `p`. */
export function snapshotFiles(folder: string, id: string): { keys: string; data: string } {
  return { keys: path.join(folder, id, "keys.parquet"), data: path.join(folder, id, "data.parquet") };
}

/**
 * Pins a query's rows: sorts the source once into two Parquet files, partitions numbered in the order of their keys
 * (NULL first). Chunks are then ranges of numbers, which Parquet's statistics find without reading the rest.
 */
export async function takeSnapshot(
  connection: DuckDBConnection,
  sources: Sources,
  folder: string,
  query: DataQuery,
): Promise<Snapshot> {
  const source = await sources.find(connection, query.table);
  const plan = resolveQuery(source.columns, query);
  const id = snapshotId(source.fingerprint, plan, query);
  const manifest = path.join(folder, id, "snapshot.json");
  const known = await readFile(manifest, "utf8").catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as Snapshot;

  const temporary = path.join(folder, `.${id}-${randomUUID()}`);
  await makeFolder(temporary);
  try {
    const counts = await writeFiles(connection, source, plan, temporary);
    if ((await sources.fingerprint(query.table)) !== source.fingerprint)
      throw new ManymodelError("conflict", `${query.table} was changed while it was being read; try again`);
    const snapshot: Snapshot = { id, fingerprint: source.fingerprint, query, ...describeQuery(plan), ...counts };
    await writeFile(path.join(temporary, "snapshot.json"), JSON.stringify(snapshot));
    await rename(temporary, path.join(folder, id)).catch(async (error) => {
      // Another process took the same snapshot at the same time: its files serve as well.
      await access(manifest).catch(() => {
        throw error;
      });
    });
    return snapshot;
  } catch (cause) {
    if (cause instanceof ManymodelError) throw cause;
    throw new ManymodelError("input", `cannot read ${query.table}: ${messageOf(cause, 300)}`, { cause });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function writeFiles(
  connection: DuckDBConnection,
  { from }: Source,
  { keys, columns, order }: ResolvedQuery,
  folder: string,
): Promise<{ partitions: number; rows: number }> {
  const files = { keys: path.join(folder, "keys.parquet"), data: path.join(folder, "data.parquet") };
  const grouped = keys.map((key, i) => `CAST(${identifier(key.name)} AS ${KEY_SQL_TYPES[key.keyType]}) AS k${i}`);
  const list = keys.map((_, i) => `k${i}`);
  const nullsFirst = list.map((k) => `${k} NULLS FIRST`).join(", ");
  await connection.run(
    `COPY (SELECT CAST(row_number() OVER (ORDER BY ${nullsFirst}) - 1 AS INTEGER) AS p, n, ${list.join(", ")}
       FROM (SELECT ${grouped.join(", ")}, count(*) AS n FROM ${from} GROUP BY ALL) ORDER BY p)
     TO $1 (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 20480)`,
    [files.keys],
  );
  const joined = keys
    .map((key, i) => `k.k${i} IS NOT DISTINCT FROM CAST(s.${identifier(key.name)} AS ${KEY_SQL_TYPES[key.keyType]})`)
    .join(" AND ");
  const selected = columns.map((column, i) => `${valueExpression(column, "s.")} AS c${i}`);
  // Every column takes part in the order, so that rows that are equal in time come in the same order every time.
  const rest = columns.filter((column) => !order.includes(column) && !keys.some((key) => key === column));
  const sorted = [...order, ...rest].map((column) => `s.${identifier(column.name)} NULLS FIRST`);
  await connection.run(
    `COPY (SELECT k.p AS p${selected.map((s) => `, ${s}`).join("")} FROM ${from} s
       JOIN ${readParquet([files.keys])} k ON ${joined} ORDER BY ${["k.p", ...sorted].join(", ")})
     TO $1 (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)`,
    [files.data],
  );
  const result = await connection.runAndReadAll(
    `SELECT CAST(count(*) AS INTEGER) AS partitions, CAST(coalesce(sum(n), 0) AS DOUBLE) AS row_count FROM ${readParquet([files.keys])}`,
  );
  const [partitions, rows] = result.getRows()[0] as [number, number];
  return { partitions, rows };
}
