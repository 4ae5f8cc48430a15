import { getColumn } from "../core/columns/column.ts";
import { ManymodelError } from "../core/errors.ts";
import { numericDates } from "../core/numeric-dates.ts";
import type { Snapshot } from "../core/run.ts";
import { checkStatedInterval } from "../model/series-interval.ts";
import type { Source } from "../ports/source.ts";

/** Partitions whose times are looked at. */
const SAMPLE = 20;

/**
 * Refuses times that cannot be those of series: an interval stated for another type, rows of the same time that would be
 * kept, and dates spelled as numbers, which leave a gap at each end of a month. A stated interval such as `N1` says that
 * they are plain numbers.
 *
 * @throws {ManymodelError} `config` for the interval and kept rows, `input` for the dates
 */
export async function checkTimes(source: Source, snapshot: Snapshot): Promise<void> {
  checkStatedInterval(snapshot);
  const { query, columns, timeColumn, partitions } = snapshot;
  const time = columns.find(({ name }) => name === timeColumn);
  const isSeries = time?.type === "date" || time?.type === "timestamp" || query.interval !== undefined;
  if (query.duplicates === "keep" && time !== undefined && isSeries)
    throw new ManymodelError(
      "config",
      `source.duplicates is keep, but ${time.name} is the time of a series: a second row of the same time would shift all later ones by a step. Use sum, mean, last, first, max or min, or leave ${time.name} out of source.order_by`,
    );
  if (time?.type !== "integer" || query.interval !== undefined) return;
  const sample = Array.from({ length: Math.min(SAMPLE, partitions) }, (_, ordinal) => ordinal);
  const { batch } = await source.read(snapshot, sample);
  const values = Array.from<unknown>(getColumn(batch, time.name).values);
  const numbers = values.map((value) => (value === null ? NaN : Number(value)));
  const spelled = numericDates(numbers);
  if (spelled === undefined) return;
  throw new ManymodelError(
    "input",
    `${time.name} of ${query.table} spells dates as numbers, such as ${numbers.find((value) => !Number.isNaN(value))}, which have no months: import it with --date-format ${spelled}, or make it a date in the source. If they are plain numbers, state source.interval: N1`,
  );
}
