import { absent, type ReferenceSeries, referenceSeries } from "../../packages/forecast/test/reference.ts";

/** A line of the report. */
export type Row = readonly [what: string, asked: string, measured: string];

/** One family's part of docs/accuracy.md. */
export interface Section {
  readonly rows: readonly Row[];
  /** Remarks on the numbers. */
  readonly notes?: string;
}

/** Returns share of a whole, as it stands in the report. */
export const percent = (part: number, whole: number): string =>
  `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;

/** Returns the series that R was run on. @throws {Error} where they are not here */
export function seriesOfReference(): ReadonlyMap<string, ReferenceSeries> {
  const series = referenceSeries();
  if (series === undefined) throw new Error(absent);
  return series;
}
