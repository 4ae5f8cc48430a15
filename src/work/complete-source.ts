import { matchColumn } from "../core/columns/column.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { DataQuery, Snapshot } from "../core/run.ts";
import { completeRows, completesRows } from "../model/complete-rows.ts";
import { canonicalInterval, detectInterval } from "../model/interval.ts";
import type { Source } from "../ports/source.ts";

/**
 * A source whose rows are complete: whoever reads them sees the rows that `completeRows` makes by the rules of the query.
 * Rows of a query without rules are those of the source.
 */
export function completeSource(source: Source): Source {
  return {
    ...source,
    async snapshot(query) {
      const snapshot = await source.snapshot(query);
      if (!completesRows(query)) return snapshot;
      const type = checkRules(snapshot, query);
      const { observed, later, repeated } = await source.times(snapshot);
      const panel = {
        newest: observed.at(-1) ?? null,
        interval:
          query.interval === undefined ? detectInterval(observed, type) : (canonicalInterval(query.interval) ?? null),
        later,
        repeated,
      };
      return { ...snapshot, panel };
    },
    async read(snapshot, ordinals) {
      const rows = await source.read(snapshot, ordinals);
      return { ...rows, ...completeRows(snapshot, rows) };
    },
  };
}

/** Checks that there are a time and a target to complete rows by. @throws {ManymodelError} `config` */
function checkRules({ columns, timeColumn }: Snapshot, { table, target = "", fill }: DataQuery): "number" | "time" {
  const rule = fill === undefined ? "source.duplicates" : "source.fill";
  const names = columns.map(({ name }) => name);
  const time = columns.find(({ name }) => name === timeColumn);
  const value = columns.find(({ name }) => name === matchColumn(names, target));
  if (time === undefined || time.type === "string" || time.type === "boolean")
    throw new ManymodelError(
      "config",
      `${rule} needs the times of rows, but ${time === undefined ? "source.order_by names none" : `${time.name} of ${table} holds ${time.type}s`}; name a date, timestamp or number last in source.order_by`,
    );
  if (value === undefined)
    throw new ManymodelError(
      "config",
      `${rule} is about source.target, but ${table} has no column ${show(target)}; it has ${names.join(", ")}`,
    );
  if (value.type !== "number" && value.type !== "integer" && value.type !== "boolean")
    throw new ManymodelError(
      "config",
      `${rule} needs numbers in source.target, but ${value.name} of ${table} holds ${value.type}s`,
    );
  return time.type === "date" || time.type === "timestamp" ? "time" : "number";
}
