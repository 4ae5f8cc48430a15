import { type ColumnInfo, matchColumn } from "../../core/columns/column.ts";
import { FORECAST_FINAL } from "../../core/override.ts";

/** The table of overrides as a database names it, and its way to write names and the time. */
export interface OverrideTable {
  /** The relation of all rows; undefined where no override was ever set. */
  readonly from: string | undefined;
  /** The column of the series' times; the only one of dates or timestamps when left out. */
  readonly time: string | undefined;
  readonly column: (name: string) => string;
  /** The present in UTC, as an expression of a timestamp without a zone. */
  readonly now: string;
}

/**
 * Returns the rows of a table of forecasts with FORECAST_FINAL as their last column, as a query: the override in force
 * of each row's model, partition and time, else FORECAST. `core/override.ts` says which override is in force. A table
 * without FORECAST stays as it is.
 *
 * @param from - the relation of the forecasts
 * @param columns - its columns, in order
 */
export function withFinalForecast(from: string, columns: readonly ColumnInfo[], overrides: OverrideTable): string {
  const { column, now } = overrides;
  const names = columns.map(({ name }) => name.toUpperCase());
  const tableColumns = columns.map(({ name }) => `f.${column(name)}`).join(", ");
  if (!names.includes("FORECAST") || names.includes(FORECAST_FINAL)) return `SELECT ${tableColumns} FROM ${from} f`;
  const forecast = `f.${column("FORECAST")}`;
  const time = timeOf(columns, overrides.time);
  if (overrides.from === undefined || time === undefined)
    return `SELECT ${tableColumns}, ${forecast} AS ${column(FORECAST_FINAL)} FROM ${from} f`;
  const [place, at, value] = [["MODEL_NAME", "PARTITION_KEY", "TIME"].map(column), column("TIME"), column("OVERRIDE")];
  const [changed, change, expires] = [column("CHANGED_AT"), column("CHANGE_ID"), column("EXPIRES_AT")];
  // No alias of ours has a space or is a keyword of an engine.
  const newest = `SELECT ${[...place, value, expires].join(", ")}, ROW_NUMBER() OVER (PARTITION BY ${place.join(", ")} ORDER BY ${changed} DESC, ${change} DESC) AS ${column("NTH")} FROM ${overrides.from} r`;
  const inForce = `SELECT ${[...place, value].join(", ")} FROM (${newest}) n WHERE ${column("NTH")} = 1 AND ${value} IS NOT NULL AND (${expires} IS NULL OR ${expires} > ${now})`;
  const of = ["MODEL_NAME", "PARTITION_KEY"].map((name) => `o.${column(name)} = f.${column(name)}`).join(" AND ");
  return `SELECT ${tableColumns}, COALESCE(o.${value}, ${forecast}) AS ${column(FORECAST_FINAL)} FROM ${from} f
    LEFT JOIN (${inForce}) o ON ${of} AND o.${at} = f.${column(time)}`;
}

/**
 * Returns the column of a forecast table's times: the one that is named so, else the only one of dates or timestamps.
 * Undefined where there is none.
 */
function timeOf(columns: readonly ColumnInfo[], named: string | undefined): string | undefined {
  const times = columns.filter(({ type }) => type === "date" || type === "timestamp").map(({ name }) => name);
  if (named !== undefined) return matchColumn(times, `KEY_${named}`) ?? matchColumn(times, named);
  return times.length === 1 ? times[0] : undefined;
}
