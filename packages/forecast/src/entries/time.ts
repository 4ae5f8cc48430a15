/**
 * The times of a series: its interval, the times that follow, bins of the calendar, values between observations.
 *
 * @module
 */
export { type CalendarBins, calendarBins } from "../time/calendar-bins.ts";
export {
  dayOfMonth,
  detectInterval,
  formatTime,
  gridPositions,
  nextTimes,
  parseTime,
  previousTimes,
  stepNumber,
  weekday,
} from "../time/interval.ts";
export { canonicalInterval, type Interval, type IntervalParts, parseInterval } from "../time/interval-text.ts";
export { interpolate, type Series } from "../time/series.ts";
