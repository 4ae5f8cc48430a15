import { COMPOSED } from "../../packages/forecast/src/contest/composed.ts";
import { lineupOf } from "../../packages/forecast/src/contest/lineup.ts";
import { type FittedModel, METHODS, type Method } from "../../packages/forecast/src/index.ts";
import { isIntermittent } from "../../packages/forecast/src/intermittent/demand-pattern.ts";
import type { StudySeries } from "./series.ts";

const CONTINUOUS: readonly Method[] = ["auto-arima", "ets", "dynamic-theta", "theta", "ces", "snaive"];
const INTERMITTENT: readonly Method[] = ["croston", "sba", "tsb", "adida", "imapa"];

/** Tells whether a series is compared as intermittent demand. */
export const isDemand = ({ training, period }: StudySeries): boolean => isIntermittent(training, period);

/** Returns the single methods that a series' combination is compared with: the usual ones, and its own members. */
export function membersOf(series: StudySeries): Readonly<Record<string, () => FittedModel>> {
  const { training: y, period } = series;
  const usual = isDemand(series) ? INTERMITTENT : CONTINUOUS;
  const lineup = lineupOf(y, period);
  const fits = { ...METHODS, ...COMPOSED };
  // A usual method with the series' own period is there already.
  const isThere = (name: string) => lineup.period === period && usual.some((one) => one === name);
  const members = Object.entries(fits).filter(([name]) => lineup.members.includes(name) && !isThere(name));
  return {
    ...Object.fromEntries(usual.map((name) => [name, () => METHODS[name](y, period)])),
    ...Object.fromEntries(
      members.map(([name, fit]) => [`member ${name}`, () => fit(y, lineup.period, lineup.periods)]),
    ),
  };
}
