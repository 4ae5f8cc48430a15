import { PARTITION_ATTRIBUTES, UNIT_VALUE } from "../../core/attributes.ts";
import { matchColumn } from "../../core/columns/column.ts";
import { FORECASTS } from "../../core/current-forecasts.ts";
import { ifGone, ManymodelError, show } from "../../core/errors.ts";
import { readErrorSums } from "../../inspect/error-correlation.ts";
import type { QueryValue } from "../../ports/tables.ts";
import { type GroupKey, groupPartitions } from "../../runs/grouped-partitions.ts";
import { completedRun } from "../../runs/read-index.ts";
import { currentForecasts, type Workspace } from "../workspace.ts";

/** Options of `totals`. */
export interface TotalsOptions {
  /** Attributes or key columns whose values tell groups apart; one total over all partitions when left out. */
  readonly group?: string | readonly string[];
  /** A condition of the engine's SQL on the columns of `PARTITION_ATTRIBUTES`. */
  readonly where?: string;
  /** The table of forecasts; the view `FORECASTS` when left out. */
  readonly table?: string;
  /** The column of the forecasts' times; the last of `source.order_by`, else `STEP`, when left out. */
  readonly time?: string;
  /** Coverage of the intervals in percent; `batch.levels` when left out. */
  readonly levels?: readonly number[];
}

/** The forecast of a group's total at one time. */
export interface Total {
  readonly group: GroupKey;
  readonly time: QueryValue;
  /** The sum of the forecasts, and the number of partitions. */
  readonly forecast: number;
  readonly partitions: number;
  /** Bounds of the intervals, in the order of the levels; null if a partition has no bounds. */
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
  /** The sum of the forecasts times the worth of a unit; null if a partition has no stored worth. */
  readonly value: number | null;
  /**
   * The correlation of the partitions' errors that the interval assumes, from 0 to 1; null if it is not known, when the
   * interval assumes 0.
   */
  readonly correlation: number | null;
}

const groupsOf = (group: string | readonly string[]) => (typeof group === "string" ? [group] : group);

/** Tells whether a table has the columns of reconciled forecasts. */
const isReconciled = (columns: readonly string[]) =>
  ["LEVEL", "BASE_FORECAST"].every((name) => matchColumn(columns, name) !== undefined);

/** The most rows of an answer. */
const MOST = 1_000_000;

/**
 * Forecasts of totals: the sum of the forecasts at each time, in groups, with intervals of the sum. Bounds are never added: half an
 * interval is √((1 − ρ) Σ a² + ρ (Σ a)²) of the partitions' halves a, where ρ is the average correlation of their errors in the
 * group (see `readErrorSums`). The database adds up. Reconciled forecasts have totals of their own (docs/hierarchy.md).
 *
 * @returns groups in the order of their values, times ascending
 * @throws {ManymodelError} `usage` for attributes that are not kept, reconciled forecasts, or an engine without SQL; `not-found` without forecasts
 */
export async function totals(workspace: Workspace, options: TotalsOptions = {}): Promise<Total[]> {
  const { engine, config } = workspace;
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
    const sums = (bound: string) => {
      const sum = (term: string) => `CASE WHEN COUNT(${bound}) = COUNT(${forecast}) THEN SUM(${term}) END`;
      return [sum(`(${bound} - ${forecast}) * (${bound} - ${forecast})`), sum(`ABS(${bound} - ${forecast})`)];
    };
    return [...sums(half("LO")), ...sums(half("HI"))];
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
  const correlationOf = await correlations(workspace, { group: groups, ...(where !== undefined && { where }) });
  return rows.map((row): Total => {
    const values = row.slice(by.length);
    const [at = null, partitions, sum, worth = null, ...halves] = values;
    const mean = Number(sum);
    const texts = groups.map((_, i) => (row[i] === null || row[i] === undefined ? null : String(row[i])));
    const correlation = correlationOf(texts);
    const side = (first: number, sign: 1 | -1) =>
      levels.map((_, i) => {
        const [squares, whole] = [halves[4 * i + first], halves[4 * i + first + 1]];
        if (squares === null || squares === undefined) return null;
        return mean + sign * halfOfSum(Number(squares), Number(whole), correlation);
      });
    return {
      group: Object.fromEntries(groups.map((name, i) => [name, texts[i] ?? null])),
      ...{ time: at, forecast: mean, partitions: Number(partitions), lower: side(0, -1), upper: side(2, 1) },
      value: worth === null ? null : Number(worth),
      correlation,
    };
  });
}

/**
 * Returns half the interval of a sum from the sum of its parts' squared halves, the sum of their halves, and the correlation of
 * their errors: between the first's root at 0 and the second at 1.
 */
export function halfOfSum(squares: number, whole: number, correlation: number | null): number {
  const share = correlation ?? 0;
  return Math.sqrt((1 - share) * squares + share * whole * whole);
}

/** Returns what gives the correlation of errors in a group, by its values, from the data of the newest version's run. */
async function correlations(
  { engine, config }: Workspace,
  grouping: { readonly group: readonly string[]; readonly where?: string },
): Promise<(values: readonly (string | null)[]) => number | null> {
  const [version] = (await engine.versions.list(config.register.model)).sort((a, b) =>
    a.createdAt < b.createdAt ? 1 : -1,
  );
  if (version === undefined) return () => null;
  const grouped = await groupPartitions(engine, grouping);
  const run = await completedRun(engine, version.runId).catch(ifGone(undefined));
  const sums = run === undefined ? undefined : await readErrorSums(engine.source, run.manifest, grouped);
  const places = new Map(grouped.groups.map((key, i) => [JSON.stringify(Object.values(key)), i]));
  return (values) => sums?.of(places.get(JSON.stringify(values))) ?? null;
}
