import { ManymodelError } from "./errors.ts";

/** The most rows of a sheet of an Excel workbook, below its header. */
const MOST_ROWS = 1_048_575;

/** Returns true if a file is an Excel workbook, by its name. */
export const isSheet = (file: string): boolean => /\.xlsx$/i.test(file);

/** Checks that a sheet holds so many rows. @throws {ManymodelError} `usage` */
export function checkSheetRows(file: string, rows: number): void {
  if (rows > MOST_ROWS)
    throw new ManymodelError(
      "usage",
      `${file} cannot be written: a sheet has at most ${MOST_ROWS} rows below its header; write .csv or .parquet, or fewer rows by --where`,
    );
}
