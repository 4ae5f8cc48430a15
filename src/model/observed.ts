import type { Frame } from "./frame.ts";
import { findTarget, observedRows } from "./planned-rows.ts";

/**
 * Returns a series up to its last observation: rows after it, without a value, are of the future. Nothing where the rows have no
 * such column, or nothing in it.
 */
export function observed(data: Frame, column: string): Float64Array {
  const target = findTarget({ target: column }, data.columns);
  if (target === undefined || observedRows(data, target) === 0) return new Float64Array(0);
  const y = data.series(target.name);
  return y.subarray(0, y.findLastIndex((value) => !Number.isNaN(value)) + 1);
}
