import { at } from "../core/aligned.ts";
import type { ColumnInfo } from "../core/columns/column.ts";
import { matchColumn } from "../core/columns/column.ts";
import { type Frame, pickRows } from "../model/frame.ts";
import { formatTime, gridPositions, parseTime } from "../model/interval.ts";
import { observedRows } from "../model/planned-rows.ts";
import { readTimes } from "../model/time-axis.ts";

/** Newer rows cannot be placed after a series' last observation. */
export class OffInterval extends Error {
  override readonly name = "OffInterval";
}

/** Rows that are newer than a series, and how many steps they reach. */
export interface NewerRows {
  /** `series` begins one step after the series' last observation. */
  readonly data: Frame;
  readonly steps: number;
}

/**
 * Returns the rows of a partition that are newer than a series' last observation, up to the newest one with a value of
 * the target; undefined if there are none, or the data have no such time column.
 *
 * @throws {OffInterval} if they are not one by one at later steps of the series' interval
 */
export function newerRows(
  data: Frame,
  time: ColumnInfo,
  lastTs: string,
  interval: string | null,
  target: ColumnInfo | undefined,
): NewerRows | undefined {
  if (time.type === "string" || time.type === "boolean" || data.length === 0) return undefined;
  const column = matchColumn(
    data.columns.map(({ name }) => name),
    time.name,
  );
  const declared = data.columns.find(({ name }) => name === column);
  if (column === undefined || declared === undefined) return undefined;
  const isNumber = (type: string) => type === "number" || type === "integer";
  const inputType = declared.type;
  if (inputType === "string" || inputType === "boolean" || isNumber(inputType) !== isNumber(time.type))
    throw new OffInterval(`${column} of the input holds ${inputType}s, but the model was fitted to ${time.type}s`);
  const { type, times: all } = readTimes(data, column);
  const times = all.subarray(0, observedRows(data, target));
  const last = parseTime(isNumber(time.type) ? "number" : (time.type as "date" | "timestamp"), lastTs);
  let newer = 0;
  let row = 0;
  for (const observed of times) {
    row++;
    if (Number.isNaN(observed)) throw new OffInterval(`row ${row} of the input has no ${column}`);
    if (observed > last) newer++;
  }
  if (newer === 0) return undefined;
  const grid = new Float64Array(newer + 1);
  const rows = new Int32Array(newer);
  grid[0] = last;
  let newest = last;
  let step = 0;
  row = 0;
  for (const observed of times) {
    if (observed > last) {
      if (observed <= newest)
        throw new OffInterval(
          `${column} ${formatTime(type, observed)} of the input ${observed === newest ? "occurs twice" : "is not in order"}`,
        );
      rows[step] = row;
      grid[++step] = newest = observed;
    }
    row++;
  }
  if (interval === null) throw new OffInterval(`the model's series has no interval, so newer rows have no place`);
  const positions = gridPositions(grid, interval);
  if (positions === null)
    throw new OffInterval(
      `${column} ${formatTime(type, at(grid, 1))}${newer > 1 ? ` to ${formatTime(type, newest)}` : ""} of the input ${newer > 1 ? "are" : "is"} not at steps of ${interval} after ${lastTs}`,
    );
  const places = positions.subarray(1).map((position) => position - 1);
  return { data: pickRows(data, rows, places), steps: at(places, -1) + 1 };
}
