import { type Differencing, differenced } from "./differencing.ts";

/** Regressors: columns by name, one value for each time of the series; or rows without names (xreg1, xreg2, …). */
export type Regressors = Readonly<Record<string, ArrayLike<number>>>;

/** The linear part of a model over some times. */
export interface Design {
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
}

/**
 * Returns the columns of a model's linear part: a constant (`intercept`), or the time index 1, 2, … (`drift`), then
 * `xreg`.
 *
 * @param length - how many times; `first` is the index of the first (1 for the start of the training series)
 * @throws {RangeError} if a regressor has another length or a value that is not finite
 */
export function design(
  length: number,
  { mean, drift, xreg }: { mean: boolean; drift: boolean; xreg?: Regressors | undefined },
  first = 1,
): Design {
  const names: string[] = [];
  const columns: Float64Array[] = [];
  if (mean) {
    names.push("intercept");
    columns.push(new Float64Array(length).fill(1));
  }
  if (drift) {
    names.push("drift");
    const index = new Float64Array(length);
    for (let t = 0; t < length; t++) index[t] = first + t;
    columns.push(index);
  }
  for (const [name, values] of Object.entries(xreg ?? {})) {
    if (values.length !== length)
      throw new RangeError(`xreg column ${JSON.stringify(name)} has ${values.length} values; ${length} are needed`);
    if (names.includes(name) || /^(ar|ma|sar|sma)\d+$/.test(name))
      throw new RangeError(`xreg column ${JSON.stringify(name)} has the name of another coefficient; rename it`);
    const column = new Float64Array(values);
    let bad = 0;
    while (bad < length && Number.isFinite(column[bad])) bad++;
    if (bad < length)
      throw new RangeError(
        `xreg column ${JSON.stringify(name)} has ${column[bad]} at position ${bad}; it must be finite`,
      );
    names.push(name);
    columns.push(column);
  }
  return { names, columns };
}

/**
 * Checks that the differenced columns of a design are linearly independent, by Gram–Schmidt in their order.
 *
 * @throws {RangeError} naming the first column that is zero or a combination of those before it once differenced
 */
export function checkRank({ names, columns }: Design, differencing: Differencing): void {
  const basis: Float64Array[] = [];
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  columns.forEach((column, j) => {
    const remainder = Float64Array.from(differenced(column, differencing));
    const size = Math.sqrt(dot(column, column));
    for (let pass = 0; pass < 2; pass++)
      for (const direction of basis) {
        const along = dot(remainder, direction);
        for (let i = 0; i < remainder.length; i++) remainder[i]! -= along * direction[i]!;
      }
    const left = Math.sqrt(dot(remainder, remainder));
    if (!(left > 1e-9 * size)) {
      const after = differencing.d + differencing.D > 0 ? " after differencing" : "";
      throw new RangeError(
        `xreg column ${JSON.stringify(names[j])} is ${basis.length === 0 ? "zero" : "a linear combination of the columns before it"}${after}; leave it out`,
      );
    }
    basis.push(remainder.map((value) => value / left));
  });
}

/** Returns a series in which times with a missing regressor are missing, and regressors that are 0 there. */
export function withoutGaps(
  y: Float64Array,
  xreg: Regressors,
): { series: Float64Array; columns: Record<string, Float64Array> } {
  const series = y.slice();
  const columns: Record<string, Float64Array> = {};
  for (const [name, values] of Object.entries(xreg)) {
    const column = new Float64Array(values);
    for (let t = 0; t < column.length; t++) {
      if (!Number.isNaN(column[t]!)) continue;
      column[t] = 0;
      if (t < series.length) series[t] = NaN;
    }
    columns[name] = column;
  }
  return { series, columns };
}
