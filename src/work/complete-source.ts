import { at, zip } from "../core/aligned.ts";
import { matchColumn } from "../core/columns/column.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { checkSameKeys, type PartitionKey } from "../core/partition-key.ts";
import { type DataQuery, futureQuery, type Snapshot } from "../core/run.ts";
import { type Completion, completesRows, type Rows } from "../model/complete-rows.ts";
import { calendarBins, canonicalInterval, detectInterval, parseInterval } from "../model/interval.ts";
import { resampleRows } from "../model/resample-rows.ts";
import { findZone, type Zoned, zoneRows, zoneTimes } from "../model/zone-rows.ts";
import type { Source } from "../ports/source.ts";

/**
 * Returns a source whose rows are complete, at times of their zone: whoever reads them sees the rows that `zoneRows`
 * and `resampleRows` make by the rules of the query. Rows of a query without rules are those of the source.
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
      const future = await pinFuture(source, snapshot);
      return { ...snapshot, panel, ...(future !== undefined && { future }) };
    },
    async read(snapshot, ordinals, newerThan) {
      if (!changesRows(snapshot)) return source.read(snapshot, ordinals, newerThan);
      const rows = await source.read(snapshot, ordinals);
      const future = await readFuture(source, snapshot, ordinals);
      return { ...rows, ...usableRows(snapshot, rows, future) };
    },
  };
}

/** Facts that make the rows of a snapshot usable: the zone of their times, and the rules of its query. */
export type RowCompletion = Completion & Zoned;

/** Returns whether the rows of a snapshot are not used as they are. */
export const changesRows = ({ query, zone }: Pick<Snapshot, "query" | "zone">): boolean =>
  completesRows(query) || zone !== undefined;

/** Returns the rows of a source at times of their zone, and complete (see `zoneRows` and `resampleRows`). */
export function usableRows(completion: RowCompletion, rows: Rows, future?: Rows): Rows {
  return resampleRows(completion, zoneRows(completion, rows), future);
}

/**
 * Pins the table of the future from which rows that are filled in take their regressors.
 *
 * @throws {ManymodelError} `not-found` without that table; `input` if its keys or columns are of other types
 */
async function pinFuture(source: Source, { query, timeColumn, zone, ...own }: Snapshot): Promise<Snapshot | undefined> {
  const table = query.fill?.futureTable;
  if (table === undefined || timeColumn === null) return undefined;
  const { resample: _, ...rows } = futureQuery(query, table, timeColumn);
  const pinned = await source.snapshot(rows);
  checkSameKeys("input", { name: table, ...pinned }, { name: query.table, ...own });
  for (const { name, type } of pinned.columns) {
    const column = own.columns.find((column) => matchColumn([name], column.name) !== undefined);
    if (column !== undefined && column.type !== type && column.name !== query.target)
      throw new ManymodelError(
        "input",
        `source.fill takes ${name} of ${table} where ${query.table} has no row, but it holds ${type}s, and ${column.name} of ${query.table} holds ${column.type}s; the types must agree`,
      );
  }
  return { ...pinned, ...(zone !== undefined && { zone }) };
}

/** Reads the rows of the future of the partitions at some positions of a snapshot, if it has such a table. */
async function readFuture(source: Source, snapshot: Snapshot, ordinals: readonly number[]): Promise<Rows | undefined> {
  const { future } = snapshot;
  if (future === undefined) return undefined;
  const keys = new Map<number, PartitionKey>();
  const existing = ordinals.filter((ordinal) => ordinal >= 0).sort((a, b) => a - b);
  for (let i = 0; i < existing.length; ) {
    const from = at(existing, i);
    const after = existing.findIndex((ordinal) => ordinal >= from + KEYS_PER_READ);
    const end = after < 0 ? existing.length : after;
    const read = await source.keys(snapshot, from, at(existing, end - 1) + 1);
    for (; i < end; i++) keys.set(at(existing, i), at(read, at(existing, i) - from));
  }
  const located = await source.locate(future, [...keys.values()]);
  const places = new Map(zip(keys.keys(), located));
  return zoneRows(
    future,
    await source.read(
      future,
      ordinals.map((ordinal) => places.get(ordinal) ?? -1),
    ),
  );
}

/** Keys are read from a snapshot this many at a time. */
const KEYS_PER_READ = 10_000;

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
