import type { ColumnBatch, ColumnInfo } from "../core/columns/column.ts";
import type { PartitionKey } from "../core/partition-key.ts";
import type { DataQuery, Snapshot } from "../core/run.ts";

/** Rows of several partitions: partition `i` has the rows `[offsets[i], offsets[i + 1])` of `batch`. */
export interface PartitionRows {
  readonly batch: ColumnBatch;
  readonly offsets: Int32Array;
  /** Reasons why the engine could not pin the rows of some partitions. */
  readonly refused?: ReadonlyMap<number, string>;
}

/** The times of a snapshot (see `Source.times`). */
export interface SnapshotTimes {
  readonly observed: Float64Array;
  readonly later: number;
  readonly repeated: number;
}

/** Reads tables partition by partition. Every engine passes `src/contract/source.ts`. */
export interface Source {
  /**
   * Returns a table's columns as far as they are known (those of an imported file are not); undefined if there is no
   * such table.
   */
  columns(table: string): Promise<ColumnInfo[] | undefined>;
  /**
   * Pins the rows of a query: grouped by partition key (NULL is a key), ordered within. The same source and query give
   * the same snapshot again without reading the data twice.
   * @throws {ManymodelError} `not-found` or `input` naming the missing table or column, or the column that cannot be a
   *   key
   */
  snapshot(query: DataQuery): Promise<Snapshot>;
  /**
   * Returns the times of a snapshot whose query names a target. They are the times at which a row has a target value,
   * ascending (milliseconds since 1970, or numbers), with two numbers: the rows later than all of these times, and the
   * other rows that repeat the partition and time of an earlier row.
   */
  times(snapshot: Snapshot): Promise<SnapshotTimes>;
  /** Returns the keys of the partitions at positions `[from, to)` of a snapshot. */
  keys(snapshot: Snapshot, from: number, to: number): Promise<PartitionKey[]>;
  /** Returns for each key its position in the snapshot, or -1. */
  locate(snapshot: Snapshot, keys: readonly PartitionKey[]): Promise<Int32Array>;
  /**
   * Returns all rows of the partitions at these positions, in one read and in the order of the positions; -1 has no
   * rows.
   *
   * @param newerThan - a finite time as the snapshot's time column has it: rows whose time is not later may be left out
   */
  read(snapshot: Snapshot, ordinals: readonly number[], newerThan?: number): Promise<PartitionRows>;
}
