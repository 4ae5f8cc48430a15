import { canonicalInterval, dayOfMonth, weekday } from "@manymodel/forecast/time";
import { at } from "../core/aligned.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { Snapshot } from "../core/run.ts";
import { detectInterval, formatTime, gridPositions, type Interval, parseInterval } from "./interval.ts";

/** The times of a series do not fall on the interval that was stated for all. */
export class IrregularInterval extends Error {
  override readonly name = "IrregularInterval";
}

/** Refuses a stated interval that the source's time cannot have. @throws {ManymodelError} `config` */
export function checkStatedInterval({ query, columns, timeColumn }: Snapshot): void {
  const { interval } = query;
  if (interval === undefined) return;
  const type = columns.find(({ name }) => name === timeColumn)?.type;
  const actual =
    timeColumn === null ? "source.order_by names no time" : `${timeColumn} of ${query.table} holds ${type}s`;
  const ofNumbers = type === "integer" || type === "number";
  const ofTimes = type === "date" || type === "timestamp";
  const parsed = parseInterval(canonicalInterval(interval) ?? "");
  if (parsed === undefined || !(parsed.unit === "number" ? ofNumbers : ofTimes))
    throw new ManymodelError(
      "config",
      `the interval is ${show(interval)}, but ${actual}; state such as P1D, P1W, P1M or PT1H for times, N1 for numbers`,
    );
}

/**
 * Returns the interval of a series: the one stated for all, or its own.
 *
 * @param times - ascending, each once
 * @throws {IrregularInterval} if they do not fall on the interval that was stated
 */
export function seriesInterval(
  times: Float64Array,
  type: "date" | "timestamp" | "number",
  text: string | undefined,
): Interval | null {
  const canonical = text === undefined ? undefined : canonicalInterval(text);
  const parts = canonical === undefined ? undefined : parseInterval(canonical);
  if (canonical === undefined || parts === undefined)
    return detectInterval(times, type === "number" ? "number" : "time");
  const isMonths = parts.unit === "month";
  const day = isMonths ? dayOfMonth(times) : null;
  const interval = day === null ? canonical : `${canonical}@${day}`;
  const isOpen = parts.unit !== "weekday" || parts.days.includes(String(weekday(at(times, 0))));
  if (isOpen && isMonths === (day !== null) && gridPositions(times, interval) !== null) return interval;
  throw new IrregularInterval(
    `${offPair(times, type, interval)}; source.interval is ${text}: mend the times, or state another`,
  );
}

/** Returns the first two times that are not whole steps apart. */
function offPair(times: Float64Array, type: "date" | "timestamp" | "number", interval: Interval): string {
  const text = (i: number) => formatTime(type, at(times, i));
  if (times.length === 1) return `${text(0)} is not at a step`;
  const parts = parseInterval(interval);
  const hasNoDay = parts?.unit === "month" && parts.day === undefined;
  for (let i = 1; i < times.length; i++) {
    const pair = times.subarray(i - 1, i + 1);
    const isOff = hasNoDay ? dayOfMonth(pair) === null : gridPositions(pair, interval) === null;
    if (isOff) return `${text(i - 1)} and ${text(i)} are not whole steps apart`;
  }
  return `${text(0)} to ${text(times.length - 1)} are not at whole steps`;
}
