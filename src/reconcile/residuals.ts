import { at, zip } from "../core/aligned.ts";
import { getColumn } from "../core/columns/column.ts";
import { rowRanges } from "../core/columns/row-range.ts";
import { ManymodelError } from "../core/errors.ts";
import { encodeKey } from "../core/partition-key.ts";
import type { Source } from "../ports/source.ts";
import { type KeyedHierarchy, type KeyedLevel, showNode } from "./declared-hierarchy.ts";

/** Partitions whose residuals are read at a time. */
const BLOCK = 10_000;

/**
 * Reads residuals of base forecasts from the levels' tables, which have the level's key columns, the time column and
 * `RESIDUAL`.
 *
 * @returns one vector over all nodes for each time; NaN where there is none
 * @throws {ManymodelError} `input` naming a key that is not in the hierarchy, or a table that lacks a column
 */
export async function readResiduals(
  source: Source,
  { hierarchy, levels }: KeyedHierarchy,
  time: string,
): Promise<Float64Array[]> {
  const times = new Map<string, Float64Array>();
  const vectorAt = (text: string) => {
    const column = times.get(text) ?? new Float64Array(hierarchy.nodes).fill(NaN);
    times.set(text, column);
    return column;
  };
  for (const level of levels)
    if (level.residuals !== undefined) await readLevel(source, level, level.residuals, time, vectorAt);
  return [...times.values()];
}

async function readLevel(
  source: Source,
  level: KeyedLevel,
  table: string,
  time: string,
  vectorAt: (time: string) => Float64Array,
): Promise<void> {
  // The total has no key columns; its partitions are its times.
  const total = level.by.length === 0;
  const snapshot = await source.snapshot({
    table,
    keyColumns: total ? [time] : level.by,
    columns: [time, "RESIDUAL"],
    orderBy: [time],
  });
  for (let from = 0; from < snapshot.partitions; from += BLOCK) {
    const to = Math.min(from + BLOCK, snapshot.partitions);
    const keys = await source.keys(snapshot, from, to);
    const rows = await source.read(
      snapshot,
      keys.map((_, i) => from + i),
    );
    const column = (i: number) => getColumn(rows.batch, at(snapshot.columns, i).name);
    const [times, residuals] = [column(0), column(1)];
    if (residuals.type !== "number")
      throw new ManymodelError("input", `RESIDUAL of ${table} holds ${residuals.type}s; it must be numbers`);
    for (const [key, { start, end }] of zip(keys, rowRanges(rows))) {
      const text = total ? "" : encodeKey(snapshot.keyColumns, key);
      const node = level.nodes.get(text);
      if (node === undefined)
        throw new ManymodelError(
          "input",
          `${table} has residuals of ${showNode(level, text)}, which has no leaf; its keys must be those of the forecasts, and of the same types`,
        );
      for (let row = start; row < end; row++)
        vectorAt(String(times.values[row]))[level.first + node] = at(residuals.values, row);
    }
  }
}
