import { at, zip } from "../core/aligned.ts";
import { type Column, type ColumnBatch, getColumn } from "../core/columns/column.ts";
import { ManymodelError } from "../core/errors.ts";
import type { Snapshot, ZoneRule } from "../core/run.ts";
import { type ClockChanges, instantsOf, midnight, openTimeZone, timeOfDay, zoneOfChanges } from "../core/time-zone.ts";

/** Rows of several partitions: partition `i` has the rows `[offsets[i], offsets[i + 1])` of `batch`. */
interface Rows {
  readonly batch: ColumnBatch;
  readonly offsets: Int32Array;
}

/** The parts of a snapshot that decide how rows are zoned. */
export interface Zoned extends Pick<Snapshot, "timeColumn" | "hasInstants"> {
  /** The zone, and the changes of its clocks for whoever has no database of zones. */
  readonly zone?: Required<ZoneRule> & { readonly changes?: ClockChanges };
}

const DAY = 86_400_000;

/**
 * Returns what the times of a snapshot are; undefined where they are dates, which have no zone.
 *
 * @param times - each time of the source once, ascending
 * @throws {ManymodelError} `config` if its times are neither dates nor timestamps, or there is no such zone
 */
export function findZone(
  { columns, timeColumn, hasInstants, query }: Pick<Snapshot, "columns" | "timeColumn" | "hasInstants" | "query">,
  { name, timeOfDay: pinnedTime }: ZoneRule,
  times: Float64Array,
): Required<ZoneRule> | undefined {
  const time = columns.find((column) => column.name === timeColumn);
  if (time?.type === "date") return undefined;
  if (time?.type !== "timestamp")
    throw new ManymodelError(
      "config",
      `source.time_zone needs timestamps, but ${time === undefined ? "source.order_by names no time" : `${time.name} of ${query.table} holds ${time.type}s`}; name a timestamp last in source.order_by`,
    );
  const zone = openTimeZone(name);
  if (pinnedTime !== undefined) return { name, timeOfDay: pinnedTime };
  if (hasInstants) return { name, timeOfDay: timeOfDay(zone, times) };
  const [first = 0] = times;
  return { name, timeOfDay: times.every((time) => time % DAY === first % DAY) ? first - midnight(first) : null };
}

/**
 * Returns the times of one partition, ascending, as a model sees them: clock readings where rows are days, else
 * instants.
 */
export function zoneTimes({ hasInstants = false, zone }: Zoned, times: Float64Array): Float64Array {
  if (zone === undefined) return times;
  const { name, timeOfDay, changes } = zone;
  const clocks = () => (changes === undefined ? openTimeZone(name) : zoneOfChanges(changes));
  if (timeOfDay === null) return hasInstants ? times : instantsOf(clocks(), times);
  if (!hasInstants) return times;
  const { toLocal } = clocks();
  return times.map((time) => midnight(toLocal(time)) + timeOfDay);
}

/** Returns the rows of partitions in the order of their times as a model sees them (see `zoneTimes`). */
export function zoneRows(snapshot: Zoned, { batch, offsets }: Rows): Rows {
  const { timeColumn, zone } = snapshot;
  if (timeColumn === null || zone === undefined) return { batch, offsets };
  const column = getColumn(batch, timeColumn);
  if (column.type !== "timestamp") return { batch, offsets };
  const times = new Float64Array(batch.length);
  const order = Int32Array.from(times.keys());
  for (const [start, end] of zip(offsets.subarray(0, -1), offsets.subarray(1))) {
    times.set(zoneTimes(snapshot, column.values.subarray(start, end)), start);
    // Of two rows with the same reading one is an hour later, after readings that come later.
    order.subarray(start, end).sort((a, b) => at(times, a) - at(times, b) || a - b);
  }
  const columns = Object.entries(batch.columns).map(([name, values]): [string, Column] => [
    name,
    name === timeColumn ? { type: "timestamp", values: times } : values,
  ]);
  return { batch: inOrder({ length: batch.length, columns: Object.fromEntries(columns) }, order), offsets };
}

function inOrder(batch: ColumnBatch, order: Int32Array): ColumnBatch {
  if (order.every((row, i) => row === i)) return batch;
  const columns = Object.entries(batch.columns).map(([name, column]): [string, Column] => [name, pick(column, order)]);
  return { length: batch.length, columns: Object.fromEntries(columns) };
}

function pick(column: Column, order: Int32Array): Column {
  if (column.type === "string") return { type: "string", values: Array.from(order, (row) => at(column.values, row)) };
  if (column.type === "integer") return { type: "integer", values: Array.from(order, (row) => at(column.values, row)) };
  if (column.type === "boolean")
    return { type: "boolean", values: Uint8Array.from(order, (row) => at(column.values, row)) };
  return { type: column.type, values: Float64Array.from(order, (row) => at(column.values, row)) };
}
