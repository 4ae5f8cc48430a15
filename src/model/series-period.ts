import { calendarPeriods, findSeasons } from "@manymodel/forecast";
import type { Frame } from "./frame.ts";
import { canonicalInterval, type Interval } from "./interval.ts";
import {
  isPeriod,
  isPeriodRule,
  type Period,
  type PeriodRule,
  type SeriesPeriod,
  statedPeriod,
} from "./period-rule.ts";
import { findTarget } from "./planned-rows.ts";

/**
 * Decides the period of a series. `auto` tests the periods that the calendar gives to the interval (see
 * `seasonalPeriods`): the shortest is for methods that take one. Series at an interval that a rule by interval does not
 * name have none.
 *
 * @param interval - null where the times keep none: then `auto` finds none, and no interval's rule applies
 */
export function seriesPeriod(rule: PeriodRule, y: Float64Array, interval: Interval | null): SeriesPeriod {
  const choice = choiceFor(rule, interval);
  if (choice !== "auto") return statedPeriod(choice);
  const candidates = interval === null ? [] : calendarPeriods(interval);
  const periods = findSeasons(y, candidates);
  const [shortest] = candidates;
  return { period: shortest !== undefined && periods[0] === shortest ? Math.round(shortest) : 1, periods };
}

/** Decides the period of a partition's series by the rule and the target of exports; undefined if they state a number. */
export type DecidePeriod = (exports: unknown, data: Frame) => SeriesPeriod | undefined;

/** Decides as `seriesPeriod` does. A series with an infinite value has no period that a test could find. */
export const decidePeriod: DecidePeriod = (exports, data) => {
  const rule = typeof exports === "object" && exports !== null && "period" in exports ? exports.period : undefined;
  if (!isPeriodRule(rule) || typeof rule === "number") return undefined;
  const target = findTarget(exports, data.columns);
  const y = target?.type === "number" || target?.type === "boolean" ? data.series(target.name) : new Float64Array(0);
  return seriesPeriod(rule, y.some((value) => Math.abs(value) === Infinity) ? new Float64Array(0) : y, data.interval);
};

function choiceFor(rule: PeriodRule, interval: Interval | null): Period {
  if (isPeriod(rule)) return rule;
  const base = interval?.replace(/@.*/, "");
  return Object.entries(rule).find(([text]) => canonicalInterval(text) === base)?.[1] ?? 1;
}
