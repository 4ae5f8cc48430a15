import { zip } from "../../core/aligned.ts";
import type { PartitionOutcome } from "../../core/artifact.ts";
import type { ColumnInfo } from "../../core/columns/column.ts";
import type { PartitionKey } from "../../core/partition-key.ts";
import type { RunManifest, Snapshot } from "../../core/run.ts";
import { frame } from "../../model/frame.ts";
import { gridPositions, type Interval, parseTime } from "../../model/interval.ts";
import { NO_AXIS, type SeriesAxis, stepTimes } from "../../model/series-axis.ts";
import { readTimes } from "../../model/time-axis.ts";
import type { Source } from "../../ports/source.ts";
import { forecastTask } from "../runs/run-view.ts";

/** A partition's series as its model saw it: at its own interval, NaN where there is no row. */
export interface SeriesData {
  readonly target: string;
  readonly y: Float64Array;
  /** The time of each step: milliseconds since 1970, or numbers; null without a time column. */
  readonly times: Float64Array | null;
  readonly timeType: "date" | "timestamp" | "number";
  readonly interval: Interval | null;
  /** The steps, with all rows of the partition: those planned after its last observation as well. */
  readonly axis: SeriesAxis;
}

/**
 * Returns the column that a run forecasts: the one its exports name or, without, its only numeric one that is no key or
 * time.
 */
export function targetOf({ exports, snapshot }: RunManifest): string | null {
  const { target } = forecastTask(exports);
  const named = snapshot.columns.find(({ name }) => name.toLowerCase() === target?.toLowerCase());
  if (named !== undefined) return named.name;
  const [first, ...others] = snapshot.columns.filter((column) => isValue(column, snapshot));
  return first !== undefined && others.length === 0 ? first.name : null;
}

function isValue({ name, type }: ColumnInfo, { keyColumns, timeColumn }: Snapshot): boolean {
  return type === "number" && name !== timeColumn && !keyColumns.some((key) => key.name === name);
}

/** Reads the series that a partition's model was fitted to, from the data that its run pinned; undefined if it has no rows. */
export async function readSeries(
  source: Source,
  snapshot: Snapshot,
  target: string,
  { key, interval, lastTs }: Pick<PartitionOutcome, "key" | "interval" | "lastTs">,
): Promise<SeriesData | undefined> {
  const ordinals = await source.locate(snapshot, [key]);
  if (ordinals[0] === -1) return undefined;
  const { batch } = await source.read(snapshot, Array.from(ordinals));
  const { timeColumn } = snapshot;
  const column = snapshot.columns.find(({ name }) => name === timeColumn);
  const rows = frame(batch);
  if (timeColumn === null || column === undefined || column.type === "string" || column.type === "boolean")
    return { target, y: rows.numbers(target), times: null, timeType: "number", interval: null, axis: NO_AXIS };
  const { type: timeType, times: all } = readTimes(rows, timeColumn);
  const last = lastTs === null ? Infinity : parseTime(timeType, lastTs);
  const times = all.subarray(0, all.findLastIndex((time) => time <= last) + 1);
  const positions = interval !== null && ascends(times) ? gridPositions(times, interval) : null;
  const y = frame(batch, 0, times.length, () => positions).series(target);
  const steps = stepTimes(times, interval, positions);
  const axis = { times: steps, interval, time: timeColumn, rows: [rows] };
  return { target, y, times: steps, timeType, interval, axis };
}

/** Tells whether each time is later than the one before it. */
export function ascends(times: Float64Array): boolean {
  let before = NaN;
  return times.every((time, i) => {
    const isLater = i === 0 || time > before;
    before = time;
    return isLater;
  });
}

/** Returns the ends of several partitions' series, at most `length` rows of each, in one read. */
export async function readEnds(
  source: Source,
  snapshot: Snapshot,
  target: string,
  keys: readonly PartitionKey[],
  length: number,
): Promise<Float64Array[]> {
  const ordinals = await source.locate(snapshot, keys);
  const { batch, offsets } = await source.read(snapshot, Array.from(ordinals));
  return Array.from(zip(offsets.subarray(0, -1), offsets.subarray(1)), ([start, end]) =>
    frame(batch, Math.max(start, end - length), end).numbers(target),
  );
}
