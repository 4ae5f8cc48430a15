import {
  type Calendar,
  type CalendarField,
  calendarField,
  calendarTimes,
  dayNumber,
  FIELD_RANGE,
  parseDate,
} from "./calendar.ts";

/** Days with an effect of their own. The date has one coefficient, and so has each day of the window around it. */
export interface Holiday {
  readonly name: string;
  /** ISO dates, past and future. */
  readonly dates: readonly string[];
  /** Days before the date that have a coefficient too; default 0. */
  readonly before?: number;
  /** Days after the date; default 0. */
  readonly after?: number;
}

/** The terms of a linear model that follow from the position in time alone. */
export interface LinearTerms {
  /** Default true. */
  readonly intercept?: boolean;
  /**
   * True for a straight line in the observation's number (1, 2, …). With knots, the slope may change after these
   * numbers.
   */
  readonly trend?: boolean | { readonly knots: readonly number[] };
  /** Pairs of sine and cosine for each period (any number above 1): `harmonics` pairs, at most half the period. */
  readonly fourier?: readonly { readonly period: number; readonly harmonics: number }[];
  /** Needed for calendar terms and holidays. */
  readonly calendar?: Calendar;
  /** Calendar fields with an effect for each of their values; with an intercept, the first value is the base. */
  readonly effects?: readonly CalendarField[];
  readonly holidays?: readonly Holiday[];
}

/** Returns names and columns of the terms for `count` observations from position `first` (0: the first of the training series). */
export function termColumns(
  terms: LinearTerms,
  first: number,
  count: number,
): { names: string[]; columns: Float64Array[] } {
  const names: string[] = [];
  const columns: Float64Array[] = [];
  const add = (name: string, value: (i: number) => number) => {
    names.push(name);
    columns.push(Float64Array.from({ length: count }, (_, i) => value(i)));
  };
  const { intercept = true, trend = false, fourier = [], effects = [], holidays = [], calendar } = terms;
  if (intercept) add("intercept", () => 1);
  if (trend !== false) {
    add("trend", (i) => first + i + 1);
    for (const knot of trend === true ? [] : trend.knots) {
      if (!Number.isFinite(knot)) throw new RangeError(`a trend knot is ${knot}; it must be a finite number`);
      add(`trend>${knot}`, (i) => Math.max(0, first + i + 1 - knot));
    }
  }
  for (const { period, harmonics } of fourier) {
    if (!(period > 1 && period < Infinity))
      throw new RangeError(`a Fourier period is ${period}; it must be a finite number above 1`);
    if (!Number.isSafeInteger(harmonics) || harmonics < 1 || harmonics > period / 2)
      throw new RangeError(
        `harmonics is ${harmonics} for period ${period}; it must be an integer from 1 to ${Math.floor(period / 2)}`,
      );
    for (let k = 1; k <= harmonics; k++) {
      // Reduced to one turn first: exact zeros for the sine of half a period, and no loss far from the start.
      const turn = (i: number) => ((k * (first + i + 1)) % period) / period;
      if (2 * k !== period) add(`sin${k}/${period}`, (i) => Math.sin(2 * Math.PI * turn(i)));
      add(`cos${k}/${period}`, (i) => Math.cos(2 * Math.PI * turn(i)));
    }
  }
  if (effects.length === 0 && holidays.length === 0) return { names, columns };
  if (calendar === undefined)
    throw new RangeError("effects and holidays need a calendar: { start, unit, every } of the series");
  const times = calendarTimes(calendar, first, count + 1);
  for (const field of effects) {
    const range = FIELD_RANGE[field];
    if (range === undefined)
      throw new RangeError(`effect ${JSON.stringify(field)} is not known; use ${Object.keys(FIELD_RANGE).join(", ")}`);
    const values = Array.from(times, (time) => calendarField(field, time));
    for (let value = range[0] + (intercept ? 1 : 0); value <= range[1]; value++)
      add(`${field}=${value}`, (i) => (values[i] === value ? 1 : 0));
  }
  for (const { name, dates, before = 0, after = 0 } of holidays) {
    if (!(Number.isSafeInteger(before) && before >= 0 && Number.isSafeInteger(after) && after >= 0))
      throw new RangeError(
        `holiday ${JSON.stringify(name)} has a window of ${before} days before and ${after} after; both must be integers of at least 0`,
      );
    const days = new Set(dates.map((date) => dayNumber(parseDate(date, `a date of holiday ${JSON.stringify(name)}`))));
    for (let offset = -before; offset <= after; offset++)
      add(offset === 0 ? name : `${name}${offset > 0 ? "+" : ""}${offset}`, (i) => {
        // How many of the days lie in the observation's own span of time.
        let count = 0;
        const start = dayNumber(times[i]!);
        for (let day = start; day < Math.max(start + 1, dayNumber(times[i + 1]!)); day++)
          if (days.has(day - offset)) count++;
        return count;
      });
  }
  return { names, columns };
}
