import { at, zip } from "../core/aligned.ts";
import { type Column, type ColumnBatch, getColumn, matchColumn } from "../core/columns/column.ts";
import { mergesRows, type RowRules, type Snapshot } from "../core/run.ts";
import { canonicalInterval, dayOfMonth, gridPositions, type Interval, nextTimes, parseInterval } from "./interval.ts";

/** Rows of several partitions: partition `i` has the rows `[offsets[i], offsets[i + 1])` of `batch`. */
export interface Rows {
  readonly batch: ColumnBatch;
  readonly offsets: Int32Array;
}

/** The parts of a snapshot that decide how rows are completed, or made coarser. */
export type Completion = Pick<Snapshot, "query" | "timeColumn" | "panel">;

/** Tells whether the rows of a query are completed, or made coarser, before they are used. */
export function completesRows(rules: RowRules): boolean {
  return rules.fill !== undefined || rules.resample !== undefined || mergesRows(rules);
}

/**
 * Returns the rules of a query, without a target where they need none: a query without rules stays what it is without
 * this.
 */
export function rulesOf({ duplicates = "fail", fill, resample, active, target }: RowRules): RowRules {
  const rules = {
    duplicates,
    ...(fill !== undefined && { fill }),
    ...(resample !== undefined && { resample: { ...resample, to: canonicalInterval(resample.to) ?? resample.to } }),
    ...(active !== undefined && { active }),
  };
  const needsTarget = completesRows(rules) || active !== undefined;
  return needsTarget && target !== undefined ? { ...rules, target } : rules;
}

/**
 * Completes the rows of partitions by the rules of their query: rows of one partition with the same time become one, and
 * times without a row get one.
 *
 * The target of rows that become one is their sum, mean, maximum or minimum without missing values (missing if all are).
 * Of other columns truth values, and numbers that are only 0 and 1 in this partition, are true or 1 if one of them is; any
 * other is that of the last row. `first` and `last` take one row whole.
 *
 * A filled row has the target 0, or that of the row before. Any other column has the value of the same partition and time in
 * the table of the future, if there is one. Else truth values and numbers that are only 0 and 1 are false or 0, and any
 * other column is that of the row before. Rows are filled at the interval that is stated, else that of the whole
 * panel, from the first row of a partition to the newest time at which the panel, or the partition, has a target. Rows
 * that are there keep their values, missing or not.
 *
 * A partition with a missing time, or with times off the interval, keeps its rows: whoever uses them says what is wrong.
 *
 * @param future - rows of the table of the future, of the same partitions, in the order of their times
 */
export function completeRows(completion: Completion, { batch, offsets }: Rows, future?: Rows): Rows {
  const { query, timeColumn } = completion;
  if (timeColumn === null || (query.fill === undefined && !mergesRows(query))) return { batch, offsets };
  const time = getColumn(batch, timeColumn);
  if (time.type !== "date" && time.type !== "timestamp" && time.type !== "number") return { batch, offsets };
  const target = matchColumn(Object.keys(batch.columns), query.target ?? "");
  const rows: CompletedRows = { first: [], last: [], times: [], filled: [] };
  const completed = new Int32Array(offsets.length);
  const observed = observedRows(target === undefined ? undefined : batch.columns[target]);
  let partition = 0;
  for (const [start, end] of zip(offsets.subarray(0, -1), offsets.subarray(1))) {
    addRows(rows, completion, time, { start, end }, observed);
    completed[++partition] = rows.first.length;
  }
  const knownValue = future === undefined ? undefined : futureOf(future, rows, completed, timeColumn);
  const columns = Object.entries(batch.columns).map(([name, column]): [string, Column] => [
    name,
    column === time
      ? { type: time.type, values: Float64Array.from(rows.times) }
      : completedColumn(column, rows, completed, query, name === target ? "target" : knownValue?.(name)),
  ]);
  return { batch: { length: rows.first.length, columns: Object.fromEntries(columns) }, offsets: completed };
}

type NumericColumn = Extract<Column, { readonly type: "number" | "date" | "timestamp" }>;

/** Completed rows: each stands for the rows `first` to `last` of the batch, or was filled in after them. */
interface CompletedRows {
  readonly first: number[];
  readonly last: number[];
  readonly times: number[];
  readonly filled: boolean[];
}

/** Returns which rows of a column have a value; all where there is no such column. */
function observedRows(column: Column | undefined): (row: number) => boolean {
  if (column === undefined) return () => true;
  if (column.type === "string" || column.type === "integer") return (row) => column.values[row] !== null;
  if (column.type === "boolean") return (row) => column.values[row] !== 2;
  return (row) => !Number.isNaN(column.values[row]);
}

/** Adds the completed rows of the partition that has the rows `[start, end)`. */
function addRows(
  rows: CompletedRows,
  { query, panel }: Completion,
  time: NumericColumn,
  { start, end }: { readonly start: number; readonly end: number },
  isObserved: (row: number) => boolean,
): void {
  const times = time.values.subarray(start, end);
  const isUsable = !times.some(Number.isNaN);
  const starts = isUsable && mergesRows(query) ? firstOfEach(times) : Int32Array.from(times.keys());
  const distinct = Float64Array.from(starts, (i) => at(times, i));
  const interval = isUsable && query.fill !== undefined ? fillInterval(distinct, panel?.interval) : null;
  const newest =
    query.fill?.until === "series" ? newestOf(times, (i) => isObserved(start + i)) : (panel?.newest ?? -Infinity);
  for (const [k, i] of starts.entries()) {
    const next = k + 1 < starts.length ? at(starts, k + 1) : times.length;
    const add = (time: number, isFilled: boolean) => {
      rows.first.push(start + i);
      rows.last.push(start + next - 1);
      rows.times.push(time);
      rows.filled.push(isFilled);
    };
    add(at(times, i), false);
    if (interval === null) continue;
    const until = next < times.length ? at(times, next) : Infinity;
    for (let t = after(at(times, i), interval); t < until && t <= newest; t = after(t, interval)) add(t, true);
  }
}

const after = (time: number, interval: Interval) => at(nextTimes(time, interval, 1), 0);

/** Returns the first row of each time, of ascending times. */
const firstOfEach = (times: Float64Array) =>
  Int32Array.from(times.keys()).filter((i) => i === 0 || times[i] !== times[i - 1]);

/** Returns the newest time of a row with a target. */
function newestOf(times: Float64Array, isObserved: (i: number) => boolean): number {
  return times.reduce((newest, time, i) => (isObserved(i) && time > newest ? time : newest), -Infinity);
}

/** Returns the interval to fill a series at; null if there is none, or the series repeats a time or is off it. */
function fillInterval(times: Float64Array, panel: Interval | null | undefined): Interval | null {
  if (panel == null || times.length === 0 || times.some((time, i) => time === times[i - 1])) return null;
  const parts = parseInterval(panel);
  const day = parts?.unit === "month" && parts.day === undefined ? dayOfMonth(times) : undefined;
  const interval = day === undefined ? panel : `${panel}@${day}`;
  return day === null || gridPositions(times, interval) === null ? null : interval;
}

/** Returns the value of a completed row in a column of the table of the future; undefined where that has none. */
type KnownValue = (row: number) => number | bigint | string | undefined;

/** Returns for a column's name what the table of the future has at the rows that were filled in. */
function futureOf(
  { batch, offsets: places }: Rows,
  { times, filled }: CompletedRows,
  offsets: Int32Array,
  timeColumn: string,
): (name: string) => KnownValue | undefined {
  const names = Object.keys(batch.columns);
  const columnOf = (name: string) => batch.columns[matchColumn(names, name) ?? ""];
  const time = columnOf(timeColumn);
  if (time === undefined || time.type === "string" || time.type === "integer" || time.type === "boolean")
    return () => undefined;
  const positions = new Int32Array(times.length).fill(-1);
  for (let partition = 0; partition + 1 < offsets.length; partition++) {
    let row = at(places, partition);
    for (let i = at(offsets, partition); i < at(offsets, partition + 1); i++) {
      if (!filled[i]) continue;
      while (row < at(places, partition + 1) && !(at(time.values, row) >= at(times, i))) row++;
      if (row < at(places, partition + 1) && time.values[row] === times[i]) positions[i] = row;
    }
  }
  return (name) => {
    const column = columnOf(name);
    if (column === undefined) return undefined;
    const isObserved = observedRows(column);
    return (i) => {
      const row = at(positions, i);
      return row >= 0 && isObserved(row) ? (column.values[row] ?? undefined) : undefined;
    };
  };
}

/**
 * Returns one column of completed rows.
 *
 * @param role - `target`, or what is known of a regressor at rows that were filled in
 */
function completedColumn(
  column: Column,
  rows: CompletedRows,
  offsets: Int32Array,
  query: RowRules,
  role: "target" | KnownValue | undefined,
): Column {
  const { duplicates, fill } = query;
  const isTarget = role === "target";
  const valueAt: KnownValue = typeof role === "function" ? role : () => undefined;
  const source = duplicates === "first" ? rows.first : rows.last;
  if (column.type === "string") {
    const values: (string | null)[] = [];
    for (const [i, row] of source.entries()) {
      const value = valueAt(i);
      if (value !== undefined) values.push(String(value));
      else values.push(rows.filled[i] ? at(values, i - 1) : at(column.values, row));
    }
    return { type: "string", values };
  }
  if (column.type === "integer") return { type: "integer", values: source.map((row) => at(column.values, row)) };
  const missing = column.type === "boolean" ? 2 : Number.NaN;
  const values = Float64Array.from(source, (row) => at(column.values, row));
  const takesOneRow = duplicates === "first" || duplicates === "last";
  for (const [start, end] of zip(offsets.subarray(0, -1), offsets.subarray(1))) {
    const isFlag = !isTarget && holdsFlags(column, rows, start, end);
    for (let i = start; i < end; i++) {
      const [first, last] = [at(rows.first, i), at(rows.last, i)];
      if (rows.filled[i]) {
        const otherwise = isFlag || (isTarget && fill?.value === "zero") ? 0 : at(values, i - 1);
        values[i] = Number(valueAt(i) ?? otherwise);
      } else if (last > first && !takesOneRow && (isTarget || isFlag)) {
        const present = Array.from(column.values.subarray(first, last + 1)).filter(
          (value) => !Object.is(value, missing),
        );
        if (present.length === 0) values[i] = missing;
        else values[i] = isTarget ? aggregate(present, duplicates) : Math.max(...present);
      }
    }
  }
  return column.type === "boolean"
    ? { type: "boolean", values: Uint8Array.from(values) }
    : { type: column.type, values };
}

/**
 * Tells whether a column holds truth values, or numbers of which all are 0, 1 or missing in this partition, and one is
 * not.
 */
function holdsFlags({ type, values }: Column, { first, last }: CompletedRows, start: number, end: number): boolean {
  if (type === "boolean") return true;
  if (type !== "number" || start === end) return false;
  const observed = values.subarray(at(first, start), at(last, end - 1) + 1).filter((value) => !Number.isNaN(value));
  return observed.length > 0 && observed.every((value) => value === 0 || value === 1);
}

function aggregate(values: readonly number[], how: RowRules["duplicates"]): number {
  if (how === "max") return values.reduce((a, b) => Math.max(a, b));
  if (how === "min") return values.reduce((a, b) => Math.min(a, b));
  const sum = values.reduce((a, b) => a + b, 0);
  return how === "mean" ? sum / values.length : sum;
}
