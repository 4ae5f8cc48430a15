/** A column that drives a series, as a run's exports have it. */
export interface DriverColumn {
  readonly column: string;
  /** Steps back, each a regressor of its own: 0 is the step itself, 1 the one before, -1 the one after. */
  readonly lags: readonly number[];
  /** The value where a row has none, or there is no row. */
  readonly missing?: number;
  /** True if each of its texts is a regressor of 0 and 1. */
  readonly isText: boolean;
}

/** The parts of a step's time that drive a series. */
export const CALENDAR_FIELDS = [
  "dayOfWeek",
  "month",
  "dayOfMonth",
  "hour",
  "weekend",
  "monthStart",
  "monthEnd",
  "payday",
] as const;
export type CalendarDriver = (typeof CALENDAR_FIELDS)[number];

/** Days of one name, such as a holiday, each with its own effect; so have the days before and after. */
export interface HolidayDriver {
  readonly name: string;
  /** ISO dates, past and future. */
  readonly dates: readonly string[];
  readonly before?: number;
  readonly after?: number;
}

/** A season of any length, as pairs of sine and cosine. */
export interface FourierDriver {
  readonly period: number;
  readonly harmonics: number | "auto";
}

/** The drivers of a run's series, apart from their own past: in the order in which a short series keeps them. */
export interface Drivers {
  readonly regressors?: readonly DriverColumn[];
  readonly calendar?: readonly CalendarDriver[];
  readonly holidays?: readonly HolidayDriver[];
  /** The first and the last year that a country's holidays are written out for; left out without a country. */
  readonly holidayYears?: readonly [first: number, last: number];
  readonly fourier?: readonly FourierDriver[];
}

/** Returns the drivers that a run's exports state, or undefined where there are none. */
export function findDrivers(exports: unknown): Drivers | undefined {
  if (typeof exports !== "object" || exports === null || !("drivers" in exports)) return undefined;
  const { drivers } = exports;
  return typeof drivers === "object" && drivers !== null ? drivers : undefined;
}
