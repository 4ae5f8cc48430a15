import { at } from "../core/aligned.ts";
import { axisFormat, formatNumber } from "../text/number.ts";

/** A place on an axis that is marked, and what is written there. */
export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** From values to pixels along one axis. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly Tick[];
}

/** The unit of an axis: milliseconds since 1970-01-01 UTC shown as a calendar, or plain numbers. */
export type AxisKind = "calendar" | "number";

/**
 * Returns a linear scale of values `[low, high]` to pixels `[from, to]`.
 *
 * @param count - about how many ticks there is room for
 */
export function linearScale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  count: number,
  kind: AxisKind = "number",
): Scale {
  const span = high > low ? high - low : 1;
  const scale = (value: number) => from + ((value - low) / span) * (to - from);
  return Object.assign(scale, {
    ticks: kind === "calendar" ? calendarTicks(low, high, count) : ticks(low, high, count),
  });
}

/**
 * Returns the range of all finite values, a little wider at both ends; [0, 1] where there are none.
 *
 * @param alone - how much wider it is where all of them are equal
 */
export function rangeOf(series: readonly ArrayLike<number>[], margin = 0.04, alone?: number): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const values of series)
    for (let i = 0; i < values.length; i++) {
      const value = at(values, i);
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  if (low > high) return [0, 1];
  const room = high > low ? margin * (high - low) : (alone ?? (Math.abs(high) * 0.1 || 0.5));
  return [low - room, high + room];
}

/** Returns multiples of 1, 2 or 5 times a power of ten. */
function ticks(low: number, high: number, count: number): Tick[] {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0)) return [{ value: low, text: formatNumber(low) }];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((times) => times * power >= rough * 0.999) ?? 10);
  const format = axisFormat(low, high, step);
  const list: Tick[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    list.push({ value: i * step, text: format(i * step) });
  return list;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Steps of a calendar axis: fixed lengths in milliseconds, then months. */
const FIXED = [
  1000,
  5000,
  15_000,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
];
const MONTHS = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200];
const MONTH = 30.44 * DAY;
const FIRST_MONDAY = 4 * DAY;

/** Returns the round times: full hours, Mondays, first days of months and years. */
function calendarTicks(low: number, high: number, count: number): Tick[] {
  const rough = (high - low) / Math.max(1, count);
  const step = FIXED.find((length) => length >= rough);
  const list: Tick[] = [];
  if (step !== undefined) {
    const origin = step === 7 * DAY ? FIRST_MONDAY : 0;
    for (let t = origin + Math.ceil((low - origin) / step) * step; t <= high; t += step)
      list.push({ value: t, text: step < DAY && t % DAY !== 0 ? clock(t, step) : monthDay(t) });
    return list;
  }
  const months = MONTHS.find((length) => length * MONTH >= rough) ?? at(MONTHS, -1);
  const from = new Date(low);
  const first = Math.floor((from.getUTCFullYear() * 12 + from.getUTCMonth()) / months) * months;
  for (let month = first; ; month += months) {
    const t = Date.UTC(Math.floor(month / 12), month % 12, 1);
    if (t > high) return list;
    if (t >= low) list.push({ value: t, text: months >= 12 ? year(t) : monthOf(t) });
  }
}

const year = (time: number) => String(new Date(time).getUTCFullYear());
const MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const month = (time: number) => at(MONTH_NAMES, new Date(time).getUTCMonth());
const monthDay = (time: number) => `${new Date(time).getUTCDate()} ${month(time)}`;
/** Writes a time of day as `14:30`, or `30:05` where seconds count. */
const clock = (time: number, step: number) => {
  const iso = new Date(time).toISOString();
  return step < MINUTE ? iso.slice(14, 19) : iso.slice(11, 16);
};
/** Returns the january carries its year. */
const monthOf = (time: number) => (new Date(time).getUTCMonth() === 0 ? year(time) : month(time));
