import { at, zip } from "../core/aligned.ts";
import { type Column, type ColumnBatch, getColumn, matchColumn } from "../core/columns/column.ts";
import { type RowRules, WEEKDAYS } from "../core/run.ts";
import { type Completion, completeRows, type Rows } from "./complete-rows.ts";
import { type CalendarBins, calendarBins, type Interval, nextTimes, parseInterval, weekday } from "./interval.ts";

const DAY = 86_400_000;

/** The rows of a batch that become one: `[first, last]`, of the bin that begins at `time`. */
interface Bin {
  readonly time: number;
  readonly first: number;
  readonly last: number;
  /** True if the bin ends after the newest target, so that its own is not known yet. */
  readonly isOpen: boolean;
}

/**
 * Completes rows (see `completeRows`) and, if the query says so, makes them coarser: the rows that one bin of the calendar
 * holds become one row, at the time when the bin begins: a week at its first day, a month
 * or quarter at its first day, a day at midnight UTC (see `calendarBins`).
 *
 * The target is the sum or mean of the values that there are, missing if there are none. Any other number is the mean,
 * a truth value true if one is, and any other value that of the last row.
 *
 * A bin that the data do not cover is no low value. The bin in which the table begins is left out, unless it begins with
 * the bin. A bin that ends after the newest target, such as the current week, keeps its row with a missing target, as if it
 * were planned: the newest target of the partition, or of the table where rows are filled in up to that, or where times
 * keep no interval. Without a target, as in a table of the future, every bin stays.
 *
 * A partition with a missing time keeps its rows, as does one that repeats a time where that fails it. Bins that are still
 * absent then are filled in as rows are, to the newest that the table covers.
 *
 * @param future - rows of the table of the future, of the same partitions, in the order of their times
 */
export function resampleRows(completion: Completion, rows: Rows, future?: Rows): Rows {
  const completed = completeRows(completion, rows, future);
  const { query, timeColumn } = completion;
  const { resample, fill } = query;
  if (resample === undefined || timeColumn === null) return completed;
  const time = getColumn(completed.batch, timeColumn);
  if (time.type !== "date" && time.type !== "timestamp") return completed;
  const coarse = binnedRows(completion, time, completed);
  if (fill === undefined) return coarse;
  const panel = { newest: newestBin(completion, time.type), interval: resample.to, later: 0, repeated: 0 };
  const { target: _, fill: __, ...untargeted } = query;
  const ahead = future && resampleRows({ timeColumn, query: untargeted }, future);
  return completeRows({ timeColumn, query: { ...query, duplicates: "fail" }, panel }, coarse, ahead);
}

/**
 * Does the same with rows of one partition that came after a snapshot, such as those of a request: the newest target of the
 * table may be among them.
 */
export function resampleNewer(completion: Completion, batch: ColumnBatch): ColumnBatch {
  const { query, timeColumn, panel } = completion;
  const offsets = Int32Array.of(0, batch.length);
  const time = timeColumn === null ? undefined : batch.columns[timeColumn];
  if (panel === undefined || time === undefined) return batch;
  if (time.type !== "date" && time.type !== "timestamp" && time.type !== "number") return batch;
  const target = batch.columns[matchColumn(Object.keys(batch.columns), query.target ?? "") ?? ""];
  const newest = time.values.findLast((_, row) => target?.type !== "number" || !Number.isNaN(target.values[row]));
  const latest = Math.max(panel.newest ?? -Infinity, newest ?? -Infinity);
  return resampleRows({ query, timeColumn, panel: { ...panel, newest: latest } }, { batch, offsets }).batch;
}

/** Returns one row for each bin that has rows. */
function binnedRows(completion: Completion, time: TimeColumn, { batch, offsets }: Rows): Rows {
  const { query } = completion;
  const name = matchColumn(Object.keys(batch.columns), query.target ?? "");
  const target = name === undefined ? undefined : batch.columns[name];
  const bins: Bin[] = [];
  const binned = new Int32Array(offsets.length);
  let partition = 0;
  for (const [start, end] of zip(offsets.subarray(0, -1), offsets.subarray(1))) {
    bins.push(...partitionBins(completion, time, target, start, end));
    binned[++partition] = bins.length;
  }
  const columns = Object.entries(batch.columns).map(([name, column]): [string, Column] => [
    name,
    column === time
      ? { type: time.type, values: Float64Array.from(bins, ({ time }) => time) }
      : binnedColumn(column, bins, column === target ? query.resample : undefined),
  ]);
  return { batch: { length: bins.length, columns: Object.fromEntries(columns) }, offsets: binned };
}

/** Returns when the newest bin begins that the table covers to its end; null without any target. */
function newestBin({ query, panel }: Completion, type: TimeColumn["type"]): number | null {
  const calendar = binsOf(query);
  if (calendar === undefined || panel?.newest == null) return null;
  const start = calendar.start(panel.newest);
  const isWhole = calendar.next(start) <= timeAfter(panel.newest, panel.interval, type);
  return isWhole ? start : calendar.start(start - 1);
}

/** Returns the calendar of a query that makes rows coarser. */
function binsOf({ resample }: RowRules): CalendarBins | undefined {
  if (resample === undefined) return undefined;
  return calendarBins(resample.to, resample.weekStarts && WEEKDAYS.indexOf(resample.weekStarts) + 1);
}

type TimeColumn = Extract<Column, { readonly type: "number" | "date" | "timestamp" }>;

/** Returns the bins of the partition that has the rows `[start, end)`. */
function partitionBins(
  { query, panel }: Completion,
  { type, values }: TimeColumn,
  target: Column | undefined,
  start: number,
  end: number,
): Bin[] {
  const times = values.subarray(start, end);
  const repeats = (query.duplicates ?? "fail") === "fail" && times.some((time, i) => time === times[i - 1]);
  const calendar = binsOf(query);
  if (calendar === undefined || repeats || times.some(Number.isNaN))
    return Array.from(times, (time, i) => ({ time, first: start + i, last: start + i, isOpen: false }));
  const { newest = null, oldest = null, interval = null } = panel ?? {};
  const observed = times.findLastIndex((_, i) => target?.type !== "number" || !Number.isNaN(target.values[start + i]));
  const isOfPanel = interval === null || query.fill?.until === "panel";
  const last: number | null = isOfPanel ? newest : (times[observed] ?? null);
  const covered = target === undefined || last === null ? Infinity : timeAfter(last, interval, type);
  const bins: Bin[] = [];
  for (let i = 0; i < times.length; ) {
    const time = calendar.start(at(times, i));
    const next = calendar.next(time);
    const first = start + i;
    while (i < times.length && at(times, i) < next) i++;
    const isCut = target !== undefined && oldest !== null && time < oldest && hasStep(time, oldest, interval, type);
    if (!isCut) bins.push({ time, first, last: start + i - 1, isOpen: next > covered });
  }
  return bins;
}

/**
 * Returns the time of the step after one; the same time where times keep no interval, except that a date lasts for a
 * day.
 */
function timeAfter(time: number, interval: Interval | null, type: TimeColumn["type"]): number {
  if (interval === null) return type === "date" ? time + DAY : time;
  const parts = parseInterval(interval);
  // Bins begin with months, so any day of a month will do.
  const isOpen = parts?.unit === "month" && parts.day === undefined;
  return at(nextTimes(time, isOpen ? `${interval}@1` : interval, 1), 0);
}

/** Tells whether there is a step of an interval from `from` on, before the step at `to`. */
function hasStep(from: number, to: number, interval: Interval | null, type: TimeColumn["type"]): boolean {
  const parts = interval === null ? undefined : parseInterval(interval);
  if (parts?.unit === "month") {
    const month = (time: number) => 12 * new Date(time).getUTCFullYear() + new Date(time).getUTCMonth();
    return month(to) - month(from) >= parts.step;
  }
  if (parts?.unit === "weekday") {
    for (let day = to - DAY; day >= from; day -= DAY) if (parts.days.includes(String(weekday(day)))) return true;
    return false;
  }
  const step = parts === undefined ? (type === "date" ? DAY : 0) : parts.step * (parts.unit === "day" ? DAY : 1000);
  return to - step >= from;
}

/** Returns one column of bins; of the target, by the rule that is given. */
function binnedColumn(column: Column, bins: readonly Bin[], rule: RowRules["resample"]): Column {
  if (column.type === "string") return { type: "string", values: bins.map(({ last }) => at(column.values, last)) };
  if (column.type === "integer") return { type: "integer", values: bins.map(({ last }) => at(column.values, last)) };
  if (column.type === "boolean") {
    const values = Uint8Array.from(bins, ({ first, last }) => {
      const rows = column.values.subarray(first, last + 1);
      return rows.includes(1) ? 1 : rows.includes(0) ? 0 : 2;
    });
    return { type: "boolean", values };
  }
  if (column.type !== "number")
    return { type: column.type, values: Float64Array.from(bins, ({ last }) => at(column.values, last)) };
  const values = Float64Array.from(bins, ({ first, last, isOpen }) => {
    if (rule !== undefined && isOpen) return Number.NaN;
    const present = column.values.subarray(first, last + 1).filter((value) => !Number.isNaN(value));
    const sum = present.reduce((a, b) => a + b, 0);
    return present.length > 0 && rule?.by === "sum" ? sum : sum / present.length;
  });
  return { type: "number", values };
}
