import type { Frame } from "./frame.ts";
import { gridPositions, type Interval, nextTimes } from "./interval.ts";
import { readTimes } from "./time-axis.ts";

/** The steps that a definition is called for, and the rows known at their times. */
export interface SeriesAxis {
  /** The time of each step, ascending: milliseconds since 1970, or numbers; null if steps have no times. */
  readonly times: Float64Array | null;
  readonly interval: Interval | null;
  /** The time column of the rows; null without one. */
  readonly time: string | null;
  /** All rows of the partition, observed and planned. Among rows of the same time, the last ones count. */
  readonly rows: readonly Frame[];
}

/** The axis of a call that says nothing of its steps. */
export const NO_AXIS: SeriesAxis = { times: null, interval: null, time: null, rows: [] };

/**
 * Returns the axis of the steps of a series that is trained.
 *
 * @param data - the rows of the series, up to its last observation
 * @param rows - all rows of the partition
 */
export function trainingAxis(data: Frame, rows: Frame, time: string | null): SeriesAxis {
  const axis = { interval: data.interval, time, rows: [rows], [LAZY]: { data, times: undefined } };
  return Object.defineProperty(axis, "times", TIMES) as typeof axis & SeriesAxis;
}

/** The rows of an axis, and its times once they were asked for. */
const LAZY = Symbol("lazy");

/** The times of an axis, computed when they are first read. A new accessor for each axis would cost more than a cheap fit. */
const TIMES = {
  enumerable: true,
  get(this: {
    readonly time: string | null;
    readonly interval: Interval | null;
    readonly [LAZY]: { readonly data: Frame; times: Float64Array | null | undefined };
  }): Float64Array | null {
    const { time, interval, [LAZY]: lazy } = this;
    if (lazy.times === undefined)
      lazy.times = time === null ? null : allTimes(readTimes(lazy.data, time).times, interval);
    return lazy.times;
  },
};

function allTimes(times: Float64Array, interval: Interval | null): Float64Array {
  return stepTimes(times, interval, interval === null ? null : gridPositions(times, interval));
}

/**
 * Returns the times of all steps from the first row to the last.
 *
 * @param times - of the rows, which are those of the steps where they keep no interval
 * @param positions - of the rows (see `gridPositions`)
 */
export function stepTimes(times: Float64Array, interval: Interval | null, positions: Int32Array | null): Float64Array {
  const [first] = times;
  const last = positions?.at(-1);
  if (interval === null || first === undefined || last === undefined || last === times.length - 1) return times;
  return Float64Array.of(first, ...nextTimes(first, interval, last));
}

/** Returns the axis of the steps that follow those of another one. */
export function stepsAfter({ times, ...axis }: SeriesAxis, steps: number): SeriesAxis {
  const last = times?.at(-1);
  const later = last === undefined || axis.interval === null ? null : nextTimes(last, axis.interval, steps);
  return { ...axis, times: later };
}
