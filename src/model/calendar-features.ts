import { parseInterval, weekday } from "./interval.ts";
import type { SeriesAxis } from "./series-axis.ts";
import { readTimes } from "./time-axis.ts";

const DAYS_OF_WEEK = 7;
const WEEK = DAYS_OF_WEEK * 86_400_000;

/** The parts of a time that are features, each as one number. */
const FIELDS = {
  hour: (time: number) => new Date(time).getUTCHours(),
  dayOfWeek: weekday,
  dayOfMonth: (time: number) => new Date(time).getUTCDate(),
  weekOfYear: (time: number) => Math.floor((time - Date.UTC(new Date(time).getUTCFullYear(), 0)) / WEEK) + 1,
  month: (time: number) => new Date(time).getUTCMonth() + 1,
} as const;

/** The names of features of the calendar. */
export const CALENDAR_FEATURES: readonly string[] = Object.keys(FIELDS);

/**
 * Returns the parts of each step's time that vary at the interval of an axis, as numbers for trees: of days `dayOfWeek`,
 * `dayOfMonth` and `month`. None where steps have no dates or keep no interval.
 */
export function calendarFeatures({ times, interval, time, rows }: SeriesAxis): Record<string, Float64Array> {
  const [frame] = rows;
  const isDated = frame !== undefined && time !== null && readTimes(frame, time).type !== "number";
  if (times === null || interval === null || !isDated) return {};
  return Object.fromEntries(fieldsOf(interval).map((field) => [field, times.map(FIELDS[field])]));
}

function fieldsOf(interval: string): (keyof typeof FIELDS)[] {
  const parts = parseInterval(interval);
  if (parts === undefined || parts.unit === "number") return [];
  if (parts.unit === "month") return ["month"];
  if (parts.unit === "day" && parts.step >= DAYS_OF_WEEK) return ["weekOfYear", "month"];
  const ofDays = ["dayOfWeek", "dayOfMonth", "month"] as const;
  return parts.unit === "second" ? ["hour", ...ofDays] : [...ofDays];
}
