import { createHash, randomBytes } from "node:crypto";
import { ManymodelError, messageOf, show } from "../../core/errors.ts";
import { type DataQuery, type NewestValues, type SelectedRows, type Snapshot, selectsRows } from "../../core/run.ts";
import type { SnapshotTimes } from "../../ports/source.ts";
import type { Stage } from "../../ports/stage.ts";
import { newestRows, refusedValues } from "../node/newest-rows.ts";
import { describeQuery, resolveQuery, snapshotId, timesOf } from "../node/resolve-query.ts";
import { refusedRows, selectRows } from "../node/select-rows.ts";
import { identifier } from "./literal.ts";
import type { Names } from "./names.ts";
import { readRow, type Session, SnowflakeError } from "./session.ts";
import { findSource, type Source } from "./source.ts";
import { selectedTable, snapshotStatements } from "./sql/snapshot.ts";
import { tableStatements } from "./sql/tables.ts";

/** The files of a snapshot. */
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
  const created: string[] = [];
  try {
    let source: NamedSource;
    if (selectsRows(query)) {
      const selected = await selectTable(session, names, query);
      created.push(selected.id);
      source = selected.source;
    } else source = await findTable(session, names, query.table);
    if (query.newest !== undefined) {
      const selected = await selectNewest(session, names, query.newest, source);
      created.push(selected.id);
      source = selected.source;
    }
    return await pin(session, names, stage, query, source);
  } finally {
    for (const id of created) await session.rows(snapshotStatements(names).dropSelected(id));
  }
}

/** Has the account select the newest values of rows into a table of this session. */
async function selectNewest(
  session: Session,
  names: Names,
  newest: NewestValues,
  { from, columns, name }: NamedSource,
): Promise<{ id: string; source: NamedSource }> {
  const id = randomBytes(8).toString("hex");
  const spelled = columns.map((column) => ({ name: column.name, sql: identifier(column.name) }));
  // Rows without a value have no time by which theirs could be the newest.
  const newestOf = (value: string, time: string) => `MAX_BY(${value}, CASE WHEN ${value} IS NOT NULL THEN ${time} END)`;
  const text = newestRows(newest, name, { from, columns: spelled, newest: newestOf, identifier });
  await session.rows(snapshotStatements(names).select(id, text)).catch((error: unknown) => {
    throw error instanceof SnowflakeError ? refusedValues(newest, messageOf(error.cause, 500), error) : error;
  });
  const selected = await findTable(session, names, `"${selectedTable(id)}"`);
  return { id, source: { from: selected.from, columns: selected.columns, name } };
}

/** A source, by what its rows are known by: the table itself, or what was selected. */
interface NamedSource extends Source {
  readonly name: string;
  /**
   * Returns when the table was changed last, or undefined where the account does not say, as of external tables and secure
   * views; nobody else changes selected rows.
   */
  token?(): Promise<string | undefined>;
}

async function findTable(session: Session, names: Names, name: string): Promise<NamedSource> {
  const source = await findSource(session, names, name);
  if (source === undefined)
    throw new ManymodelError(
      "not-found",
      `there is no table ${show(name)}; the workspace has ${(await tableNames(session, names)).join(", ") || "none"}`,
    );
  const token = () =>
    readRow(session, snapshotStatements(names).changeToken(source.from)).then(
      ([changedAt]) => String(changedAt),
      (error) => {
        if (error instanceof SnowflakeError) return undefined;
        throw error;
      },
    );
  return { ...source, name: source.from, token };
}

/** Has the account select the rows of a source into a table of this session. */
async function selectTable(
  session: Session,
  names: Names,
  rows: DataQuery,
): Promise<{ id: string; source: NamedSource }> {
  const sql = snapshotStatements(names);
  const id = randomBytes(8).toString("hex");
  const { select, where } = rows;
  const table = select === undefined ? (await findTable(session, names, rows.table)).from : "";
  const refused = (of: SelectedRows) => (error: unknown) => {
    throw error instanceof SnowflakeError ? refusedRows(of, messageOf(error.cause, 500), error) : error;
  };
  // Of a query and a condition on it, the query alone tells which one is wrong.
  if (select !== undefined && where !== undefined)
    await session.rows(tableStatements(names).explain(selectRows({ select }, ""))).catch(refused({ select }));
  await session.rows(sql.select(id, selectRows(rows, table))).catch(refused(rows));
  const { from, columns } = await findTable(session, names, `"${selectedTable(id)}"`);
  return { id, source: { from, columns, name: table } };
}

async function pin(
  session: Session,
  names: Names,
  stage: Stage,
  query: DataQuery,
  source: NamedSource,
): Promise<PinnedSnapshot> {
  const sql = snapshotStatements(names);
  const resolved = resolveQuery(source.columns, query);
  const described = describeQuery(resolved);
  const { keyColumns, columns } = described;
  const { order, ended } = resolved;
  const selected = {
    ...{ from: source.from, keys: keyColumns, columns, order: order.map(({ name }) => name) },
    ...(ended !== undefined && { ended }),
  };
  const before = await source.token?.();
  const content = await readRow(session, sql.content(selected));
  const fingerprint = sha256(JSON.stringify([source.name, ...content]));
  const id = snapshotId(fingerprint, resolved, query);
  const existing = await readRecord(stage, id);
  if (existing !== undefined) return existing;

  const table = `${id}_${randomBytes(4).toString("hex")}`;
  const folder = `${snapshotFolder(id)}/${table}`;
  await session.rows(sql.pin(table, selected));
  // Without a time of the last change, the rows themselves say whether there was one.
  const isUnknown = source.token !== undefined && before === undefined;
  const now = isUnknown ? await readRow(session, sql.content(selected)) : content;
  if ((await source.token?.()) !== before || JSON.stringify(now) !== JSON.stringify(content)) {
    await session.rows(sql.drop(table));
    throw new ManymodelError("conflict", `${query.table} was changed while it was being read; try again`);
  }
  const counts = await readRow(session, ended === undefined ? sql.count(table) : sql.countByEnd(table));
  const [rows, partitions, over = 0] = counts.map(Number) as [number, number, number?];
  const all = partitions + over;
  const partitionsPerBlock = Math.max(1, Math.floor((ROWS_PER_BLOCK * partitions) / Math.max(1, rows)));
  const keysFile = `${folder}/keys.parquet`;
  if (all > 0) {
    await session.rows(sql.unloadKeys(table, keyColumns.length, keysFile));
    await session.rows(sql.unloadRows(table, columns.length, `${folder}/rows/`, partitionsPerBlock));
  }
  const files = await stage.list(`${folder}/rows/`);
  const blocks: string[][] = Array.from({ length: Math.ceil(all / partitionsPerBlock) }, () => []);
  for (const file of files) {
    const block = blocks[Number(/\/rows\/b(\d+)\//.exec(file)?.[1])];
    if (block === undefined) throw new ManymodelError("corrupt", `${show(file)} is of no block of its snapshot`);
    block.push(file);
  }
  const snapshot: Snapshot = {
    id,
    fingerprint,
    query,
    ...described,
    partitions,
    rows,
    ...(ended !== undefined && { ended: over }),
  };
  const pinned = { snapshot, files: { table, keys: keysFile, blocks, partitionsPerBlock } };
  await stage.put(snapshotRecord(id), new TextEncoder().encode(JSON.stringify(pinned)));
  return pinned;
}

/** Returns the times of a snapshot (see `Source.times`). */
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
  const rows = await session.rows(sql.times(pinned.files.table, snapshot.partitions, time, target));
  const newest = rows.at(-1)?.[0];
  const [later, repeated] = await readRow(session, sql.counts(pinned.files.table, snapshot.partitions, time), [
    newest === undefined ? Number.MIN_SAFE_INTEGER : Number(newest),
  ]);
  return { observed: Float64Array.from(rows, ([t]) => Number(t)), later: Number(later), repeated: Number(repeated) };
}

/** Returns a snapshot's record, or undefined. */
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
