import { matchColumn } from "../core/columns/column.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { DataQuery, Snapshot } from "../core/run.ts";
import { completesRows } from "../model/complete-rows.ts";
import { calendarBins, canonicalInterval, detectInterval, parseInterval } from "../model/interval.ts";
import { resampleRows } from "../model/resample-rows.ts";
import { findZone, zoneRows, zoneTimes } from "../model/zone-rows.ts";
import type { Source } from "../ports/source.ts";

/**
 * A source whose rows are complete, at times of their zone: whoever reads them sees the rows that `zoneRows` and
 * `resampleRows` make by the rules of the query. Rows of a query without rules are those of the source.
 */
export function completeSource(source: Source): Source {
  return {
    ...source,
    async snapshot(query) {
      const pinned = await source.snapshot(query);
      if (!completesRows(query) && query.zone === undefined) return pinned;
      const type = completesRows(query) ? checkRules(pinned, query) : undefined;
      const { observed: times, later, repeated } = await source.times(pinned);
      const zone = query.zone === undefined ? undefined : findZone(pinned, query.zone, times);
      const snapshot = { ...pinned, ...(zone !== undefined && { zone }) };
      if (type === undefined) return snapshot;
      const observed = zoneTimes(snapshot, times);
      const panel = {
        newest: observed.at(-1) ?? null,
        ...(query.resample !== undefined && { oldest: observed[0] ?? null }),
        interval:
          query.interval === undefined ? detectInterval(observed, type) : (canonicalInterval(query.interval) ?? null),
        later,
        repeated,
      };
      checkCoarser(query, panel.interval);
      return { ...snapshot, panel };
    },
    async read(snapshot, ordinals) {
      const rows = await source.read(snapshot, ordinals);
      return { ...rows, ...resampleRows(snapshot, zoneRows(snapshot, rows)) };
    },
  };
}

/** Checks that there are a time and a target to complete rows by. @throws {ManymodelError} `config` */
function checkRules({ columns, timeColumn }: Snapshot, query: DataQuery): "number" | "time" {
  const { table, target = "", fill, resample } = query;
  const rule = resample !== undefined ? "source.resample" : fill === undefined ? "source.duplicates" : "source.fill";
  const names = columns.map(({ name }) => name);
  const time = columns.find(({ name }) => name === timeColumn);
  const value = columns.find(({ name }) => name === matchColumn(names, target));
  if (time === undefined || time.type === "string" || time.type === "boolean")
    throw new ManymodelError(
      "config",
      `${rule} needs the times of rows, but ${time === undefined ? "source.order_by names none" : `${time.name} of ${table} holds ${time.type}s`}; name a date, timestamp or number last in source.order_by`,
    );
  const isTime = time.type === "date" || time.type === "timestamp";
  if (resample !== undefined && !isTime)
    throw new ManymodelError(
      "config",
      `source.resample is ${show(resample.to)}, but ${time.name} of ${table} holds ${time.type}s, which have no calendar; make it a date or a timestamp`,
    );
  // A table of the future need not have the target.
  if (resample !== undefined && query.target === undefined) return "time";
  if (value === undefined)
    throw new ManymodelError(
      "config",
      `${rule} is about source.target, but ${table} has no column ${show(target)}; it has ${names.join(", ")}`,
    );
  const isNumber = value.type === "number" || value.type === "integer";
  if (!isNumber && (value.type !== "boolean" || resample !== undefined))
    throw new ManymodelError(
      "config",
      `${rule} needs numbers in source.target, but ${value.name} of ${table} holds ${value.type}s`,
    );
  return isTime ? "time" : "number";
}

/** Checks that resampling makes rows coarser. @throws {ManymodelError} `config` */
function checkCoarser({ table, resample }: DataQuery, interval: string | null): void {
  if (resample === undefined) return;
  const size = (text: string | null) => {
    const parts = parseInterval(text ?? "");
    if (parts === undefined || parts.unit === "weekday" || parts.unit === "number") return 0;
    return parts.step * { month: 28 * DAY_SECONDS, day: DAY_SECONDS, second: 1 }[parts.unit];
  };
  if (calendarBins(resample.to) === undefined)
    throw new ManymodelError(
      "config",
      `source.resample is ${show(resample.to)}; it must be a day, a week, a part of a day such as PT1H, or a part of a year such as P1M, P3M or P1Y`,
    );
  if (size(resample.to) < size(interval))
    throw new ManymodelError(
      "config",
      `source.resample is ${show(resample.to)}, but rows of ${table} are ${interval} apart; state a coarser interval`,
    );
}

const DAY_SECONDS = 86_400;
