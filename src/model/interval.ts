/** The interval of a series in time, from the forecasting library, for the frame and for those that make frames. */
export {
  type CalendarBins,
  calendarBins,
  canonicalInterval,
  dayOfMonth,
  detectInterval,
  formatTime,
  gridPositions,
  type Interval,
  nextTimes,
  parseInterval,
  parseTime,
  previousTimes,
  stepNumber,
  weekday,
} from "@manymodel/forecast/time";
