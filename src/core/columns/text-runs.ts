import type { Column, TextRuns } from "./column.ts";

/** Returns a text column that is given by its runs; it is laid out row by row only if somebody asks for its values. */
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

/** Returns the runs of a text column, found where it does not tell them. */
export function runsOf(column: Extract<Column, { readonly type: "string" }>): TextRuns {
  if (column.runs !== undefined) return column.runs;
  const { values } = column;
  const texts: (string | null)[] = [];
  const ends: number[] = [];
  let row = 0;
  for (const value of values) {
    if (row === 0 || value !== values[row - 1]) {
      if (row > 0) ends.push(row);
      texts.push(value);
    }
    row++;
  }
  if (row > 0) ends.push(row);
  return { values: texts, ends: Int32Array.from(ends) };
}

/** Returns the runs of the rows `[start, end)`. */
export function sliceRuns({ values, ends }: TextRuns, start: number, end: number): TextRuns {
  const endOf = (run: number) => ends[run] ?? Infinity;
  let first = 0;
  while (endOf(first) <= start) first++;
  let last = first;
  while (endOf(last) < end) last++;
  const within = ends.slice(first, last + 1).map((at) => Math.min(at, end) - start);
  return { values: values.slice(first, last + 1), ends: within };
}

/** Returns a value in every row of its run. */
export function layOut<T>({ values, ends }: { readonly values: readonly T[]; readonly ends: Int32Array }): T[] {
  const rows = new Array<T>(ends.at(-1) ?? 0);
  let run = 0;
  let start = 0;
  for (const value of values) {
    const end = ends[run++]!;
    rows.fill(value, start, end);
    start = end;
  }
  return rows;
}
