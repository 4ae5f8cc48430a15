import type { LineupName } from "../contest/lineup.ts";

/** The member that is the combination of `best`. */
export const BEST = "best";

/**
 * The members whose weights are learnt, for each kind of series: those of `best`, others that are right for some series of the
 * kind, and the combination of `best` itself, whose median is no weighted mean.
 */
export const WEIGHTED_MEMBERS: Readonly<Record<LineupName, readonly string[]>> = {
  demand: ["tsb", "adida", "imapa", "mean", BEST],
  plain: ["auto-arima", "damped-ets", "dynamic-theta", "ces", "theta", BEST],
  "short-season": ["auto-arima", "cautious-ets", "dynamic-theta", "ces", "theta", "stlf", BEST],
  season: ["auto-arima", "cautious-ets", "dynamic-theta", "ces", "stlf", "snaive", BEST],
  days: ["auto-arima", "ces", "tbats", "cautious-ets", "stlf", BEST],
  fortnight: ["auto-arima", "tbats", "ces", "stlf", BEST],
  day: ["auto-arima", "ces", "stl-arima", "stlf", BEST],
  hours: ["auto-arima", "stl-arima", "stl-ces", "last-season", "tbats", BEST],
  "long-season": ["stlf", "stl-theta", "tbats", "stl-ces", "snaive", BEST],
};
