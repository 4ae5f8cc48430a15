import { highMedian } from "../stats/median.ts";
import { fixedInterval, type Interval, type MonthDay, parseInterval } from "./interval-text.ts";

const DAY = 86_400_000;

/**
 * Finds the step of a series from its times: the greatest step of which all differences are multiples, never a typical
 * difference. Months are recognised by the calendar. Days of the week, as of shops closed on Sundays, are recognised
 * because the other days never occur.
 *
 * @param times - strictly ascending: milliseconds since 1970-01-01 UTC, or plain numbers
 * @param unit - what `times` counts
 * @returns null for fewer than two times, and for times that keep no step. Times keep no step if most differences are
 *   alike and the common step is a quarter of them or less (payments at the turn of the month, local days in UTC). They
 *   also keep none if fewer than a tenth of the steps have a time; for steps of whole days any share will do, up to
 *   10,000 steps
 */
export function detectInterval(times: Float64Array, unit: "time" | "number"): Interval | null {
  if (times.length < 2) return null;
  const constant = constantDifference(times);
  if (unit === "number") {
    const step = constant ?? commonNumber(times);
    return step !== null && isKept(times, step, 0) ? `N${step}` : null;
  }
  const shortest = constant ?? shortestDifference(times);
  if (shortest >= 28 * DAY) {
    const months = monthInterval(times);
    if (months !== null) return months;
  }
  const step = constant ?? commonDifference(times);
  const weekdays = step === DAY && constant === null ? openDays(times) : null;
  if (weekdays !== null) return weekdays;
  if (!isKept(times, step, step % DAY === 0 ? LONGEST_SPARSE : 0)) return null;
  return fixedInterval(step / 1000);
}

/**
 * Returns the `count` times that follow `last` at a step found by `detectInterval`.
 *
 * @throws {RangeError} if the text is not an interval, or is one of months without a day
 */
export function nextTimes(last: number, interval: Interval, count: number): Float64Array {
  const parts = parseInterval(interval);
  const day = parts?.unit === "month" ? parts.day : 1;
  if (parts === undefined || day === undefined)
    throw new RangeError(`${JSON.stringify(interval)} is not an interval; use one such as P1D`);
  const times = new Float64Array(count);
  if (parts.unit === "weekday") {
    let time = last;
    for (let i = 0; i < count; i++) {
      do time += DAY;
      while (!parts.days.includes(String(weekday(time))));
      times[i] = time;
    }
  } else if (parts.unit === "month") {
    const from = new Date(last);
    const timeOfDay = last - Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate());
    for (let i = 0; i < count; i++) {
      const end = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + (i + 1) * parts.step + 1, 0));
      times[i] = end.getTime() - DAY * (end.getUTCDate() - dayIn(day, end)) + timeOfDay;
    }
  } else {
    const size = UNIT[parts.unit];
    for (let i = 0; i < count; i++) times[i] = last + (i + 1) * parts.step * size;
  }
  return times;
}

/**
 * Returns the number of a time in its series: steps since an origin that all series of the interval share, so that a season has the same phase
 * wherever a series begins.
 *
 * @throws {RangeError} if it is no interval
 */
export function stepNumber(time: number, interval: Interval): number {
  const parts = parseInterval(interval);
  if (parts === undefined) throw new RangeError(`${JSON.stringify(interval)} is not an interval; use one such as P1D`);
  if (parts.unit === "month") return Math.round(monthNumber(new Date(time)) / parts.step);
  if (parts.unit !== "weekday") return Math.round(time / (parts.step * UNIT[parts.unit]));
  // 1970-01-05 was a Monday.
  const days = Math.floor(time / DAY) - 4;
  const week = Math.floor(days / 7);
  return week * parts.days.length + [...parts.days].filter((day) => Number(day) <= days - 7 * week).length;
}

/**
 * Returns the `count` times that precede `first` at a step found by `detectInterval`, ascending.
 *
 * @throws {RangeError} if the text is not an interval, or is one of months without a day
 */
export function previousTimes(first: number, interval: Interval, count: number): Float64Array {
  const parts = parseInterval(interval);
  if (parts?.unit === "month") {
    const date = new Date(first);
    const timeOfDay = first - Math.floor(first / DAY) * DAY;
    const before = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - (count + 1) * parts.step, 1) + timeOfDay;
    return nextTimes(before, interval, count);
  }
  if (parts?.unit === "weekday") {
    const weeks = Math.ceil(count / parts.days.length) + 1;
    const before = first - 7 * weeks * DAY;
    return nextTimes(before, interval, parts.days.length * weeks)
      .filter((time) => time < first)
      .slice(-count);
  }
  const step = nextTimes(first, interval, 1)[0]! - first;
  return Float64Array.from({ length: count }, (_, i) => first - (count - i) * step);
}

/** Milliseconds of a step's unit; plain numbers are counted as they are. */
const UNIT = { day: DAY, second: 1000, number: 1 } as const;

function constantDifference(times: Float64Array): number | null {
  const first = times[1]! - times[0]!;
  for (let i = 2; i < times.length; i++) if (times[i]! - times[i - 1]! !== first) return null;
  return first;
}

function shortestDifference(times: Float64Array): number {
  let shortest = Infinity;
  for (let i = 1; i < times.length; i++) shortest = Math.min(shortest, times[i]! - times[i - 1]!);
  return shortest;
}

function frequentDifference(times: Float64Array): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < times.length; i++) {
    const difference = times[i]! - times[i - 1]!;
    counts.set(difference, (counts.get(difference) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]![0];
}

/** Returns the greatest difference that all are multiples of, of whole numbers. */
function commonDifference(times: Float64Array): number {
  let common = 0;
  for (let i = 1; i < times.length && common !== 1; i++)
    common = greatestCommonDivisor(times[i]! - times[i - 1]!, common);
  return common;
}

/**
 * Returns the same of any numbers: the most frequent difference or the shortest one, if all are multiples of it but for
 * rounding.
 */
function commonNumber(times: Float64Array): number | null {
  if (times.every(Number.isSafeInteger)) return commonDifference(times);
  const isCommon = (step: number) => times.every((time) => Math.abs(offGrid(time - times[0]!, step)) <= ROUNDING);
  return [frequentDifference(times), shortestDifference(times)].find(isCommon) ?? null;
}

/** The distance of plain numbers from their grid that counts as rounding, in steps. */
const ROUNDING = 1e-6;
const offGrid = (distance: number, step: number) => distance / step - Math.round(distance / step);

/** So many steps of whole days may have hardly any observation. */
const LONGEST_SPARSE = 10_000;

/**
 * Tells whether times keep the step that they have in common, rather than jitter around a longer one or come at random.
 */
function isKept(times: Float64Array, step: number, longestSparse: number): boolean {
  const differences = times.slice(1).map((time, i) => time - times[i]!);
  if (differences.length >= 4) {
    const typical = highMedian(differences) ?? NaN;
    const alike = differences.filter((difference) => Math.abs(difference - typical) <= typical / 4).length;
    if (step <= typical / 4 && alike >= 0.8 * differences.length) return false;
  }
  const steps = Math.round((times[times.length - 1]! - times[0]!) / step);
  return steps <= Math.max(10 * times.length + 10, longestSparse);
}

/**
 * Returns every time falls on the same day of its month, on the month's last day where that is shorter, or on its last
 * working day.
 */
function monthInterval(times: Float64Array): Interval | null {
  const day = dayOfMonth(times);
  if (day === null) return null;
  let step = 0;
  for (let i = 1; i < times.length; i++)
    step = greatestCommonDivisor(step, monthNumber(new Date(times[i]!)) - monthNumber(new Date(times[i - 1]!)));
  return step > 0 ? `P${step}M@${day}` : null;
}

/** Returns the date of a month for a day of the month, given the month's last date. */
function dayIn(day: MonthDay, end: Date): number {
  const length = end.getUTCDate();
  return day === "B" ? length - Math.max(0, weekday(end.getTime()) - 5) : Math.min(day, length);
}

/**
 * Returns the day of the month that all times fall on, at the same time of day; 31 is the last one, `B` the last one
 * from Monday to Friday, of three times or more. Null if there is none.
 */
export function dayOfMonth(times: Float64Array): MonthDay | null {
  const dates = Array.from(times, (ms) => new Date(ms));
  const ends = dates.map((d) => new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 0)));
  const days = dates.map((d) => d.getUTCDate());
  const timeOfDay = (ms: number) => ms - Math.floor(ms / DAY) * DAY;
  if (times.some((ms) => timeOfDay(ms) !== timeOfDay(times[0]!))) return null;
  const candidates: MonthDay[] = [31, Math.max(...days), ...(times.length > 2 ? (["B"] as const) : [])];
  return candidates.find((day) => ends.every((end, i) => days[i] === dayIn(day, end))) ?? null;
}

const monthNumber = (date: Date) => 12 * date.getUTCFullYear() + date.getUTCMonth();
const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
/** Returns the day of the week, Monday is 1. */
export const weekday = (ms: number) => new Date(ms).getUTCDay() || 7;

/** The share of a pattern of weekdays that must be there for a missing day to count as a gap in it. */
const PATTERN_FILLED = 0.8;

/** Returns the days of the week on which the series has observations, if they explain its gaps; else null. */
function openDays(times: Float64Array): Interval | null {
  const days = [...new Set(Array.from(times, weekday))].sort();
  if (days.length === 7) return null;
  const interval = `W${days.join("")}`;
  const first = times[0]!;
  const last = times[times.length - 1]!;
  const expected = nextTimes(first, interval, Math.round((last - first) / DAY)).filter((time) => time <= last).length;
  const filled = (times.length - 1) / expected;
  return filled === 1 || (filled >= PATTERN_FILLED && last - first >= 21 * DAY) ? interval : null;
}

/** A grid may have so many steps, or ten times as many as there are times. */
const LONGEST_GRID = 100_000;

/**
 * Returns the position of each time on the series' own grid (first time: 0, one interval later: 1, …).
 *
 * @returns null if a time lies off the grid, or the grid would be longer than 100,000 steps and ten times the series
 */
export function gridPositions(times: Float64Array, interval: Interval): Int32Array | null {
  const n = times.length;
  const longest = Math.max(10 * n + 10, LONGEST_GRID);
  const parts = parseInterval(interval);
  if (parts?.unit === "number") {
    const { step } = parts;
    const places = times.map((time) => Math.round((time - times[0]!) / step));
    const isOff = times.some((time) => Math.abs(offGrid(time - times[0]!, step)) > ROUNDING);
    return isOff || places[n - 1]! > longest ? null : Int32Array.from(places);
  }
  const follow = (limit: number) => {
    const grid = nextTimes(times[0]!, interval, limit);
    const positions = new Int32Array(n);
    let at = 0;
    for (let i = 1; i < n; i++) {
      while (at < limit && grid[at]! < times[i]!) at++;
      if (at === limit || grid[at] !== times[i]) return null;
      positions[i] = at + 1;
    }
    return positions;
  };
  return follow(n - 1) ?? follow(10 * n + 10) ?? follow(longest);
}

/**
 * Returns a time as exact text: `2026-11-23` for dates, `2026-11-23 10:30:00.5` for timestamps (UTC), digits for
 * numbers.
 */
export function formatTime(type: "date" | "timestamp" | "number", value: number): string {
  if (type === "number") return String(value);
  const iso = new Date(value).toISOString();
  if (type === "date") return iso.slice(0, iso.indexOf("T"));
  return iso.replace("T", " ").replace(/\.?0*Z$/, "");
}

/** Reads what `formatTime` wrote. */
export function parseTime(type: "date" | "timestamp" | "number", text: string): number {
  return type === "number" ? Number(text) : Date.parse(`${text.replace(" ", "T")}${type === "date" ? "" : "Z"}`);
}
