import { createHash, randomUUID } from "node:crypto";
import { access, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { matchColumn } from "../../core/column.ts";
import { ManymodelError, messageOf, show } from "../../core/errors.ts";
import type { KeyColumn, KeyType } from "../../core/partition-key.ts";
import type { DataQuery, Snapshot } from "../../core/run.ts";
import { makeFolder } from "../../stages/whole-file.ts";
import { identifier, literal, readParquet } from "./duck.ts";
import type { Source, SourceColumn, Sources } from "./source.ts";
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
  const plan = resolve(source, query);
  const id = createHash("sha256")
    .update(JSON.stringify([source.fingerprint, plan.keys, plan.columns, plan.order, query.duplicates ?? "fail"]))
    .digest("hex")
    .slice(0, 24);
  const manifest = path.join(folder, id, "snapshot.json");
  const known = await readFile(manifest, "utf8").catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as Snapshot;

  const temporary = path.join(folder, `.${id}-${randomUUID()}`);
  await makeFolder(temporary);
  try {
    const counts = await writeFiles(connection, source, plan, temporary);
    if ((await sources.fingerprint(query.table)) !== source.fingerprint)
      throw new ManymodelError("conflict", `${query.table} was changed while it was being read; try again`);
    const snapshot: Snapshot = {
      id,
      fingerprint: source.fingerprint,
      query,
      keyColumns: plan.keys.map(({ name, keyType }): KeyColumn => ({ name, type: keyType! })),
      columns: plan.columns.map(({ name, type }) => ({ name, type: type! })),
      timeColumn: plan.order.filter((column) => !plan.keys.includes(column)).at(-1)?.name ?? null,
      ...counts,
    };
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

interface Resolved {
  readonly keys: readonly SourceColumn[];
  readonly columns: readonly SourceColumn[];
  readonly order: readonly SourceColumn[];
}

/** Finds the query's columns in the source. @throws {ManymodelError} `input` naming what is missing or of no use */
function resolve(source: Source, query: DataQuery): Resolved {
  const names = source.columns.map((column) => column.name);
  const find = (role: string) => (wanted: string) => {
    const name = matchColumn(names, wanted);
    if (name === undefined)
      throw new ManymodelError(
        "input",
        `${query.table} has no column ${show(wanted)} (${role}); it has ${names.join(", ")}`,
      );
    return source.columns.find((column) => column.name === name)!;
  };
  if (query.keyColumns.length === 0)
    throw new ManymodelError("usage", `no key column for ${query.table}; name at least one in source.partition_by`);
  const keys = query.keyColumns.map(find("partition_by"));
  const twice = keys.find((key, i) => keys.indexOf(key) < i);
  if (twice !== undefined)
    throw new ManymodelError("usage", `column ${twice.name} is in partition_by twice; name each key column once`);
  const order = (query.orderBy ?? []).map(find("order_by"));
  const columns = (query.columns ?? names).map(find("columns"));
  for (const column of [...keys.filter((key) => key.keyType === null), ...columns.filter((c) => c.type === null)])
    throw new ManymodelError(
      "input",
      `column ${column.name} of ${query.table} has the type ${column.sqlType}, which a model cannot read; list the columns to read in source.columns`,
    );
  const time = order.filter((column) => !keys.includes(column)).at(-1);
  const all = time !== undefined && !columns.includes(time) ? [...columns, time] : columns;
  return { keys, columns: all, order: order.filter((column) => !keys.includes(column)) };
}

async function writeFiles(
  connection: DuckDBConnection,
  { from }: Source,
  { keys, columns, order }: Resolved,
  folder: string,
): Promise<{ partitions: number; rows: number }> {
  const files = { keys: path.join(folder, "keys.parquet"), data: path.join(folder, "data.parquet") };
  const grouped = keys.map((key, i) => `CAST(${identifier(key.name)} AS ${KEY_SQL_TYPES[key.keyType!]}) AS k${i}`);
  const list = keys.map((_, i) => `k${i}`);
  const nullsFirst = list.map((k) => `${k} NULLS FIRST`).join(", ");
  await connection.run(
    `COPY (SELECT CAST(row_number() OVER (ORDER BY ${nullsFirst}) - 1 AS INTEGER) AS p, n, ${list.join(", ")}
       FROM (SELECT ${grouped.join(", ")}, count(*) AS n FROM ${from} GROUP BY ALL) ORDER BY p)
     TO ${literal(files.keys)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 20480)`,
  );
  const joined = keys
    .map((key, i) => `k.k${i} IS NOT DISTINCT FROM CAST(s.${identifier(key.name)} AS ${KEY_SQL_TYPES[key.keyType!]})`)
    .join(" AND ");
  const selected = columns.map((column, i) => `${valueExpression(column, "s.")} AS c${i}`);
  // Every column takes part in the order, so that rows that are equal in time come in the same order every time.
  const rest = columns.filter((column) => !order.includes(column) && !keys.includes(column));
  const sorted = [...order, ...rest].map((column) => `s.${identifier(column.name)} NULLS FIRST`);
  await connection.run(
    `COPY (SELECT k.p AS p${selected.map((s) => `, ${s}`).join("")} FROM ${from} s
       JOIN ${readParquet([files.keys])} k ON ${joined} ORDER BY ${["k.p", ...sorted].join(", ")})
     TO ${literal(files.data)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)`,
  );
  const result = await connection.runAndReadAll(
    `SELECT CAST(count(*) AS INTEGER) AS partitions, CAST(coalesce(sum(n), 0) AS DOUBLE) AS row_count FROM ${readParquet([files.keys])}`,
  );
  const [partitions, rows] = result.getRows()[0] as [number, number];
  return { partitions, rows };
}
