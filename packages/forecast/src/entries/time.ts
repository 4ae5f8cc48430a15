/**
 * The times of a series: its interval, the times that follow, values between observations.
 *
 * @module
 */
export {
  dayOfMonth,
  detectInterval,
  formatTime,
  gridPositions,
  type Interval,
  nextTimes,
  parseTime,
  weekday,
} from "../time/interval.ts";
export { interpolate, type Series } from "../time/series.ts";
