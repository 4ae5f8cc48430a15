import { at } from "../core/aligned.ts";
import { type ColumnType, matchColumn } from "../core/columns/column.ts";
import type { CalendarDriver, DriverColumn, Drivers, HolidayDriver } from "../core/drivers.ts";
import { findDrivers } from "../core/drivers.ts";
import type { Frame } from "./frame.ts";
import { formatTime, nextTimes, previousTimes, stepNumber, weekday } from "./interval.ts";
import type { SeriesAxis } from "./series-axis.ts";
import { readTimes } from "./time-axis.ts";

/** Regressors at the steps of an axis, by name; NaN where a value is missing. */
export type RegressorColumns = Readonly<Record<string, Float64Array>>;

/** The first step at which a regressor has no value. */
export interface MissingValue {
  readonly step: number;
  /** The column without a value, the time, and what to do. */
  readonly message: string;
}

const DAY = 86_400_000;
/** Harmonics of a season whose number is to be chosen. */
const MOST_HARMONICS = 10;

/**
 * Returns the regressors that a run's exports state (`source.regressors`, `calendar`, `holidays`, `fourier`) at the
 * steps of an axis, for `xreg` of `manymodel/forecast`. Names: `PROMO`, `PROMO_LAG1`, `PROMO_LEAD1`; `EVENT=Christmas`
 * for a value of a text column; `dayOfWeek=2`; a holiday's name, and `Christmas-1` for the day before; `sin1/365.25`.
 *
 * At a step that spans several days, a holiday, `weekend`, `monthStart`, `monthEnd` and `payday` have the number of
 * such days as their value.
 *
 * @param names - the regressors of a model; all regressors of the rows when left out, with one for each value of a text
 *   column
 * @throws {RangeError} if steps have no times
 */
export function regressors(exports: unknown, axis: SeriesAxis, names?: readonly string[]): RegressorColumns {
  const drivers = findDrivers(exports) ?? {};
  const selection = names === undefined ? undefined : new Set(names);
  const steps = new Steps(axis, reachOf(drivers));
  const result: Record<string, Float64Array> = {};
  const add = (name: string, value: (step: number) => number) => {
    if (selection === undefined || selection.has(name))
      result[name] = Float64Array.from({ length: steps.count }, (_, step) => value(step));
  };
  for (const driver of drivers.regressors ?? []) addColumn(add, driver, steps, selection);
  for (const field of drivers.calendar ?? []) addCalendar(add, field, steps);
  for (const holiday of drivers.holidays ?? []) addHoliday(add, holiday, steps);
  for (const { period, harmonics } of drivers.fourier ?? [])
    for (const [k, pair] of harmonicNames(period, harmonics).entries())
      for (const name of pair)
        add(name, (step) => {
          const turn = (2 * Math.PI * (((k + 1) * steps.number(step)) % period)) / period;
          return name.startsWith("sin") ? Math.sin(turn) : Math.cos(turn);
        });
  return result;
}

/** Returns the rows of regressors from one step to before another. */
export function regressorRows(xreg: RegressorColumns, from: number, to: number): Record<string, Float64Array> {
  return Object.fromEntries(Object.entries(xreg).map(([name, values]) => [name, values.slice(from, to)]));
}

/** Returns the first step at which one of the regressors has no value; undefined if all have one at every step. */
export function findMissing(exports: unknown, axis: SeriesAxis, columns: RegressorColumns): MissingValue | undefined {
  let first: { step: number; name: string } | undefined;
  for (const [name, values] of Object.entries(columns)) {
    const step = values.findIndex(Number.isNaN);
    if (step >= 0 && step < (first?.step ?? Number.POSITIVE_INFINITY)) first = { step, name };
  }
  if (first === undefined) return undefined;
  const { step, name } = first;
  const spec = (findDrivers(exports)?.regressors ?? [])
    .flatMap((driver) => driver.lags.map((lag) => ({ column: driver.column, lag, base: lagName(driver.column, lag) })))
    .find(({ base }) => name === base || name.startsWith(`${base}=`));
  const { column = name, lag = 0 } = spec ?? {};
  const when = new Steps(axis, { back: Math.max(0, lag), ahead: Math.max(0, -lag) }).label(step - lag);
  return {
    step,
    message: `there is no ${column} at ${when}, step ${step + 1} of ${axis.times?.length ?? 0}; add the row to the input or to the table of the future, or state { column: ${column}, missing: 0 }`,
  };
}

/** Returns the names of regressors whose number a criterion chooses, from the first: the harmonics of seasons. */
export function nestedRegressors(exports: unknown): string[][][] {
  return (findDrivers(exports)?.fourier ?? [])
    .filter(({ harmonics }) => harmonics === "auto")
    .map(({ period, harmonics }) => harmonicNames(period, harmonics));
}

/** Returns the names of regressors that were asked for by their number: harmonics that stay whatever a criterion says. */
export function neededRegressors(exports: unknown): Set<string> {
  const fixed = (findDrivers(exports)?.fourier ?? []).filter(({ harmonics }) => harmonics !== "auto");
  return new Set(fixed.flatMap(({ period, harmonics }) => harmonicNames(period, harmonics).flat()));
}

function harmonicNames(period: number, harmonics: number | "auto"): string[][] {
  const most = Math.max(1, Math.floor(period / 2));
  const count = Math.min(most, harmonics === "auto" ? MOST_HARMONICS : harmonics);
  return Array.from({ length: count }, (_, i) => {
    const k = i + 1;
    // The sine of half a period is 0 at every step.
    return [...(2 * k === period ? [] : [`sin${k}/${period}`]), `cos${k}/${period}`];
  });
}

type Add = (name: string, value: (step: number) => number) => void;

function lagName(column: string, lag: number): string {
  return lag === 0 ? column : lag > 0 ? `${column}_LAG${lag}` : `${column}_LEAD${-lag}`;
}

function addColumn(
  add: Add,
  { column, lags, missing = Number.NaN, isText }: DriverColumn,
  steps: Steps,
  selection: ReadonlySet<string> | undefined,
): void {
  if (!isText) {
    const values = steps.values(column, ["number", "boolean"], (frame, name) => frame.series(name));
    for (const lag of lags)
      add(lagName(column, lag), (step) => {
        const value = values.get(steps.time(step - lag)) ?? Number.NaN;
        return Number.isNaN(value) ? missing : value;
      });
    return;
  }
  const texts = steps.values(column, ["string"], (frame, name) => frame.strings(name));
  for (const lag of lags) {
    const base = lagName(column, lag);
    const textAt = Array.from({ length: steps.count }, (_, step) => texts.get(steps.time(step - lag)));
    const levels =
      selection === undefined
        ? [...new Set(textAt.filter((text) => typeof text === "string"))].sort()
        : [...selection].filter((name) => name.startsWith(`${base}=`)).map((name) => name.slice(base.length + 1));
    // A row without a text has none of them; a step without a row has nothing known of it.
    for (const level of levels)
      add(`${base}=${level}`, (step) => (textAt[step] === undefined ? missing : Number(textAt[step] === level)));
  }
}

const FIELDS = {
  dayOfWeek: [1, 7],
  month: [1, 12],
  dayOfMonth: [1, 31],
  hour: [0, 23],
} as const;

function addCalendar(add: Add, field: CalendarDriver, steps: Steps): void {
  if (field === "weekend" || field === "monthStart" || field === "monthEnd" || field === "payday") {
    add(field, (step) => steps.days(step).filter((day) => isDay(field, day * DAY)).length);
    return;
  }
  const [first, last] = FIELDS[field];
  // The first value is the base that the others differ from.
  for (let value = first + 1; value <= last; value++)
    add(`${field}=${value}`, (step) => Number(fieldOf(field, steps.time(step)) === value));
}

function fieldOf(field: keyof typeof FIELDS, time: number): number {
  const date = new Date(time);
  if (field === "dayOfWeek") return weekday(time);
  if (field === "month") return date.getUTCMonth() + 1;
  return field === "hour" ? date.getUTCHours() : date.getUTCDate();
}

/** Returns `payday`: the last day of a month from Monday to Friday. */
function isDay(field: "weekend" | "monthStart" | "monthEnd" | "payday", time: number): boolean {
  if (field === "weekend") return weekday(time) > 5;
  const date = new Date(time);
  if (field === "monthStart") return date.getUTCDate() === 1;
  const end = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0);
  const daysBefore = field === "monthEnd" ? 0 : Math.max(0, weekday(end) - 5);
  return Math.floor(time / DAY) === end / DAY - daysBefore;
}

function addHoliday(add: Add, { name, dates, before = 0, after = 0 }: HolidayDriver, steps: Steps): void {
  const days = new Set(dates.map((date) => Math.floor(Date.parse(date) / DAY)));
  for (let offset = -before; offset <= after; offset++)
    add(
      offset === 0 ? name : `${name}${offset > 0 ? "+" : ""}${offset}`,
      (step) => steps.days(step).filter((day) => days.has(day - offset)).length,
    );
}

function reachOf({ regressors = [] }: Drivers): { back: number; ahead: number } {
  const lags = regressors.flatMap((driver) => driver.lags);
  return { back: Math.max(0, ...lags), ahead: Math.max(1, ...lags.map((lag) => -lag)) };
}

/** The steps of an axis, with as many before and after them as lags and leads reach. */
class Steps {
  readonly count: number;
  readonly #axis: SeriesAxis;
  readonly #times: Float64Array;
  readonly #back: number;

  constructor(axis: SeriesAxis, { back, ahead }: { readonly back: number; readonly ahead: number }) {
    const { times, interval } = axis;
    if (times === null)
      throw new RangeError(
        "the steps of the series have no times, which regressors are found by; state source.interval",
      );
    const [first, last] = [times[0], times.at(-1)];
    const isSpaced = interval !== null && first !== undefined && last !== undefined;
    const earlier = isSpaced && back > 0 ? previousTimes(first, interval, back) : new Float64Array(back).fill(NaN);
    const later = isSpaced ? nextTimes(last, interval, ahead) : new Float64Array(ahead).fill(NaN);
    this.count = times.length;
    this.#axis = axis;
    this.#times = Float64Array.of(...earlier, ...times, ...later);
    this.#back = back;
  }

  /** Returns the time of a step; NaN beyond what lags and leads reach. */
  time(step: number): number {
    return this.#times[step + this.#back] ?? Number.NaN;
  }

  /** Returns the number of a step, alike for all series of its interval. */
  number(step: number): number {
    const { interval } = this.#axis;
    if (interval === null)
      throw new RangeError("the series keeps no interval, so seasons have no phase; state source.interval");
    return stepNumber(this.time(step), interval);
  }

  /** Returns the days of a step, as numbers since 1970: one, unless it spans several. */
  days(step: number): number[] {
    const first = Math.floor(this.time(step) / DAY);
    const next = Math.floor(this.time(step + 1) / DAY);
    // A step to the next open day is one day.
    const isWeekday = this.#axis.interval?.startsWith("W") === true;
    const count = isWeekday || !(next > first) ? 1 : next - first;
    return Array.from({ length: count }, (_, i) => first + i);
  }

  /** Returns the time of a step as text. */
  label(step: number): string {
    const { rows, time } = this.#axis;
    const [frame] = rows;
    const type = frame === undefined || time === null ? "number" : readTimes(frame, time).type;
    return `${time ?? "step"} ${formatTime(type, this.time(step))}`;
  }

  /**
   * Returns the values of a column by the time of their row; of the same time that of the last rows which have one. A
   * column of another type has no value: a file's column without any is read as text.
   */
  values<T extends NonNullable<unknown> | null>(
    column: string,
    types: readonly ColumnType[],
    read: (frame: Frame, name: string) => ArrayLike<T>,
  ): Map<number, T> {
    const values = new Map<number, T>();
    const { time, rows } = this.#axis;
    for (const frame of rows) {
      const names = frame.columns.map(({ name }) => name);
      const name = matchColumn(names, column);
      const type = frame.columns.find((one) => one.name === name)?.type;
      if (name === undefined || type === undefined || !types.includes(type) || time === null || frame.length === 0)
        continue;
      const { times } = readTimes(frame, time);
      const series = read(frame, name);
      for (const [row, when] of times.entries()) {
        const value = at(series, row);
        if (!(typeof value === "number" && Number.isNaN(value)) || !values.has(when)) values.set(when, value);
      }
    }
    return values;
  }
}
