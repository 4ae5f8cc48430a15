import { at } from "../core/aligned.ts";
import type { PartitionOutcome } from "../core/artifact.ts";
import { type RunManifest, statedInterval } from "../core/run.ts";
import type { Frame } from "../model/frame.ts";
import { formatTime, gridPositions, type Interval } from "../model/interval.ts";
import { IrregularInterval, seriesInterval } from "../model/series-interval.ts";

/** The times of a series: its first and last one, its interval, and the position of each on its grid. */
export interface SeriesTimes {
  readonly found: Pick<PartitionOutcome, "firstTs" | "lastTs" | "interval">;
  readonly grid: () => Int32Array | null;
}

/** The reason why the times of a partition are not those of a series. */
export type BadTimes = Pick<PartitionOutcome, "errorType" | "errorMessage">;

/** A column of times, as a snapshot declares it. */
interface TimeColumn {
  readonly name: string;
  readonly type: "date" | "timestamp" | "number";
  /** The interval that is stated for all series. */
  readonly stated: string | undefined;
  /** True if rows of the same time stay. */
  readonly keepsRepeated: boolean;
}

/** Reads the times of the first rows of a partition, or says what is wrong with them; undefined without a time column. */
export function readSeriesTimes(
  { timeColumn, columns, query }: RunManifest["snapshot"],
  data: Frame,
  length = data.length,
): SeriesTimes | BadTimes | undefined {
  const declared = columns.find((column) => column.name === timeColumn)?.type;
  if (timeColumn === null || declared === undefined || declared === "string" || declared === "boolean")
    return undefined;
  const type = declared === "integer" ? "number" : declared;
  const all = type === "number" ? data.numbers(timeColumn) : data.times(timeColumn);
  const times = length === all.length ? all : all.subarray(0, length);
  const keepsRepeated = query.duplicates === "keep";
  const column: TimeColumn = { name: timeColumn, type, stated: statedInterval(query), keepsRepeated };
  if (last !== undefined && isSame(last.column, column) && isEqual(last.times, times)) return last.result;
  const result = timesOf(times, column);
  last = { column, times: times.slice(), result };
  return result;
}

/**
 * The times that were read last, and what they are: of a table that ends on one day most series have the same. The copy is
 * needed because a body may change the array that it gets.
 */
let last:
  | { readonly column: TimeColumn; readonly times: Float64Array; readonly result: SeriesTimes | BadTimes }
  | undefined;

function isSame(one: TimeColumn, other: TimeColumn): boolean {
  return (
    one.name === other.name &&
    one.type === other.type &&
    one.stated === other.stated &&
    one.keepsRepeated === other.keepsRepeated
  );
}

/** Tells whether two lists are equal, number by number; NaN equals nothing. */
function isEqual(one: Float64Array, other: Float64Array): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

function timesOf(times: Float64Array, { name, type, stated, keepsRepeated }: TimeColumn): SeriesTimes | BadTimes {
  const n = times.length;
  let repeated = false;
  let row = 0;
  let previous: number | undefined;
  for (const observed of times) {
    row++;
    if (Number.isNaN(observed))
      return {
        errorType: "null-timestamp",
        errorMessage: `row ${row} of ${n} has no ${name}; remove or date such rows`,
      };
    const isRepeated = observed === previous;
    previous = observed;
    if (!isRepeated) continue;
    repeated = true;
    if (!keepsRepeated)
      return {
        errorType: "duplicate-timestamp",
        errorMessage: `${name} ${formatTime(type, observed)} occurs twice; make one row of them by source.duplicates: sum (mean, last, first, max, min)`,
      };
  }
  const distinct = repeated ? times.filter((t, i) => i === 0 || t !== times[i - 1]) : times;
  let interval: Interval | null;
  try {
    interval = seriesInterval(distinct, type, stated);
  } catch (error) {
    if (!(error instanceof IrregularInterval)) throw error;
    return { errorType: "irregular-interval", errorMessage: `${name} ${error.message}` };
  }
  let positions: Int32Array | null | undefined;
  const grid = () => {
    if (positions === undefined) positions = repeated || interval === null ? null : gridPositions(times, interval);
    return positions;
  };
  return {
    found: { firstTs: formatTime(type, at(times, 0)), lastTs: formatTime(type, at(times, -1)), interval },
    grid,
  };
}
