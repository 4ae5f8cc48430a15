import { ManymodelError } from "../../core/errors.ts";
import { stagePath } from "../../core/stage-path.ts";
import type { Outcome } from "../../core/states.ts";
import type { Stage } from "../../ports/stage.ts";
import { getJson, putJson } from "../../stages/json.ts";
import { ArrayReader, aligned, bytesOf, type PackedArray, packArrays } from "../base/packed-arrays.ts";
import type { TextColumn } from "../base/text-column.ts";

export const OUTCOMES: readonly Outcome[] = ["succeeded", "failed", "skipped"];

/** A reason for partitions without a model, and their number. */
export interface Reason {
  readonly type: string;
  readonly message: string;
  readonly count: number;
  /** The first rows. */
  readonly rows: readonly number[];
}

/** Facts about all of a run's partitions. */
export interface TableHead {
  readonly formatVersion: 4;
  readonly rows: number;
  readonly metrics: readonly string[];
  readonly kinds: readonly { readonly kind: string; readonly count: number }[];
  readonly reasons: readonly Reason[];
}

/** One row a partition of a run's index, column by column: what they are sorted and searched by. */
export interface TableColumns {
  /** Encoded keys, and their labels as searches compare them (see `fold`). */
  readonly keys: TextColumn;
  readonly labels: TextColumn;
  /** Position in `OUTCOMES`. */
  readonly outcome: Uint8Array;
  /** 1 + position in the head's kinds or reasons, 0 without one. */
  readonly kind: Uint16Array;
  readonly reason: Uint16Array;
  readonly nObs: Uint32Array;
  readonly fitMs: Float32Array;
  /** The beginning of the data's checksum, 0 without one: what tells data apart. */
  readonly data: Uint32Array;
  /** The place of the partition's row: position of the segment in the index, and of the row in the segment. */
  readonly segment: Uint32Array;
  readonly at: Uint32Array;
  /** The rows in the order of their keys. */
  readonly keyOrder: Uint32Array;
}

/** A run's partitions as a table. Metrics are read when they are first asked for. */
export interface PartitionTable extends TableColumns {
  readonly head: TableHead;
  /** The rows in the order of the plan, where that is not the order of the table. */
  readonly planOrder?: Uint32Array;
  /** Returns a metric's values, NaN where it is not available. Undefined if the run has no such metric. */
  metric(name: string): Promise<Float64Array | undefined>;
}

/** Returns the arrays of a table in the order of its file. */
const arraysOf = (t: TableColumns): PackedArray[] => [
  ...[t.keys.bytes, t.keys.offsets, t.labels.bytes, t.labels.offsets],
  ...[t.outcome, t.kind, t.reason, t.nObs, t.fitMs, t.data, t.segment, t.at, t.keyOrder],
];

/**
 * Keeps a table on the stage beside the index it was made from: the columns in one file, each metric in another. The head
 * is written last, so that a table with a head is whole. It is derived from the segments and may be deleted.
 */
export async function putTable(
  stage: Stage,
  folder: string,
  head: TableHead,
  columns: TableColumns,
  metrics: readonly Float64Array[],
): Promise<void> {
  await stage.put(`${folder}/columns.bin`, packArrays(arraysOf(columns)));
  for (const [i, values] of metrics.entries()) await stage.put(`${folder}/metric_${i}.bin`, bytesOf(values));
  await putJson(stage, `${folder}/head.json`, head);
}

/** Returns a table that was kept, or undefined. */
export async function getTable(stage: Stage, runId: string, indexSha256: string): Promise<PartitionTable | undefined> {
  const folder = stagePath.partitionTable(runId, indexSha256);
  const head = await getJson<TableHead>(stage, `${folder}/head.json`).catch(() => undefined);
  if (head?.formatVersion !== 4) return undefined;
  const file = `${folder}/columns.bin`;
  const { u8, u16, u32, f32 } = new ArrayReader(await stage.get(file), file);
  const text = (): TextColumn => ({ bytes: u8(), offsets: u32() });
  const columns: TableColumns = {
    keys: text(),
    labels: text(),
    outcome: u8(),
    kind: u16(),
    reason: u16(),
    nObs: u32(),
    fitMs: f32(),
    data: u32(),
    segment: u32(),
    at: u32(),
    keyOrder: u32(),
  };
  const loaded = new Map<number, Promise<Float64Array>>();
  return {
    head,
    ...columns,
    async metric(name) {
      const m = head.metrics.indexOf(name);
      if (m < 0) return undefined;
      const values =
        loaded.get(m) ?? stage.get(`${folder}/metric_${m}.bin`).then((bytes) => new Float64Array(aligned(bytes)));
      loaded.set(m, values);
      return values;
    },
  };
}

/** A row of a table. */
interface TableRow {
  readonly outcome: Outcome;
  readonly kind: string | null;
  readonly reason: Reason | null;
  readonly nObs: number;
  readonly fitMs: number;
  readonly segment: number;
  readonly at: number;
}

/** Reads a row of a table. @throws {ManymodelError} `corrupt` if the table has no such row */
export function rowAt(table: PartitionTable, row: number): TableRow {
  const value = (column: Uint8Array | Uint16Array | Uint32Array | Float32Array): number => {
    const value = column[row];
    if (value === undefined) throw new ManymodelError("corrupt", `the table of partitions has no row ${row}`);
    return value;
  };
  const { kinds, reasons } = table.head;
  const outcome = OUTCOMES[value(table.outcome)];
  if (outcome === undefined)
    throw new ManymodelError("corrupt", `row ${row} of the table of partitions has no outcome`);
  return {
    outcome,
    kind: kinds[value(table.kind) - 1]?.kind ?? null,
    reason: reasons[value(table.reason) - 1] ?? null,
    nObs: value(table.nObs),
    fitMs: value(table.fitMs),
    segment: value(table.segment),
    at: value(table.at),
  };
}

/** Counts the bytes of memory of a table with all of its metrics. */
export function tableBytes(table: PartitionTable): number {
  const columns = arraysOf(table).reduce((sum, { byteLength }) => sum + byteLength, 0);
  return columns + 8 * table.head.rows * table.head.metrics.length;
}
