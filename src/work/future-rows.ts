import { at } from "../core/aligned.ts";
import type { ColumnInfo } from "../core/columns/column.ts";
import { type Frame, pickRows } from "../model/frame.ts";
import { formatTime } from "../model/interval.ts";
import { readTimes } from "../model/time-axis.ts";

/** A step of a forecast has no row in the table of the future. */
export class MissingFuture extends Error {
  override readonly name = "MissingFuture";
}

/**
 * Returns the rows of the future for the steps of a forecast, one a step.
 *
 * @param times - of the steps; null where the series has no interval
 * @throws {MissingFuture} naming the first step that has none
 */
export function futureRows(future: Frame, time: ColumnInfo | null, times: Float64Array | null): Frame {
  if (time === null || times === null)
    throw new MissingFuture("the series has no interval, so rows of the future have no place");
  if (future.length === 0) throw new MissingFuture("the table of the future has no rows of this partition");
  const ofFuture = readTimes(future, time.name);
  const rows = new Int32Array(times.length);
  let row = 0;
  for (const [step, ahead] of times.entries()) {
    while (row < ofFuture.times.length && !(at(ofFuture.times, row) >= ahead)) row++;
    if (ofFuture.times[row] !== ahead)
      throw new MissingFuture(
        `the table of the future has no row for ${time.name} ${formatTime(ofFuture.type, ahead)}, step ${step + 1} of ${times.length}`,
      );
    rows[step] = row;
  }
  return pickRows(future, rows);
}
