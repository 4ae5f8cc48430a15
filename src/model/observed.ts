import { at } from "../core/aligned.ts";
import { matchColumn } from "../core/columns/column.ts";
import type { Frame } from "./frame.ts";

/**
 * A series up to its last observation: rows after it, without a value, are of the future. Nothing where the rows have no
 * such column, or nothing in it.
 */
export function observed(data: Frame, column: string): Float64Array {
  const names = data.columns.map(({ name }) => name);
  const info = data.columns.find(({ name }) => name === matchColumn(names, column));
  // A file's column without any value is read as text.
  if (info === undefined || (info.type === "string" && data.strings(column).every((value) => value === null)))
    return new Float64Array(0);
  const y = data.series(column);
  let n = y.length;
  while (n > 0 && Number.isNaN(at(y, n - 1))) n--;
  return y.subarray(0, n);
}
