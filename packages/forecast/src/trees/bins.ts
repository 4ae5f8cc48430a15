/** The most bins of finite values. One more, the last, is for missing values. */
export const MOST_BINS = 254;

/** A column in bins: row t is in bin `of[t]`. A value is in the first bin whose upper edge is not below it. */
export interface BinnedColumn {
  readonly of: Uint8Array;
  /** Upper edges of all bins but the last of finite values, ascending. */
  readonly edges: Float64Array;
  /** The bin of missing values: one more than the last of finite values. */
  readonly missing: number;
}

/**
 * Puts a column's values into at most 254 bins: one for each distinct value where these are few, else bins of nearly equal
 * counts. Edges lie halfway between values. O(n log n).
 *
 * @param column - finite values, NaN where missing
 */
export function binColumn(column: Float64Array): BinnedColumn {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort();
  const edges = edgesOf(sorted);
  const missing = edges.length + 1;
  const of = new Uint8Array(column.length);
  for (let t = 0; t < column.length; t++) of[t] = Number.isNaN(column[t]) ? missing : binOf(edges, column[t]!);
  return { of, edges, missing };
}

function edgesOf(sorted: Float64Array): Float64Array {
  const changes: number[] = [];
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) changes.push(i);
  const edges: number[] = [];
  const isFew = changes.length < MOST_BINS;
  let bin = 1;
  for (const i of changes) {
    // The first change at or after each multiple of the mean count ends a bin.
    if (!isFew && i < (bin * sorted.length) / MOST_BINS) continue;
    edges.push(between(sorted[i - 1]!, sorted[i]!));
    while (!isFew && i >= (bin * sorted.length) / MOST_BINS) bin++;
  }
  return Float64Array.from(edges.slice(0, MOST_BINS - 1));
}

/** Returns a number from `low` to below `high`. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle >= low && middle < high ? middle : low;
}

/** Returns the first bin whose upper edge is not below a value, by bisection. */
function binOf(edges: Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
