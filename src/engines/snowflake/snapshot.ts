import { createHash, randomBytes } from "node:crypto";
import { ManymodelError, show } from "../../core/errors.ts";
import type { DataQuery, Snapshot } from "../../core/run.ts";
import type { SnapshotTimes } from "../../ports/source.ts";
import type { Stage } from "../../ports/stage.ts";
import { describeQuery, resolveQuery, snapshotId, timesOf } from "../node/resolve-query.ts";
import type { Names } from "./names.ts";
import { readRow, type Session } from "./session.ts";
import { findSource } from "./source.ts";
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

/**
 * Pins a query's rows, or finds the snapshot that has them already: a snapshot is known by what its role saw of its
 * source, not by when the source was changed.
 */
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
  const token = async () => {
    const [current] = await readRow(session, sql.changeToken(source.from));
    return String(current);
  };
  const resolved = resolveQuery(source.columns, query);
  const { keyColumns, columns, timeColumn } = describeQuery(resolved);
  const selected = { from: source.from, keys: keyColumns, columns, order: resolved.order.map(({ name }) => name) };
  const before = await token();
  const content = await readRow(session, sql.content(selected));
  const fingerprint = sha256(JSON.stringify([source.from, ...content]));
  const id = snapshotId(fingerprint, resolved, query);
  const known = await readRecord(stage, id);
  if (known !== undefined) return known;

  const table = `${id}_${randomBytes(4).toString("hex")}`;
  const folder = `${snapshotFolder(id)}/${table}`;
  await session.rows(sql.pin(table, selected));
  if ((await token()) !== before) {
    await session.rows(sql.drop(table));
    throw new ManymodelError("conflict", `${query.table} was changed while it was being read; try again`);
  }
  const [[rows, partitions]] = (await session.rows(sql.count(table))) as [[number, number]];
  const partitionsPerBlock = Math.max(1, Math.floor((ROWS_PER_BLOCK * partitions) / Math.max(1, rows)));
  const keysFile = `${folder}/keys.parquet`;
  if (rows > 0) {
    await session.rows(sql.unloadKeys(table, keyColumns.length, keysFile));
    await session.rows(sql.unloadRows(table, columns.length, `${folder}/rows/`, partitionsPerBlock));
  }
  const files = await stage.list(`${folder}/rows/`);
  const blocks: string[][] = Array.from({ length: Math.ceil(partitions / partitionsPerBlock) }, () => []);
  for (const file of files) {
    const block = blocks[Number(/\/rows\/b(\d+)\//.exec(file)?.[1])];
    if (block === undefined) throw new ManymodelError("corrupt", `${show(file)} is of no block of its snapshot`);
    block.push(file);
  }
  const snapshot: Snapshot = {
    id,
    fingerprint,
    query,
    keyColumns,
    columns,
    timeColumn,
    partitions,
    rows,
  };
  const pinned = { snapshot, files: { table, keys: keysFile, blocks, partitionsPerBlock } };
  await stage.put(snapshotRecord(id), new TextEncoder().encode(JSON.stringify(pinned)));
  return pinned;
}

/** The times of a snapshot (see `Source.times`). */
export async function snapshotTimes(
  session: Session,
  names: Names,
  stage: Stage,
  snapshot: Snapshot,
): Promise<SnapshotTimes> {
  const pinned = await readRecord(stage, snapshot.id);
  if (pinned === undefined)
    throw new ManymodelError("not-found", `snapshot ${snapshot.id} is not on the stage any more; plan again`);
  const { time, target } = timesOf(snapshot);
  const sql = snapshotStatements(names);
  const rows = await session.rows(sql.times(pinned.files.table, time, target));
  const newest = rows.at(-1)?.[0];
  const [later, repeated] = await readRow(session, sql.counts(pinned.files.table, time), [
    newest === undefined ? Number.MIN_SAFE_INTEGER : Number(newest),
  ]);
  return { observed: Float64Array.from(rows, ([t]) => Number(t)), later: Number(later), repeated: Number(repeated) };
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

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
