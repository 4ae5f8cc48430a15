import { seasonsAlternate } from "../features/alternation.ts";
import { seasonalPeriods } from "../features/seasonal-periods.ts";
import { isIntermittent } from "../intermittent/demand-pattern.ts";

/** A kind of series that has members of its own. */
export type LineupName =
  | "demand"
  | "plain"
  | "short-season"
  | "season"
  | "days"
  | "fortnight"
  | "day"
  | "hours"
  | "long-season";

/** The members that forecast a series, and their combination. */
export interface Lineup {
  readonly name: LineupName;
  readonly members: readonly string[];
  readonly combining: "mean" | "median";
  /** Shares of the members; equal ones where left out. */
  readonly weights?: readonly number[];
  readonly period: number;
  /** True for intermittent demand, whose intervals are quantiles of demand. */
  readonly isDemand: boolean;
  /** True if members' intervals leave the uncertainty of the season out. */
  readonly isSeasonKnown?: boolean;
  /** All periods, for members that take several. */
  readonly periods: readonly number[];
}

/** The longest period of the methods that hold a state for each phase. */
const LONGEST = 24;
/** Days of a year. */
const YEAR = 365;
/** Hours of a day and of a week. */
const DAY = 24;
const WEEK = 168;
const DAYS_OF_WEEK = 7;
const WEEKS_OF_YEAR = 52;
/** A last change of so many standard deviations of those before it is a shock. */
const SHOCK = 2;
/** Fewer changes have no standard deviation worth the name. */
const LEAST_CHANGES = 6;

/**
 * Returns the members of the default combination for a series, by what its demand and its seasons are. `npm run
 * best-study` has compared them (docs/accuracy.md).
 *
 * - Intermittent demand: the mean of ADIDA and IMAPA, IMAPA counting three times.
 * - No season: the median of automatic ARIMA, ETS whose trend is damped, dynamic optimised theta and complex exponential
 *   smoothing. After a shock in the last step, which ARIMA tends to continue, the mean of the others, dynamic optimised theta
 *   counting twice.
 * - A season of at most 6, such as that of quarters: the median of automatic ARIMA, ETS, dynamic optimised theta, complex
 *   exponential smoothing, theta, and STL with ETS.
 * - A season of 7 to 24: the median of automatic ARIMA, ETS, dynamic optimised theta and complex exponential smoothing.
 * - The same in a week of at least 365 days: the median of automatic ARIMA, complex exponential smoothing and TBATS. Where
 *   weeks alternate (see `seasonsAlternate`) the mean of automatic ARIMA and TBATS, with a season of two weeks.
 * - More than two weeks of hours: the median of automatic ARIMA, complex exponential smoothing, and ARIMA of what the day leaves.
 *   If the week is there too, the median of automatic ARIMA, the values of the last week, and ARIMA and complex exponential
 *   smoothing of what both seasons leave.
 * - A longer season: the mean of STL with ETS, STL with dynamic optimised theta, and TBATS.
 *
 * @param y - begins and ends with an observed value
 * @param period - observations per season, an integer of at least 1
 * @param periods - those of all its seasons, where there are several
 */
export function lineupOf(y: Float64Array, period: number, periods: readonly number[] = [period]): Lineup {
  const seasons = { period, periods, isDemand: false };
  if (isIntermittent(y, period)) return { ...DEMAND, ...seasons, isDemand: true };
  if (period === 1) return { ...(endsWithShock(y) ? SHOCKED : PLAIN), ...seasons };
  if (period > LONGEST) return { ...LONG_SEASON, ...seasons, periods: exact(periods) };
  if (period === DAY && y.length > 2 * WEEK)
    return hasWeek(y, periods)
      ? { ...DAY_AND_WEEK, ...seasons, periods: [...new Set([...periods, WEEK])] }
      : { ...DAY_ALONE, ...seasons };
  if (period < DAYS_OF_WEEK) return { ...SHORT_SEASON, ...seasons };
  if (period > DAYS_OF_WEEK || y.length < YEAR) return { ...SEASONAL, ...seasons };
  if (!seasonsAlternate(y, period)) return { ...DAILY, ...seasons };
  const twice = periods.map((one) => (one === period ? 2 * period : one));
  return { ...FORTNIGHT, period: 2 * period, periods: twice, isDemand: false };
}

const DEMAND = { name: "demand", members: ["adida", "imapa"], combining: "mean", weights: [0.25, 0.75] } as const;
const PLAIN = {
  name: "plain",
  members: ["auto-arima", "damped-ets", "dynamic-theta", "ces"],
  combining: "median",
} as const;
const SHOCKED = {
  name: "plain",
  members: ["dynamic-theta", "damped-ets", "ces"],
  combining: "mean",
  weights: [0.5, 0.25, 0.25],
} as const;
const SHORT_SEASON = {
  name: "short-season",
  members: ["auto-arima", "cautious-ets", "dynamic-theta", "ces", "theta", "stlf"],
  combining: "median",
} as const;
const SEASONAL = {
  name: "season",
  members: ["auto-arima", "cautious-ets", "dynamic-theta", "ces"],
  combining: "median",
} as const;
const DAILY = { name: "days", members: ["auto-arima", "ces", "tbats"], combining: "median" } as const;
const FORTNIGHT = { name: "fortnight", members: ["auto-arima", "tbats"], combining: "mean" } as const;
const DAY_ALONE = { name: "day", members: ["auto-arima", "ces", "stl-arima"], combining: "median" } as const;
const DAY_AND_WEEK = {
  name: "hours",
  members: ["auto-arima", "stl-arima", "stl-ces", "last-season"],
  combining: "median",
  isSeasonKnown: true,
} as const;
const LONG_SEASON = {
  name: "long-season",
  members: ["stlf", "stl-theta", "tbats"],
  combining: "mean",
  isSeasonKnown: true,
} as const;

/** Replaces 52 weeks by the exact year, which is a little longer. */
const exact = (periods: readonly number[]) => periods.map((one) => (one === WEEKS_OF_YEAR ? 365.25 / 7 : one));

const hasWeek = (y: Float64Array, periods: readonly number[]) =>
  periods.includes(WEEK) || seasonalPeriods(y, { candidates: [DAY, WEEK] }).includes(WEEK);

/** Tells whether the last change is far from those before it. */
function endsWithShock(y: Float64Array): boolean {
  const changes = y.subarray(1).map((value, t) => value - y[t]!);
  const before = changes.subarray(0, -1).filter((change) => !Number.isNaN(change));
  if (before.length < LEAST_CHANGES) return false;
  const mean = before.reduce((sum, change) => sum + change, 0) / before.length;
  const squares = before.reduce((sum, change) => sum + (change - mean) ** 2, 0);
  return Math.abs(changes.at(-1)! - mean) > SHOCK * Math.sqrt(squares / (before.length - 1));
}
