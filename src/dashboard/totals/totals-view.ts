import { halfOfSum, type Total, type TotalsOptions } from "../../api/verbs/totals.ts";
import { at } from "../../core/aligned.ts";
import { PARTITION_ATTRIBUTES } from "../../core/attributes.ts";
import { FORECASTS } from "../../core/current-forecasts.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { Engine } from "../../ports/engine.ts";
import type { PartitionAttributes } from "../attributes/partition-attributes.ts";
import { number } from "../base/status-query.ts";
import type { Making, TableCache } from "../partitions/table-cache.ts";
import { targetOf } from "../series/series-data.ts";
import { queriedTime } from "../series/series-newer.ts";
import type { TotalSeries, Totals } from "../wire-totals.ts";
import { addedGroups, findGroupHistory, type GroupHistory } from "./group-history.ts";
import { stretchOf } from "./stretch.ts";

const MOST_STEPS = 5000;
const MOST_SERIES = 50;
const MOST_ROWS = 100_000;

/** A level of the configured hierarchy. */
export interface ReconciledLevels {
  readonly table: string;
  readonly levels: readonly (readonly string[])[];
}

/** Sources of totals. */
export interface TotalsSurroundings {
  readonly engine: Engine;
  readonly tables: TableCache;
  readonly attributes: PartitionAttributes;
  /** The model whose forecasts `FORECASTS` has. */
  readonly model: string;
  readonly levels: readonly number[];
  /** The time column of the forecasts. */
  readonly time: string;
  /** The table of forecasts that batches write. */
  readonly forecasts: string;
  readonly reconciled: ReconciledLevels | null;
  readonly totals: (options: TotalsOptions) => Promise<Total[]>;
}

/** The forecasts of one group, time by time. */
interface GroupForecast {
  readonly times: number[];
  readonly forecast: (number | null)[];
  readonly own: (number | null)[] | null;
  readonly lower: (number | null)[][];
  readonly upper: (number | null)[][];
  partitions: number;
  worth: number | null;
  /** The correlation of the parts' errors (see `Total`). */
  correlation: number | null;
}

/**
 * Describes the totals of the current forecasts: of all partitions, and of each value of an attribute. Their intervals are those of
 * the reconciled forecasts where the hierarchy has that level; else from the parts, by the correlation of their errors.
 *
 * @param by - an attribute; undefined: the total only
 * @throws {ManymodelError} `not-found` without a version or forecasts, `usage` for an attribute that is not kept
 */
export async function totalsView(
  around: TotalsSurroundings,
  by: string | undefined,
  patienceMs: number,
): Promise<Totals | Making> {
  const { engine, tables, attributes, model, levels } = around;
  const [version] = (await engine.versions.list(model)).sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  if (version === undefined)
    throw new ManymodelError(
      "not-found",
      `model ${model} has no version, so there are no forecasts: manymodel register`,
    );
  const table = await tables.get(version.runId, patienceMs);
  if (!("search" in table)) return table;
  const groupings = await attributes.of(table.search.table);
  const attribute = by === undefined ? undefined : groupings.attributes.find(({ name }) => name === by);
  if (by !== undefined && attribute === undefined)
    throw new ManymodelError(
      "usage",
      `there is no attribute ${show(by)}; there is ${groupings.attributes.map(({ name }) => name).join(", ") || "none"}`,
    );
  const target = targetOf(table.manifest);
  const notes: string[] = [];
  const codes = attribute?.codes ?? new Uint32Array(table.search.table.head.rows);
  const values = attribute?.values ?? [];
  const groups = Math.max(1, values.length);
  const history = await findGroupHistory(
    engine.source,
    table.manifest,
    { table: table.search.table, codes, groups },
    notes,
  );
  const type = history.timeType;
  const all = await forecastsOf(around, [], type);
  const parts = by === undefined ? new Map<string | null, GroupForecast>() : await forecastsOf(around, [by], type);
  const orders = await ordersOf(around, by);
  const series = (value: string | null, isAll: boolean, sums: ReadonlyMap<number, number>): TotalSeries | undefined => {
    const forecast = isAll ? all.get(null) : parts.get(value);
    if (forecast === undefined) return undefined;
    const order = orders.get(isAll ? "all" : `is ${value}`);
    return {
      ...joined(forecast, sums),
      ...{ value, isAll },
      leadDemand: order?.demand ?? null,
      orderUpTo:
        order === undefined ? null : order.demand + halfOfSum(order.squares, order.stock, forecast.correlation),
    };
  };
  const named = values.flatMap((value, i) => {
    const one = series(value, false, at(history.groups, i));
    return one === undefined ? [] : [one];
  });
  named.sort((a, b) => (b.worth ?? b.stretch.next ?? 0) - (a.worth ?? a.stretch.next ?? 0));
  if (named.length > MOST_SERIES) notes.push(`The ${MOST_SERIES} largest of ${named.length} groups are shown.`);
  const total = series(null, true, addedGroups(history.groups));
  return {
    table: FORECASTS,
    by: by ?? null,
    levels,
    timeType: type,
    target: target ?? "",
    intervals: reconciledLevel(around, by === undefined ? [] : [by]) ? "reconciled" : "correlated",
    attributes: groupings.attributes.map(({ name }) => name),
    series: [...(total === undefined ? [] : [total]), ...named.slice(0, MOST_SERIES)],
    notes,
  };
}

/** Returns a history and a forecast as one series. */
function joined(
  { times: ahead, forecast, own, lower, upper, partitions, worth, correlation }: GroupForecast,
  sums: ReadonlyMap<number, number>,
): Omit<TotalSeries, "value" | "isAll" | "leadDemand" | "orderUpTo"> {
  const [first = Number.POSITIVE_INFINITY] = ahead;
  const past = [...sums].filter(([time]) => time < first).slice(-MOST_STEPS);
  const times = [...past.map(([time]) => time), ...ahead];
  const history = past.map(([, value]) => value);
  return {
    ...{ partitions, times, history, forecast, own, lower, upper, worth, correlation },
    stretch: stretchOf(times, history, forecast),
  };
}

function reconciledLevel({ reconciled }: TotalsSurroundings, by: readonly string[]): readonly string[] | undefined {
  const name = (level: readonly string[]) => level.join(",").toLowerCase();
  return reconciled?.levels.find((level) => name(level) === name(by));
}

/** Returns the forecasts of groups by their value; of all partitions, under null. */
async function forecastsOf(
  around: TotalsSurroundings,
  by: readonly string[],
  type: GroupHistory["timeType"],
): Promise<Map<string | null, GroupForecast>> {
  const level = reconciledLevel(around, by);
  const forecasts = new Map<string | null, GroupForecast>();
  const groupOf = (value: string | null, hasOwn: boolean) => {
    const group = forecasts.get(value) ?? {
      times: [],
      forecast: [],
      own: hasOwn ? [] : null,
      lower: around.levels.map(() => []),
      upper: around.levels.map(() => []),
      partitions: 0,
      worth: null,
      correlation: null,
    };
    forecasts.set(value, group);
    return group;
  };
  const [name] = by;
  const totals = await around.totals({ group: [...by], time: around.time, levels: around.levels });
  for (const { group, time, forecast, lower, upper, partitions, value, correlation } of totals) {
    const one = groupOf(name === undefined ? null : (group[name] ?? null), level !== undefined);
    one.times.push(queriedTime(type, String(time)));
    one.forecast.push(forecast);
    one.correlation = correlation;
    one.partitions = Math.max(one.partitions, partitions);
    if (value !== null) one.worth = (one.worth ?? 0) + value;
    around.levels.forEach((_, i) => {
      one.lower[i]?.push(lower[i] ?? null);
      one.upper[i]?.push(upper[i] ?? null);
    });
  }
  if (level !== undefined) await reconcile(around, level, type, forecasts);
  return forecasts;
}

/** Puts reconciled forecasts in place of sums, with those of the groups' own models beside them. */
async function reconcile(
  { engine, reconciled, levels, time }: TotalsSurroundings,
  level: readonly string[],
  type: GroupHistory["timeType"],
  forecasts: ReadonlyMap<string | null, GroupForecast>,
): Promise<void> {
  if (reconciled === null || (await engine.source.columns(reconciled.table)) === undefined) return;
  const column = (name: string) => engine.tables.columnName(name);
  const bounds = levels.flatMap((one) => [column(`LO_${one}`), column(`HI_${one}`)]);
  const keys = level.map(column);
  const { rows } = await engine.tables.query(
    `SELECT ${[...keys, column(time), "FORECAST", "BASE_FORECAST", ...bounds].join(", ")} FROM ${reconciled.table}
     WHERE LEVEL = $1 ORDER BY ${column(time)}`,
    [level.join(",") || "total"],
    MOST_ROWS,
  );
  for (const row of rows) {
    const [value, when, forecast, base, ...halves] = keys.length === 0 ? [null, ...row] : row;
    const one = forecasts.get(value === null || value === undefined ? null : String(value));
    const step = one?.times.indexOf(queriedTime(type, String(when))) ?? -1;
    if (one === undefined || step < 0) continue;
    one.forecast[step] = number(forecast);
    if (one.own !== null) one.own[step] = number(base);
    levels.forEach((_, i) => {
      const [low, high] = [one.lower[i], one.upper[i]];
      if (low !== undefined) low[step] = number(halves[2 * i]);
      if (high !== undefined) high[step] = number(halves[2 * i + 1]);
    });
  }
}

/** Orders of a group: demand over the lead time, the sum of the safety stocks, and that of their squares. */
interface GroupOrder {
  readonly demand: number;
  readonly stock: number;
  readonly squares: number;
}

/** Returns the orders of groups over the lead time. Nothing where batches have no lead time. */
async function ordersOf(
  { engine: { source, tables }, forecasts }: TotalsSurroundings,
  by: string | undefined,
): Promise<ReadonlyMap<string, GroupOrder>> {
  const orders = new Map<string, GroupOrder>();
  const columns = (await source.columns(forecasts))?.map(({ name }) => name) ?? [];
  if (!columns.includes("SAFETY_STOCK")) return orders;
  const sums = "SUM(f.LEAD_DEMAND), SUM(f.SAFETY_STOCK), SUM(f.SAFETY_STOCK * f.SAFETY_STOCK)";
  const filled = "f.LEAD_DEMAND IS NOT NULL";
  const add = (name: string, [demand, stock, squares]: readonly unknown[]) => {
    if (demand !== null && demand !== undefined)
      orders.set(name, { demand: Number(demand), stock: Number(stock), squares: Number(squares) });
  };
  const all = await tables.query(`SELECT ${sums} FROM ${FORECASTS} f WHERE ${filled}`, [], 1);
  for (const row of all.rows) add("all", row);
  if (by === undefined) return orders;
  const name = `a.${tables.columnName(by)}`;
  const groups = await tables.query(
    `SELECT ${name}, ${sums} FROM ${FORECASTS} f LEFT JOIN ${PARTITION_ATTRIBUTES} a ON a.PARTITION_KEY = f.PARTITION_KEY
     WHERE ${filled} GROUP BY ${name}`,
    [],
    MOST_ROWS,
  );
  for (const [value, ...row] of groups.rows) add(`is ${value ?? null}`, row);
  return orders;
}
