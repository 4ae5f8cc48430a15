import { createHash, randomBytes } from "node:crypto";
import { matchColumn } from "../../core/column.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { KeyColumn } from "../../core/partition-key.ts";
import type { DataQuery, Snapshot } from "../../core/run.ts";
import type { Stage } from "../../ports/stage.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { findSource, type Source, type SourceColumn } from "./source.ts";
import { snapshotStatements } from "./sql/snapshot.ts";
import { tableStatements } from "./sql/tables.ts";

/** Where a snapshot keeps what it pinned. */
export interface PinnedFiles {
  /** The table, by the end of its name. */
  readonly table: string;
  /** Parquet with `P` (the partition's number) and `K0`… */
  readonly keys: string;
  /** Parquet files of each block of partitions, with `P`, `R` (the row's number in it) and `C0`… */
  readonly blocks: readonly (readonly string[])[];
  readonly partitionsPerBlock: number;
}

/** A snapshot as it is recorded on the stage. */
export interface PinnedSnapshot {
  readonly snapshot: Snapshot;
  readonly files: PinnedFiles;
}

export const snapshotFolder = (id: string) => `snapshots/${id}`;
export const snapshotRecord = (id: string) => `${snapshotFolder(id)}/snapshot.json`;

/** Rows that one block is to have, about. */
const ROWS_PER_BLOCK = 250_000;

/** Pins a query's rows, or finds the snapshot that has them already. */
export async function takeSnapshot(
  session: Session,
  names: Names,
  stage: Stage,
  query: DataQuery,
): Promise<PinnedSnapshot> {
  const source = await findSource(session, names, query.table);
  if (source === undefined)
    throw new ManymodelError(
      "not-found",
      `there is no table ${show(query.table)}; the workspace has ${(await tableNames(session, names)).join(", ") || "none"}`,
    );
  const sql = snapshotStatements(names);
  const token = async () => String((await session.rows(sql.changeToken(source.from)))[0]![0]);
  const { keys, columns, order } = resolve(source, query);
  const before = await token();
  const fingerprint = sha256(JSON.stringify([source.from, before]));
  const statedInterval = query.interval === undefined ? [] : [query.interval];
  const plan = [
    fingerprint,
    keys,
    columns,
    order.map(({ name }) => name),
    query.duplicates ?? "fail",
    ...statedInterval,
  ];
  const id = sha256(JSON.stringify(plan)).slice(0, 24);
  const known = await readRecord(stage, id);
  if (known !== undefined) return known;

  const table = `${id}_${randomBytes(4).toString("hex")}`;
  const folder = `${snapshotFolder(id)}/${table}`;
  const selected = { from: source.from, keys, columns, order: order.map(({ name }) => name) };
  await session.rows(sql.pin(table, selected));
  if ((await token()) !== before) {
    await session.rows(sql.drop(table));
    throw new ManymodelError("conflict", `${query.table} was changed while it was being read; try again`);
  }
  const [[rows, partitions]] = (await session.rows(sql.count(table))) as [[number, number]];
  const partitionsPerBlock = Math.max(1, Math.floor((ROWS_PER_BLOCK * partitions) / Math.max(1, rows)));
  const keysFile = `${folder}/keys.parquet`;
  if (rows > 0) {
    await session.rows(sql.unloadKeys(table, keys.length, keysFile));
    await session.rows(sql.unloadRows(table, columns.length, `${folder}/rows/`, partitionsPerBlock));
  }
  const files = await stage.list(`${folder}/rows/`);
  const blocks: string[][] = Array.from({ length: Math.ceil(partitions / partitionsPerBlock) }, () => []);
  for (const file of files) blocks[Number(/\/rows\/b(\d+)\//.exec(file)![1])]!.push(file);
  const snapshot: Snapshot = {
    ...{ id, fingerprint, query, keyColumns: keys, columns },
    timeColumn: order.at(-1)?.name ?? null,
    ...{ partitions, rows },
  };
  const pinned = { snapshot, files: { table, keys: keysFile, blocks, partitionsPerBlock } };
  await stage.put(snapshotRecord(id), new TextEncoder().encode(JSON.stringify(pinned)));
  return pinned;
}

/** A snapshot's record, or undefined. */
export async function readRecord(stage: Stage, id: string): Promise<PinnedSnapshot | undefined> {
  try {
    return JSON.parse(new TextDecoder().decode(await stage.get(snapshotRecord(id)))) as PinnedSnapshot;
  } catch (error) {
    if (error instanceof ManymodelError && error.kind === "not-found") return undefined;
    throw error;
  }
}

async function tableNames(session: Session, names: Names): Promise<string[]> {
  return (await session.rows(tableStatements(names).list, [names.schemaName])).map(([name]) => name as string);
}

/** Finds the query's columns in the source. @throws {ManymodelError} `input` naming what is missing or of no use */
function resolve(source: Source, query: DataQuery) {
  const all = source.columns.map(({ name }) => name);
  const find = (role: string) => (wanted: string) => {
    const name = matchColumn(all, wanted);
    if (name === undefined)
      throw new ManymodelError(
        "input",
        `${query.table} has no column ${show(wanted)} (${role}); it has ${all.join(", ")}`,
      );
    return source.columns.find((column) => column.name === name)!;
  };
  if (query.keyColumns.length === 0)
    throw new ManymodelError("usage", `no key column for ${query.table}; name at least one in source.partition_by`);
  const keys = query.keyColumns.map(find("partition_by"));
  const twice = keys.find((key, i) => keys.indexOf(key) < i);
  if (twice !== undefined)
    throw new ManymodelError("usage", `column ${twice.name} is in partition_by twice; name each key column once`);
  const order = (query.orderBy ?? []).map(find("order_by")).filter((column) => !keys.includes(column));
  const listed = (query.columns ?? all).map(find("columns"));
  const time = order.at(-1);
  const columns = time !== undefined && !listed.includes(time) ? [...listed, time] : listed;
  for (const column of [...keys.filter((key) => key.keyType === null), ...columns.filter(({ type }) => type === null)])
    throw new ManymodelError(
      "input",
      `column ${column.name} of ${query.table} has the type ${column.sqlType}, which a model cannot read; list the columns to read in source.columns`,
    );
  return {
    keys: keys.map(({ name, keyType }): KeyColumn => ({ name, type: keyType! })),
    columns: columns.map(({ name, type }) => ({ name, type: type! })),
    order: order as readonly SourceColumn[],
  };
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
