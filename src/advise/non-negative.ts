import { getColumn } from "../core/columns/column.ts";
import type { Snapshot } from "../core/run.ts";
import type { Source } from "../ports/source.ts";

/** Partitions that are read at a time. */
const AT_ONCE = 1000;

/** Returns whether a source has values of a column of numbers, and none is below 0; it reads up to the first that is. */
export async function isNonNegative(source: Source, snapshot: Snapshot, column: string): Promise<boolean> {
  let hasValue = false;
  for (let from = 0; from < snapshot.partitions; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, snapshot.partitions - from);
    const { batch } = await source.read(
      snapshot,
      Array.from({ length }, (_, i) => from + i),
    );
    const { type, values } = getColumn(batch, column);
    if (type !== "number") return false;
    for (const value of values) {
      if (value < 0) return false;
      hasValue ||= !Number.isNaN(value);
    }
  }
  return hasValue;
}
