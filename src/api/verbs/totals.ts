import { PARTITION_ATTRIBUTES, UNIT_VALUE } from "../../core/attributes.ts";
import { matchColumn } from "../../core/columns/column.ts";
import { FORECASTS } from "../../core/current-forecasts.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { QueryValue } from "../../ports/tables.ts";
import type { GroupKey } from "../../runs/grouped-partitions.ts";
import { currentForecasts, type Workspace } from "../workspace.ts";

/** Options of `totals`. */
export interface TotalsOptions {
  /** Attributes, or key columns, whose values tell groups apart; all partitions are one total when left out. */
  readonly group?: string | readonly string[];
  /** A condition of the engine's SQL on the columns of `PARTITION_ATTRIBUTES`. */
  readonly where?: string;
  /** The table of forecasts; the view `FORECASTS` when left out. */
  readonly table?: string;
  /** The column of the forecasts' times: the last of `source.order_by`, else `STEP`. */
  readonly time?: string;
  /** Coverage of the intervals in percent; `batch.levels` when left out. */
  readonly levels?: readonly number[];
}

/** The forecast of a group's total at one time. */
export interface Total {
  readonly group: GroupKey;
  readonly time: QueryValue;
  /** The sum of the forecasts of so many partitions. */
  readonly forecast: number;
  readonly partitions: number;
  /** Bounds of the intervals, in the order of the levels; null where a partition has none. */
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
  /** The sum of the forecasts times the worth of a unit; null where no worth is kept, or a partition has none. */
  readonly value: number | null;
}

const groupsOf = (group: string | readonly string[]) => (typeof group === "string" ? [group] : group);

/** Tells whether a table has the columns of reconciled forecasts. */
const isReconciled = (columns: readonly string[]) =>
  ["LEVEL", "BASE_FORECAST"].every((name) => matchColumn(columns, name) !== undefined);

/** The most rows of an answer. */
const MOST = 1_000_000;

/**
 * Forecasts of totals: the sum of the forecasts at each time, in groups, with intervals of the sum. Half an interval is the root of
 * the sum of the partitions' squared halves, as if their errors were independent: bounds are never added. Where errors move
 * together, the interval is too narrow: train the totals themselves, and reconcile (docs/hierarchy.md). The database adds up.
 *
 * @returns groups in the order of their values, times ascending
 * @throws {ManymodelError} `usage` for attributes that are not kept, reconciled forecasts, or an engine without SQL; `not-found` without forecasts
 */
export async function totals({ engine, config }: Workspace, options: TotalsOptions = {}): Promise<Total[]> {
  const { group = [], where, table = FORECASTS, levels = config.batch.levels } = options;
  const { source, tables } = engine;
  const attributes = (await source.columns(PARTITION_ATTRIBUTES))?.map(({ name }) => name) ?? [];
  const columns = (await source.columns(table === FORECASTS ? config.batch.output_table : table))?.map(
    ({ name }) => name,
  );
  if (columns === undefined)
    throw new ManymodelError("not-found", `there are no forecasts in ${table} yet: manymodel batch`);
  if (isReconciled(columns))
    throw new ManymodelError(
      "usage",
      `${table} has rows for totals, so adding its rows up would count them several times; read the totals with manymodel sql "SELECT * FROM ${table} WHERE LEVEL = '${groupsOf(group).join(",") || "total"}'"`,
    );
  const find = (of: readonly string[], name: string, remedy: string) => {
    const column = matchColumn(of, name);
    if (column === undefined)
      throw new ManymodelError("usage", `there is no column ${show(name)} among ${of.join(", ") || "none"}; ${remedy}`);
    return tables.columnName(column);
  };
  const groups = groupsOf(group);
  const by = groups.map((name) => `a.${find(attributes, name, "add it to source.attributes, and score")}`);
  const time = `f.${find(columns, options.time ?? config.source?.order_by?.at(-1) ?? "STEP", "name another with --time")}`;
  const forecast = `f.${tables.columnName("FORECAST")}`;
  const key = tables.columnName("PARTITION_KEY");
  const hasValue = attributes.includes(UNIT_VALUE);
  const bounds = levels.flatMap((level) => {
    const half = (side: string) => `f.${find(columns, `${side}_${level}`, "score with this level")}`;
    // SUM leaves NULL out, which would make the interval too narrow.
    const rootSumSquares = (bound: string) =>
      `CASE WHEN COUNT(${bound}) = COUNT(${forecast}) THEN SQRT(SUM((${bound} - ${forecast}) * (${bound} - ${forecast}))) END`;
    return [rootSumSquares(half("LO")), rootSumSquares(half("HI"))];
  });
  const value = `a.${tables.columnName(UNIT_VALUE)}`;
  const worth = hasValue ? `CASE WHEN COUNT(${value}) = COUNT(*) THEN SUM(${forecast} * ${value}) END` : "NULL";
  const isJoined = by.length > 0 || where !== undefined || hasValue;
  const selection = `(SELECT * FROM ${PARTITION_ATTRIBUTES}${where === undefined ? "" : ` WHERE (${where}\n)`})`;
  const joined = isJoined ? ` ${where === undefined ? "LEFT " : ""}JOIN ${selection} a ON a.${key} = f.${key}` : "";
  const places = [...by, time].map((_, i) => i + 1).join(", ");
  const sql = `SELECT ${[...by, time, `COUNT(*)`, `SUM(${forecast})`, worth, ...bounds].join(", ")} FROM ${table} f${joined} WHERE ${forecast} IS NOT NULL GROUP BY ${[...by, time].join(", ")} ORDER BY ${places}`;
  if (table === FORECASTS) await engine.views.showForecasts(currentForecasts(config));
  const { rows, truncated } = await tables.query(sql, [], MOST);
  if (truncated)
    throw new ManymodelError("usage", `there are more than ${MOST} totals; name fewer attributes, or a condition`);
  return rows.map((row): Total => {
    const values = row.slice(by.length);
    const [at = null, partitions, sum, worth = null, ...halves] = values;
    const mean = Number(sum);
    const side = (first: number, sign: 1 | -1) =>
      levels.map((_, i) => {
        const half = halves[2 * i + first] ?? null;
        return half === null ? null : mean + sign * Number(half);
      });
    return {
      group: Object.fromEntries(
        groups.map((name, i) => [name, row[i] === null || row[i] === undefined ? null : String(row[i])]),
      ),
      ...{ time: at, forecast: mean, partitions: Number(partitions), lower: side(0, -1), upper: side(1, 1) },
      value: worth === null ? null : Number(worth),
    };
  });
}
