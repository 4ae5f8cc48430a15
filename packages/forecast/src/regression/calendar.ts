import { checkInteger } from "../model/options.ts";

const DAY = 86_400_000;
const STEP = { second: 1000, minute: 60_000, hour: 3_600_000, day: DAY, week: 7 * DAY };

/** Times of the observations, in UTC: the first at `start`, then one every `every` units. */
export interface Calendar {
  /** ISO 8601, for example 2024-01-01 or 2024-01-01T06:00:00Z. */
  readonly start: string;
  readonly unit: "second" | "minute" | "hour" | "day" | "week" | "month";
  /** Units per observation, an integer of at least 1; default 1. */
  readonly every?: number;
}

/** Field of a time that a calendar term uses; Monday is day 1 of the week, hours count from 0. */
export type CalendarField = "dayOfWeek" | "month" | "dayOfMonth" | "hour";

/** The values each field can take, in order. */
export const FIELD_RANGE: Readonly<Record<CalendarField, readonly [number, number]>> = {
  dayOfWeek: [1, 7],
  month: [1, 12],
  dayOfMonth: [1, 31],
  hour: [0, 23],
};

/**
 * Returns the times, in milliseconds since 1970, of `count` observations from position `first` on. Months keep the day,
 * or end.
 */
export function calendarTimes(calendar: Calendar, first: number, count: number): Float64Array {
  const { start, unit, every = 1 } = calendar;
  const from = parseDate(start, "calendar.start");
  checkInteger("calendar.every", every, 1);
  if (unit !== "month" && !Object.hasOwn(STEP, unit))
    throw new RangeError(`calendar.unit is ${JSON.stringify(unit)}; use second, minute, hour, day, week or month`);
  const times = new Float64Array(count);
  const date = new Date(from);
  const timeOfDay = from - Math.floor(from / DAY) * DAY;
  for (let i = 0; i < count; i++) {
    const steps = (first + i) * every;
    if (unit !== "month") {
      times[i] = from + steps * STEP[unit];
      continue;
    }
    const month = date.getUTCMonth() + steps;
    const length = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
    times[i] = Date.UTC(date.getUTCFullYear(), month, Math.min(date.getUTCDate(), length)) + timeOfDay;
  }
  return times;
}

/** Returns the value of a calendar field at a time. */
export function calendarField(field: CalendarField, time: number): number {
  const date = new Date(time);
  if (field === "dayOfWeek") return date.getUTCDay() || 7;
  if (field === "month") return date.getUTCMonth() + 1;
  return field === "hour" ? date.getUTCHours() : date.getUTCDate();
}

/** Returns days since 1970 of a time. */
export function dayNumber(time: number): number {
  return Math.floor(time / DAY);
}

/** Returns a date's time in milliseconds. @throws {RangeError} naming where the bad date is */
export function parseDate(text: string, where: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new RangeError(`${where} is ${JSON.stringify(text)}; use a date such as 2024-01-31`);
  return time;
}
