import type { Frame } from "./frame.ts";

/** A series up to its last observation: rows after it, without a value, are of the future. */
export function observed(data: Frame, column: string): Float64Array {
  const y = data.series(column);
  let n = y.length;
  while (n > 0 && Number.isNaN(y[n - 1]!)) n--;
  return y.subarray(0, n);
}
