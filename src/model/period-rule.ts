import { canonicalInterval } from "./interval.ts";

/**
 * Observations per season: a number, several numbers, or for each series those calendar periods of its interval that
 * the series shows.
 */
export type Period = "auto" | number | readonly number[];

/** The rule for the period of each series: one rule for all, or one for each interval. */
export type PeriodRule = Period | { readonly [interval: string]: Period };

/** The seasons of one series. */
export interface SeriesPeriod {
  /** Observations per season, for methods with one season; 1 without a season. */
  readonly period: number;
  /** Observations per season for each season, for methods with several seasons. */
  readonly periods: readonly number[];
}

/** Returns the seasons that numbers stand for: of several the first, rounded, is for methods that take one. */
export function statedPeriod(period: number | readonly number[]): SeriesPeriod {
  if (typeof period === "number") return { period, periods: [period] };
  return { period: Math.round(period[0] ?? 1), periods: period.filter((one) => one > 1) };
}

/** Returns the shortest period that stands for the seasons of a series, to be kept with its model. */
export function periodOf({ period, periods }: SeriesPeriod): number | readonly number[] {
  const [first = 1] = periods;
  const listed = Math.round(first) === period ? periods : [period, ...periods];
  return listed.length < 2 && Number.isInteger(first) ? first : listed;
}

/** Reads the period that was kept with a model, else that of the run's exports; 1 where neither says. */
export function readPeriod(info: unknown, exports: unknown): SeriesPeriod {
  for (const from of [info, exports]) {
    const period = typeof from === "object" && from !== null && "period" in from ? from.period : undefined;
    if (isPeriod(period) && period !== "auto") return statedPeriod(period);
  }
  return { period: 1, periods: [] };
}

/** Tells whether a value is a period: `auto`, a number of at least 1, or a list of such numbers. */
export function isPeriod(value: unknown): value is Period {
  const isCount = (one: unknown) => typeof one === "number" && one >= 1 && one < Infinity;
  return value === "auto" || isCount(value) || (Array.isArray(value) && value.length > 0 && value.every(isCount));
}

/** Tells whether a value is a rule for periods. */
export function isPeriodRule(value: unknown): value is PeriodRule {
  if (isPeriod(value)) return true;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const rules = Object.entries(value);
  return (
    rules.length > 0 && rules.every(([interval, one]) => canonicalInterval(interval) !== undefined && isPeriod(one))
  );
}
