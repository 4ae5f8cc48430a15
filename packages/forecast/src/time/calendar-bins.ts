import { type Interval, parseInterval } from "./interval-text.ts";

const DAY = 86_400_000;
const WEEK = 7 * DAY;
/** The first Monday of 1970, in milliseconds. */
const MONDAY = 4 * DAY;

/** A calendar cut into bins: days, weeks, months, or parts of a day. */
export interface CalendarBins {
  /** Returns the start of a time's bin: milliseconds since 1970-01-01 UTC. */
  start(time: number): number;
  /** Returns the start of the bin after a time's. */
  next(time: number): number;
}

/**
 * Cuts the calendar into bins of an interval (`P7D`, `P1M`, `PT3600S`; see `canonicalInterval`): a week from its first day, a
 * month, quarter, or other part of a calendar year from its first day, a day from midnight UTC, or a part of a day that fits
 * into it a whole number of times.
 *
 * @param weekStart - the first day of a week: 1 is Monday (the default, as in ISO 8601), 7 is Sunday
 * @returns undefined for other intervals: their bins have no place in the calendar
 */
export function calendarBins(interval: Interval, weekStart = 1): CalendarBins | undefined {
  const parts = parseInterval(interval);
  if (parts?.unit === "month" && parts.day === undefined && 12 % parts.step === 0) {
    const month = (time: number, ahead: number) => {
      const date = new Date(time);
      const whole = Math.floor(date.getUTCMonth() / parts.step) + ahead;
      return Date.UTC(date.getUTCFullYear(), whole * parts.step, 1);
    };
    return { start: (time) => month(time, 0), next: (time) => month(time, 1) };
  }
  const size = parts?.unit === "day" ? parts.step * DAY : parts?.unit === "second" ? parts.step * 1000 : NaN;
  if (size !== WEEK && DAY % size !== 0) return undefined;
  const origin = size === WEEK ? MONDAY + (weekStart - 1) * DAY : 0;
  const start = (time: number) => Math.floor((time - origin) / size) * size + origin;
  return { start, next: (time) => start(time) + size };
}
