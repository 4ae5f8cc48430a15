import type { Stretch } from "../wire.ts";

/** The steps of a stretch: a month of days, as most people plan. */
export const STRETCH = 30;
const YEAR_DAYS = 364;
const DAY_MS = 86_400_000;

/**
 * Sums the next steps of a forecast, as many last steps before it, and the same days a year before: 364 days, so that weekdays
 * meet weekdays. Series of months and longer steps have the same months. A sum with a missing value is unknown.
 *
 * @param times - milliseconds since 1970 of the history's steps, then of the forecast's; null where there are none
 */
export function stretchOf(
  times: readonly number[] | null,
  history: readonly (number | null)[],
  forecast: readonly (number | null)[],
): Stretch {
  const steps = Math.min(STRETCH, forecast.length);
  const next = sum(forecast.slice(0, steps));
  const last = history.length < steps ? null : sum(history.slice(history.length - steps));
  const places = times === null ? null : yearBefore(times, history.length, steps);
  return { steps, next, last, lastYear: places === null ? null : sum(places.map((place) => history[place])) };
}

/**
 * Returns the positions of the steps a year before the first steps of a forecast; null where one of them is not there.
 */
function yearBefore(times: readonly number[], start: number, steps: number): number[] | null {
  const places = new Map(times.slice(0, start).map((time, i) => [time, i]));
  const [first, second] = [times[start], times[start + 1]];
  const isLong = first !== undefined && second !== undefined && second - first > 27 * DAY_MS;
  const earlier = Array.from({ length: steps }, (_, i) => {
    const time = times[start + i];
    if (time === undefined) return undefined;
    return places.get(isLong ? sameMonth(time) : time - YEAR_DAYS * DAY_MS);
  });
  const available = earlier.filter((place) => place !== undefined);
  return steps > 0 && available.length === steps ? available : null;
}

function sameMonth(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear() - 1, date.getUTCMonth(), date.getUTCDate());
}

function sum(values: readonly (number | null | undefined)[]): number | null {
  let total = 0;
  for (const value of values) {
    if (value === null || value === undefined) return null;
    total += value;
  }
  return values.length === 0 ? null : total;
}
