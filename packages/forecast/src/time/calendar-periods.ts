import { type Interval, parseInterval } from "./interval-text.ts";

const [MINUTE, HOUR, DAY, WEEK] = [60, 3600, 86_400, 604_800];
const DAYS_PER_YEAR = 365.25;

/**
 * Returns the seasonal periods that the calendar and the clock give to a series at an interval, in observations, the
 * shortest first. The seasons are a minute, an hour, a day, a week and a year. Days have `[7, 365.25]`, weeks
 * `[52.18]`, months `[12]`, quarters `[4]`, hours `[24, 168, 8766]`, Mondays to Fridays `[5, 260.9]`. A season other
 * than the year counts if it is a whole number of steps. An hour or a minute counts only if it has 60 steps.
 *
 * @returns an empty list for years and numbers, where the calendar gives no season
 * @throws {RangeError} if the text is not an interval
 */
export function calendarPeriods(interval: Interval): number[] {
  const parts = parseInterval(interval);
  if (parts === undefined) throw new RangeError(`interval is ${JSON.stringify(interval)}; use one such as P1D`);
  switch (parts.unit) {
    case "number":
      return [];
    case "month":
      return 12 % parts.step === 0 && parts.step < 12 ? [12 / parts.step] : [];
    case "weekday":
      return [parts.days.length, (DAYS_PER_YEAR * parts.days.length) / 7].filter((period) => period >= 2);
    default: {
      const step = parts.unit === "day" ? parts.step * DAY : parts.step;
      const seasons = [MINUTE, HOUR].filter((season) => season >= 60 * step);
      const whole = [...seasons, DAY, WEEK].map((season) => season / step).filter(Number.isInteger);
      return [...whole, (DAYS_PER_YEAR * DAY) / step].filter((period) => period >= 2);
    }
  }
}
