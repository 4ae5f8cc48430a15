import { Readable } from "node:stream";
import type { ColumnType } from "../../core/columns/column.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import { checkSheetRows } from "../../core/sheet.ts";
import type { QueryPiece, QueryValue } from "../../ports/tables.ts";

/** Characters of a cell. */
const MOST_CHARACTERS = 32_767;
/** Excel's dates begin on 1900-01-01, and are right from March on: its 1900 is a leap year. */
const FIRST_DATE = Date.UTC(1900, 2, 1);

const FORMATS: Readonly<Partial<Record<ColumnType, string>>> = {
  date: "yyyy-mm-dd",
  timestamp: "yyyy-mm-dd hh:mm:ss",
};

/**
 * Returns the bytes of an Excel workbook (.xlsx) with one sheet: a header, then the rows. Numbers, booleans, dates and
 * times are cells of these types, NULL is no cell. A piece is in memory at a time.
 *
 * @throws {ManymodelError} `usage` for what a sheet cannot hold: more than 1,048,575 rows, or a text of more than 32,767 characters
 */
export async function sheetBytes(
  columns: QueryPiece["columns"],
  pieces: AsyncIterable<QueryPiece>,
  file: string,
  counted: { rows: number },
): Promise<Readable> {
  // Not at the top: few commands write a sheet.
  const { writeXlsxStream } = await import("hucre/xlsx");
  async function* cells() {
    for await (const { rows } of pieces)
      for (const row of rows) {
        checkSheetRows(file, ++counted.rows);
        yield row.map((value, i) => cellOf(value, columns[i], file));
      }
  }
  const defined = columns.map(({ name, type }) => {
    const numFmt = FORMATS[type];
    return { header: name, ...(numFmt !== undefined && { numFmt }) };
  });
  return Readable.from(writeXlsxStream(cells(), { name: "Sheet1", columns: defined, freezePane: { rows: 1 } }));
}

function cellOf(value: QueryValue, column: QueryPiece["columns"][number] | undefined, file: string) {
  if (typeof value !== "string") return value;
  if (column?.type === "date" || column?.type === "timestamp") {
    const time = Date.parse(`${value.replace(" ", "T").replace(/\+00(:00)?$/, "")}${value.length > 10 ? "Z" : ""}`);
    // What Excel has no date for stays the text that it is.
    return time >= FIRST_DATE ? new Date(time) : value;
  }
  if (value.length > MOST_CHARACTERS)
    throw new ManymodelError(
      "usage",
      `${file} cannot be written: a text of ${show(column?.name)} has ${value.length} characters, and a cell holds ${MOST_CHARACTERS}; write .csv or .parquet`,
    );
  return value;
}
