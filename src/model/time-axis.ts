import { at } from "../core/aligned.ts";
import { matchColumn } from "../core/columns/column.ts";
import type { Frame } from "./frame.ts";
import { detectInterval, formatTime, type Interval, nextTimes } from "./interval.ts";

type TimeType = "date" | "timestamp" | "number";

/** The times of a partition's rows, each as text, and the interval they keep. */
export interface TimeAxis {
  readonly type: TimeType;
  readonly times: Float64Array;
  readonly interval: Interval;
}

/** Reads the time column of a partition's rows, which are in its order. @throws {RangeError} if they keep none */
export function timeAxis(data: Frame, column: string): TimeAxis {
  const { type, times } = readTimes(data, column);
  const interval = data.interval ?? detectInterval(times, type === "number" ? "number" : "time");
  if (interval === null)
    throw new RangeError(
      times.length < 2
        ? `${times.length} rows are too few to tell the interval of ${column}`
        : `the times of ${column} keep no interval; aggregate the rows to days, weeks or months`,
    );
  return { type, times, interval };
}

/** Returns the values of a time column, and what they are. */
export function readTimes(data: Frame, column: string): { type: TimeType; times: Float64Array } {
  const names = data.columns.map(({ name }) => name);
  const declared = data.columns.find(({ name }) => name === matchColumn(names, column))?.type;
  const type = declared === "date" || declared === "timestamp" ? declared : "number";
  return { type, times: type === "number" ? data.numbers(column) : data.times(column) };
}

/**
 * Returns the times, as text, of the positions of a series whose first is the first row's: what `Frame.series` has.
 */
export function timesOfSeries(data: Frame, column: string, length: number): string[] {
  const { type, times } = readTimes(data, column);
  if (times.length === length) return Array.from(times, (time) => formatTime(type, time));
  const { interval } = timeAxis(data, column);
  const first = at(times, 0);
  return [first, ...nextTimes(first, interval, length - 1)].map((time) => formatTime(type, time));
}
