import { ifGone } from "../../core/errors.ts";
import type { Engine } from "../../ports/engine.ts";
import { textAt } from "../base/text-column.ts";
import { holdoutErrors } from "../night/run-accuracy.ts";
import type { RunTable } from "../partitions/run-table.ts";
import type { Making, TableCache } from "../partitions/table-cache.ts";
import type { Level } from "./levels.ts";

/** Returns the key of each row of a run, with its values in the order of a level's columns. */
export function levelKeys({ manifest, search }: RunTable, by: readonly string[]): (row: number) => string {
  const names = manifest.snapshot.keyColumns.map(({ name }) => name.toLowerCase());
  const order = by.map((name) => names.indexOf(name.toLowerCase()));
  const { keys } = search.table;
  if (order.every((place, i) => place === i)) return (row) => textAt(keys, row);
  return (row) => {
    const values = textAt(keys, row).split(",");
    return order.map((place) => values[place] ?? "").join(",");
  };
}

/** Returns the row of each leaf in the run of the leaves' models, -1 where there is none. */
export function leafRows(run: RunTable, leaves: Level): Int32Array {
  const places = new Map(leaves.keys.map((key, leaf) => [key, leaf]));
  const keyOf = levelKeys(run, leaves.by);
  const rows = new Int32Array(leaves.keys.length).fill(-1);
  for (let row = 0; row < run.search.table.head.rows; row++) {
    const leaf = places.get(keyOf(row));
    if (leaf !== undefined) rows[leaf] = row;
  }
  return rows;
}

/**
 * Returns the WAPE on the holdout of some leaves together, group by group: the sum of their errors in percent of the sum of their
 * sizes, null where none was measured.
 *
 * @param groups - the group of each leaf; leaves of none have -1
 */
export async function pooledWape(
  { search }: RunTable,
  rows: Int32Array,
  groups: Int32Array,
): Promise<(group: number) => number | null> {
  const errors = await holdoutErrors(search.table);
  const sums = new Map<number, { error: number; size: number }>();
  for (const [leaf, row] of rows.entries()) {
    const group = groups[leaf] ?? -1;
    const [error, size] = [errors?.error[row] ?? Number.NaN, errors?.size[row] ?? Number.NaN];
    if (group < 0 || !Number.isFinite(error) || !Number.isFinite(size)) continue;
    const sum = sums.get(group) ?? { error: 0, size: 0 };
    sum.error += error;
    sum.size += size;
    sums.set(group, sum);
  }
  return (group) => {
    const sum = sums.get(group);
    return sum !== undefined && sum.size > 0 ? (100 * sum.error) / sum.size : null;
  };
}

/**
 * Returns the WAPE on the holdout of the model of each node of a level, by its key: from the run of the version whose forecasts the
 * level's table has. Nothing for a level that is a sum, or whose table was not written by one version.
 */
export async function ownWapes(
  { engine, tables }: { readonly engine: Engine; readonly tables: TableCache },
  { table, by }: Level,
  patienceMs: number,
): Promise<ReadonlyMap<string, number> | Making> {
  const wapes = new Map<string, number>();
  // A file is read by its path, not by a query.
  if (table === undefined || /[/\\:]/.test(table)) return wapes;
  const columns = (await engine.source.columns(table))?.map(({ name }) => name) ?? [];
  if (!columns.includes("MODEL_NAME") || !columns.includes("MODEL_VERSION")) return wapes;
  const { rows } = await engine.tables.query(`SELECT DISTINCT MODEL_NAME, MODEL_VERSION FROM ${table}`, [], 2);
  const [model, version] = rows.length === 1 ? (rows[0] ?? []) : [];
  if (typeof model !== "string" || typeof version !== "string") return wapes;
  const registered = (await engine.versions.list(model)).find((one) => one.version === version);
  const run =
    registered === undefined ? undefined : await tables.get(registered.runId, patienceMs).catch(ifGone(undefined));
  if (run === undefined || !("search" in run)) return run ?? wapes;
  const wape = await run.search.table.metric("holdout_wape");
  const keyOf = levelKeys(run, by);
  wape?.forEach((value, row) => {
    if (Number.isFinite(value)) wapes.set(by.length === 0 ? "" : keyOf(row), value);
  });
  return wapes;
}
