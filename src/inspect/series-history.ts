import { zip } from "../core/aligned.ts";
import type { PartitionOutcome } from "../core/artifact.ts";
import type { ColumnBatch, ColumnInfo } from "../core/columns/column.ts";
import { messageOf } from "../core/errors.ts";
import { type Frame, frame } from "../model/frame.ts";
import { gridPositions, nextTimes, parseTime } from "../model/interval.ts";
import { findTarget } from "../model/planned-rows.ts";
import { newerRows } from "../work/newer-rows.ts";
import type { ScoredPartition } from "../work/score-partition.ts";

/** The observations of a partition: those that its model was fitted to, then the newer rows that it took in. */
export interface SeriesHistory {
  /** Times at the series' own interval, gaps included; 1, 2, … without a time column. */
  readonly times: Float64Array;
  /** The observation at each time; NaN where a value is missing, or no longer known. */
  readonly values: Float64Array;
  /** The number of times that the model was fitted to. The others are newer. */
  readonly trained: number;
  /** A sentence about missing or unexpected observations; null if there are none. */
  readonly note: string | null;
}

/** The fields of an outcome that a history is read for. */
export type HistoryOf = Pick<PartitionOutcome, "interval" | "lastTs">;

/** The columns that make a series. */
export interface SeriesColumns {
  readonly time: ColumnInfo | null;
  readonly target: string;
}

/**
 * Returns the part of a partition's rows that its model was fitted to; all of them where their times say nothing of
 * that.
 */
export function trainedHistory(
  batch: ColumnBatch,
  { interval, lastTs }: HistoryOf,
  { time, target }: SeriesColumns,
): SeriesHistory {
  const data = frame(batch);
  const all = numeric(data, target);
  const whole = (times: Float64Array, values: Float64Array) => ({ times, values, trained: values.length, note: null });
  if (time === null || time.type === "string" || time.type === "boolean")
    return whole(
      Float64Array.from(all, (_, i) => i + 1),
      all,
    );
  const read = time.type === "date" || time.type === "timestamp" ? data.times(time.name) : data.numbers(time.name);
  // Where the pinned rows were deleted, those of today may go on further.
  const last = lastTs === null ? Infinity : parseTime(axisOf(time), lastTs);
  const end = read.findIndex((at) => at > last);
  const [times, values] = end === -1 ? [read, all] : [read.subarray(0, end), all.subarray(0, end)];
  const [first] = times;
  if (interval === null || first === undefined) return whole(times, values);
  const positions = gridPositions(times, interval);
  const newest = positions?.at(-1);
  if (positions === null || newest === undefined || newest === times.length - 1) return whole(times, values);
  const spaced = new Float64Array(newest + 1).fill(NaN);
  for (const [position, value] of zip(positions, values)) spaced[position] = value;
  return whole(Float64Array.of(first, ...nextTimes(first, interval, newest)), spaced);
}

/**
 * Returns a history up to the first forecast: with the rows of the input that the model took in. Where they cannot be
 * read there is a gap, and a note that says why.
 */
export function upToForecast(
  history: SeriesHistory,
  { interval, lastTs }: HistoryOf,
  { time, target }: SeriesColumns,
  input: Frame,
  scored: ScoredPartition,
): SeriesHistory {
  if (!("mean" in scored)) return history;
  if (scored.status === "STALE")
    return { ...history, note: `there are newer rows, which the model did not take in: ${scored.errorMessage}` };
  const first = scored.times?.[0];
  const last = history.times.at(-1);
  if (time === null || interval === null || lastTs === null || last === undefined || typeof first !== "number")
    return history;
  const steps = (gridPositions(Float64Array.of(last, first), interval)?.[1] ?? 1) - 1;
  if (steps < 1) return history;
  const times = Float64Array.of(...history.times, ...nextTimes(last, interval, steps));
  const values = new Float64Array(times.length).fill(NaN);
  values.set(history.values);
  try {
    const newer = newerRows(input, time, lastTs, interval, findTarget({ target }, input.columns));
    if (newer === undefined) throw new Error(`the input has no rows after ${lastTs}`);
    const observed = newer.data.series(target);
    values.set(observed, times.length - observed.length);
    return { ...history, times, values };
  } catch (error) {
    const note = `${steps} newer ${steps === 1 ? "step" : "steps"} that the model took in cannot be shown: ${messageOf(error)}`;
    return { ...history, times, values, note };
  }
}

const axisOf = ({ type }: ColumnInfo) => (type === "date" || type === "timestamp" ? type : "number");

/** Returns a column of numbers or of truth values, as numbers. */
function numeric(data: Frame, name: string): Float64Array {
  const isBoolean = data.columns.some((column) => column.name === name && column.type === "boolean");
  return isBoolean
    ? Float64Array.from(data.booleans(name), (value) => (value === null ? NaN : Number(value)))
    : data.numbers(name);
}
