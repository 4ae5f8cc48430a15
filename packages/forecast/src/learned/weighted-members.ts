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

/** The members with the least weight before anything is learnt: those that `best` lacks and that few series need. */
const OTHERS: Readonly<Partial<Record<LineupName, readonly string[]>>> = {
  demand: ["mean"],
  plain: ["theta"],
  season: ["stlf", "snaive"],
  days: ["cautious-ets", "stlf"],
  fortnight: ["ces", "stlf"],
  day: ["stlf"],
  hours: ["tbats"],
  "long-season": ["stl-ces", "snaive"],
};

/**
 * Returns the logarithms of the members' weights before anything is learnt, but for a constant: `best` has the largest
 * weight, and its own members more than others.
 */
export function startingScores(group: LineupName): number[] {
  return WEIGHTED_MEMBERS[group].map((name) => (name === BEST ? 2 : OTHERS[group]?.includes(name) ? -1 : 0));
}
