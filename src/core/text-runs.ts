import type { Column, TextRuns } from "./column.ts";

/** A text column that is given by its runs; it is laid out row by row only if somebody asks for its values. */
export function textInRuns(runs: TextRuns): Column {
  let rows: (string | null)[] | undefined;
  return {
    type: "string",
    runs,
    get values() {
      return (rows ??= layOut(runs));
    },
  };
}

/** The runs of a text column, found where it does not tell them. */
export function runsOf(column: Extract<Column, { readonly type: "string" }>): TextRuns {
  if (column.runs !== undefined) return column.runs;
  const { values } = column;
  const found: (string | null)[] = [];
  const ends: number[] = [];
  for (let row = 0; row < values.length; row++) {
    if (row > 0 && values[row] === values[row - 1]) continue;
    if (row > 0) ends.push(row);
    found.push(values[row]!);
  }
  if (values.length > 0) ends.push(values.length);
  return { values: found, ends: Int32Array.from(ends) };
}

/** The runs of the rows `[start, end)`. */
export function sliceRuns({ values, ends }: TextRuns, start: number, end: number): TextRuns {
  let first = 0;
  while (first < ends.length && ends[first]! <= start) first++;
  let last = first;
  while (last < ends.length && ends[last]! < end) last++;
  const within = ends.slice(first, last + 1).map((at) => Math.min(at, end) - start);
  return { values: values.slice(first, last + 1), ends: within };
}

/** A value in every row of its run. */
export function layOut<T>({ values, ends }: { readonly values: readonly T[]; readonly ends: Int32Array }): T[] {
  const rows = new Array<T>(ends.at(-1) ?? 0);
  for (let i = 0; i < values.length; i++) rows.fill(values[i]!, i === 0 ? 0 : ends[i - 1]!, ends[i]!);
  return rows;
}
