import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import type { KeyType } from "../../core/partition-key.ts";
import { type DataQuery, type Snapshot, type SourceRows, selectsRows } from "../../core/run.ts";
import { checksum } from "../../stages/checksum.ts";
import { parseJson } from "../../stages/json.ts";
import { makeFolder } from "../../stages/whole-file.ts";
import { duckSays, identifier, readParquet } from "../node/duck.ts";
import { describe } from "../node/file-source.ts";
import { newestRows, refusedValues } from "../node/newest-rows.ts";
import { readRow } from "../node/read-row.ts";
import {
  describeQuery,
  type ReadableColumn,
  type ResolvedQuery,
  resolveQuery,
  snapshotId,
} from "../node/resolve-query.ts";
import type { Source, Sources } from "./source.ts";
import { REWRITE } from "./table-store.ts";
import { valueExpression } from "./value-expression.ts";
import { fileChecksum, type StoredFile, type VerifiedFiles } from "./verified-files.ts";

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

const FILES = ["keys.parquet", "data.parquet"] as const;

/**
 * Returns the paths of a snapshot's files: `keys.parquet` (`p`, `n`, `k0`…) and `data.parquet` (`p`, `c0`…), both in
 * order of `p`. The data have no texts of the key (see `textKeys`); earlier versions wrote them, too.
 */
export function snapshotFiles(
  folder: string,
  { id, sha256 }: Pick<Snapshot, "id" | "sha256">,
): { keys: StoredFile; data: StoredFile } {
  const [keys, data] = FILES;
  return {
    keys: { file: path.join(folder, id, keys), sha256: sha256?.keys ?? null },
    data: { file: path.join(folder, id, data), sha256: sha256?.data ?? null },
  };
}

/**
 * Returns for each column of a snapshot the place of the key column that is the same text; -1 for all others. A number may be
 * spelled in several ways in a partition.
 */
export function textKeys({ columns, keyColumns }: Pick<Snapshot, "columns" | "keyColumns">): number[] {
  return columns.map(({ name, type }) =>
    type === "string" ? keyColumns.findIndex((key) => key.type === type && key.name === name) : -1,
  );
}

/** Returns the remedy for a damaged pinned file. */
export const pinAgain = (folder: string, id: string) =>
  `delete ${path.join(folder, id)}, and train again: a run that has not ended cannot be resumed without it`;

/** Returns a text with its own checksum in a line after it. */
const sealed = (text: string) => `${text}\n${checksum(text)}\n`;

/**
 * Reads the description of a snapshot; undefined if there is none.
 *
 * @throws {ManymodelError} `corrupt` if it was changed
 */
export async function readSnapshot(file: string): Promise<Snapshot | undefined> {
  const stored = await readFile(file, "utf8").catch(() => undefined);
  if (stored === undefined) return undefined;
  // Earlier versions wrote no checksum.
  const [text = "", sha256 = checksum(text)] = stored.split("\n");
  if (checksum(text) !== sha256)
    throw new ManymodelError("corrupt", `${file} was changed; delete ${path.dirname(file)}, and train again`);
  return parseJson<Snapshot>(Buffer.from(text), file);
}

/**
 * Pins a query's rows: sorts the source once into two Parquet files, partitions numbered in the order of their keys
 * (NULL first). Chunks are then ranges of numbers, which Parquet's statistics find without reading the rest.
 */
export async function takeSnapshot(
  connection: DuckDBConnection,
  place: SnapshotPlace,
  query: DataQuery,
): Promise<Snapshot> {
  const { sources, temporary } = place;
  const files: string[] = [];
  const newFile = () => {
    const file = path.join(temporary, `${randomUUID()}.parquet`);
    files.push(file);
    return file;
  };
  try {
    if (!selectsRows(query) && query.newest === undefined) {
      const source = await sources.find(connection, query.table);
      return await pin(connection, place, query, { ...source, current: () => sources.fingerprint(query.table) });
    }
    let source: Source;
    if (selectsRows(query)) {
      const file = newFile();
      await place.writeSelected(connection, query, file);
      source = await readSelected(connection, file);
    } else source = await sources.find(connection, query.table);
    if (query.newest !== undefined) source = await selectNewest(connection, query, source, newFile());
    return await pin(connection, place, query, source);
  } finally {
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}

/** Writes the newest values of a source's rows to a file, which is a source of its own. */
async function selectNewest(
  connection: DuckDBConnection,
  { table, newest }: Pick<DataQuery, "table" | "newest">,
  { from, columns }: Source,
  file: string,
): Promise<Source> {
  if (newest === undefined) throw new ManymodelError("internal", `a query of ${table} names no newest values`);
  const spelled = columns.map(({ name }) => ({ name, sql: identifier(name) }));
  const newestOf = (value: string, time: string) => `arg_max(${value}, ${time}) FILTER (WHERE ${value} IS NOT NULL)`;
  const sql = newestRows(newest, table, { from, columns: spelled, newest: newestOf, identifier });
  try {
    await connection.run(`COPY (${sql}) TO $1 (FORMAT parquet, COMPRESSION snappy)`, [file]);
  } catch (cause) {
    throw refusedValues(newest, duckSays(cause), cause);
  }
  return readSelected(connection, file);
}

/** The folder of snapshots, and the tables that they are taken of. */
export interface SnapshotPlace {
  readonly sources: Sources;
  readonly folder: string;
  readonly temporary: string;
  readonly verified: VerifiedFiles;
  /** Writes the rows that a query selects to a Parquet file. */
  writeSelected(connection: DuckDBConnection, rows: SourceRows, file: string): Promise<void>;
}

/** Returns a file of selected rows as a source: what it holds is its fingerprint. */
async function readSelected(connection: DuckDBConnection, file: string): Promise<Source> {
  const from = readParquet([file]);
  const columns = await describe(connection, from);
  const hash = `sum(hash(${columns.map(({ name }) => identifier(name)).join(", ")}))`;
  const [fingerprint] = await readRow(connection, `SELECT concat(count(*), ' ', ${hash}) FROM ${from}`);
  return { from, columns, fingerprint: checksum(String(fingerprint)) };
}

/**
 * @param source.current - what the source's fingerprint is now, where others may change it
 */
async function pin(
  connection: DuckDBConnection,
  { folder, verified }: SnapshotPlace,
  query: DataQuery,
  source: Source & { readonly current?: () => Promise<string> },
): Promise<Snapshot> {
  const plan = resolveQuery(source.columns, query);
  const id = snapshotId(source.fingerprint, plan, query);
  const manifest = path.join(folder, id, "snapshot.json");
  const existing = await readSnapshot(manifest);
  if (existing !== undefined) {
    await verified.check(Object.values(snapshotFiles(folder, existing)), pinAgain(folder, id));
    return existing;
  }
  await verified.check(source.files ?? [], REWRITE);

  const temporary = path.join(folder, `.${id}-${randomUUID()}`);
  await makeFolder(temporary);
  try {
    const counts = await writeFiles(connection, source, plan, temporary);
    if (source.current !== undefined && (await source.current()) !== source.fingerprint)
      throw new ManymodelError("conflict", `${query.table} was changed while it was being read; try again`);
    const files = FILES.map((name) => path.join(temporary, name));
    const [keys = "", data = ""] = await Promise.all(files.map(fileChecksum));
    const described = { ...describeQuery(plan), ...counts, sha256: { keys, data } };
    const snapshot: Snapshot = { id, fingerprint: source.fingerprint, query, ...described };
    await writeFile(path.join(temporary, "snapshot.json"), sealed(JSON.stringify(snapshot)));
    try {
      await rename(temporary, path.join(folder, id));
      return snapshot;
    } catch (error) {
      // Another process took the same snapshot at the same time: its files serve as well.
      const other = await readSnapshot(manifest);
      if (other === undefined) throw error;
      return other;
    }
  } catch (cause) {
    if (cause instanceof ManymodelError) throw cause;
    throw new ManymodelError("input", `cannot read ${query.table}: ${messageOf(cause, 300)}`, { cause });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * Returns a column as it is sorted, and then its value. DuckDB stores a column once that is both sorted by and selected.
 * Such a -0 becomes 0, so floating-point numbers are selected as expressions of their own.
 */
function sortedValue(column: ReadableColumn, name: string): { sorted: string; value: string } {
  const isFloating = /^(FLOAT|DOUBLE)$/.test(column.sqlType);
  return isFloating
    ? { sorted: valueExpression(column, "s."), value: name }
    : { sorted: `s.${identifier(column.name)}`, value: valueExpression({ name, type: column.type }) };
}

async function writeFiles(
  connection: DuckDBConnection,
  { from }: Source,
  query: ResolvedQuery,
  folder: string,
): Promise<Pick<Snapshot, "partitions" | "rows" | "ended">> {
  const { keys, columns, order, ended } = query;
  const files = { keys: path.join(folder, "keys.parquet"), data: path.join(folder, "data.parquet") };
  const grouped = keys.map((key, i) => `CAST(${identifier(key.name)} AS ${KEY_SQL_TYPES[key.keyType]}) AS k${i}`);
  const list = keys.map((_, i) => `k${i}`);
  const nullsFirst = list.map((k) => `${k} NULLS FIRST`).join(", ");
  const newest =
    ended === undefined
      ? ""
      : `, max(${valueExpression(ended.time, "")}) FILTER (isfinite(CAST(${identifier(ended.target.name)} AS DOUBLE))) AS newest`;
  const counted = `SELECT ${grouped.join(", ")}, count(*) AS n${newest} FROM ${from} GROUP BY ALL`;
  const groups =
    ended === undefined
      ? counted
      : `SELECT * EXCLUDE (newest), coalesce(newest < max(newest) OVER () - ${Number(ended.withinMs)}, false) AS ended FROM (${counted})`;
  const [byEnd, end] = ended === undefined ? ["", ""] : ["ended, ", ", ended"];
  await connection.run(
    `COPY (SELECT CAST(row_number() OVER (ORDER BY ${byEnd}${nullsFirst}) - 1 AS INTEGER) AS p, n, ${list.join(", ")}${end}
       FROM (${groups}) ORDER BY p)
     TO $1 (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 20480)`,
    [files.keys],
  );
  const joined = keys
    .map((key, i) => `k.k${i} IS NOT DISTINCT FROM CAST(s.${identifier(key.name)} AS ${KEY_SQL_TYPES[key.keyType]})`)
    .join(" AND ");
  const keyOf = textKeys(describeQuery(query));
  const selected = columns.flatMap((column, i) =>
    keyOf[i] === -1 ? [{ name: `c${i}`, ...sortedValue(column, `c${i}`) }] : [],
  );
  // Every column takes part in the order, so that rows that are equal in time come in the same order every time.
  const others = columns.filter((column) => !order.includes(column) && !keys.some((key) => key === column));
  const sorted = [...order, ...others].map((column) => `s.${identifier(column.name)} NULLS FIRST`);
  await connection.run(
    `COPY (SELECT p${selected.map(({ name, value }) => `, ${value} AS ${name}`).join("")}
       FROM (SELECT k.p AS p${selected.map(({ name, sorted }) => `, ${sorted} AS ${name}`).join("")} FROM ${from} s
         JOIN ${readParquet([files.keys])} k ON ${joined} ORDER BY ${["k.p", ...sorted].join(", ")}))
     TO $1 (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)`,
    [files.data],
  );
  const used = ended === undefined ? "" : " FILTER (NOT ended)";
  const [partitions, rows, all] = (await readRow(
    connection,
    `SELECT CAST(count(*)${used} AS INTEGER), CAST(coalesce(sum(n)${used}, 0) AS DOUBLE), CAST(count(*) AS INTEGER) FROM ${readParquet([files.keys])}`,
  )) as [number, number, number];
  return { partitions, rows, ...(ended !== undefined && { ended: all - partitions }) };
}
