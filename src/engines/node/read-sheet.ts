import { readFile } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { at } from "../../core/aligned.ts";
import type { ColumnType } from "../../core/columns/column.ts";
import { ManymodelError, messageOf, show } from "../../core/errors.ts";
import { DUCK_TYPES, identifier, literal } from "./duck.ts";
import { readRow } from "./read-row.ts";

/** Options of reading a sheet's cells. */
export interface SheetFormat {
  /** The sheet's name; the first one when left out. */
  readonly sheet?: string;
  /** The order of a date's parts in texts and whole numbers. */
  readonly dateFormat?: string;
  /** The texts that stand for a missing value, beside an empty cell and the empty text. */
  readonly nulls?: readonly string[];
}

/** A value of a cell. */
type Cell = string | number | boolean | Date | null;

/** A row of a sheet: `index` counts from 0, and so do its columns. */
interface SheetRow {
  readonly index: number;
  readonly values: readonly unknown[];
}

/** A column by its header: where it is in the sheet, and in the table. */
interface HeaderColumn {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The temporary table of the sheets that were read last: all values as text. */
const STAGED = "sheet";
/** Rows that are handed to DuckDB at a time, as it takes them. */
const ROWS_AT_ONCE = 2048;
/** The texts that Excel shows in place of the value of a formula that failed. */
const FAILED = /^#(NULL!|DIV\/0!|VALUE!|REF!|NAME\?|NUM!|N\/A|GETTING_DATA|SPILL!|CALC!|FIELD!|BLOCKED!)$/;

/**
 * Reads a sheet of each of several Excel workbooks (.xlsx) as one table: the first row with a value is the header, and blank rows
 * mean nothing. A column has the type of its cells (whole numbers, numbers, booleans, dates, or times), and is text where they
 * differ. Compressed files and distinct texts are in memory, rows are not. It stays until the connection reads other sheets.
 *
 * @returns what to select the rows from
 * @throws {ManymodelError} `input` naming the cell that is no part of a table, or has an error; `usage` for a sheet that is not there
 */
export async function openSheets(
  connection: DuckDBConnection,
  files: readonly string[],
  format: SheetFormat,
): Promise<string> {
  const names = (await headerOf(at(files, 0), format)).map(({ name }) => name);
  const columns = names.map((_, i) => `c${i} VARCHAR`).join(", ");
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${STAGED} (${columns})`);
  const types = names.map(() => new Set<ColumnType>());
  for (const file of files) await stage(connection, file, names, types, format);
  const selected: string[] = [];
  for (const [i, name] of names.entries()) {
    const type = typeOf(types[i] ?? new Set());
    const value = await dated(connection, `c${i}`, type, format.dateFormat);
    selected.push(`${value ?? `CAST(c${i} AS ${DUCK_TYPES[type]})`} AS ${identifier(name)}`);
  }
  return `(SELECT ${selected.join(", ")} FROM ${STAGED})`;
}

/** Returns the type of a column whose cells have these. */
function typeOf(types: ReadonlySet<ColumnType>): ColumnType {
  const [first = "string"] = types;
  const every = (...some: ColumnType[]) => [...types].every((type) => some.includes(type));
  if (types.size <= 1) return first;
  if (every("integer", "number")) return "number";
  return every("date", "timestamp") ? "timestamp" : "string";
}

/** Returns a column as dates of a format, if it is text or whole numbers that all are; undefined if not. */
async function dated(
  connection: DuckDBConnection,
  column: string,
  type: ColumnType,
  format: string | undefined,
): Promise<string | undefined> {
  if (format === undefined || (type !== "string" && type !== "integer")) return undefined;
  const value = `try_strptime(${column}, ${literal(format)})`;
  const fits = `SELECT count(*) > 0 AND count(*) = count(${value}) FROM ${STAGED} WHERE ${column} IS NOT NULL`;
  return (await readRow(connection, fits))[0] === true ? `CAST(${value} AS DATE)` : undefined;
}

/**
 * Yields the rows of a sheet that have a value. @throws {ManymodelError} `input` for a file that is no workbook;
 * `usage` for a sheet that is not there, or has no value
 */
async function* rowsOf(file: string, { sheet }: SheetFormat): AsyncGenerator<SheetRow, void, undefined> {
  // Not at the top: few commands read a sheet.
  const { streamXlsxRows } = await import("hucre/xlsx");
  let isEmpty = true;
  const bytes = await readFile(file);
  try {
    for await (const row of streamXlsxRows(bytes, sheet === undefined ? {} : { sheet })) {
      if (row.values.every(isBlank)) continue;
      isEmpty = false;
      yield row;
    }
  } catch (cause) {
    throw new ManymodelError(
      "input",
      `${file} cannot be read as an Excel workbook: ${messageOf(cause, 200)}; save it as .xlsx, without a password`,
      { cause },
    );
  }
  if (isEmpty)
    throw new ManymodelError(
      "usage",
      `${file} has no sheet ${sheet === undefined ? "with a value" : `${show(sheet)}, or no value in it`}; name another as ${file}:SHEET`,
    );
}

const isBlank = (value: unknown) => value === null || value === undefined || value === "";

/**
 * Returns the columns of a sheet, as its first row with a value names them. @throws {ManymodelError} `input` for a name
 * that is there twice
 */
async function headerOf(file: string, format: SheetFormat): Promise<HeaderColumn[]> {
  for await (const row of rowsOf(file, format)) return headerColumns(file, row);
  return [];
}

function headerColumns(file: string, { index, values }: SheetRow): HeaderColumn[] {
  const named = values.flatMap((value, from) => (isBlank(value) ? [] : [{ name: cellText(asCell(value)), from }]));
  const names = new Set<string>();
  for (const { name } of named) {
    if (names.has(name.toLowerCase()))
      throw new ManymodelError("input", `row ${index + 1} of ${file} names two columns ${show(name)}; rename one`);
    names.add(name.toLowerCase());
  }
  return named.map((column, to) => ({ ...column, to }));
}

/** Adds the rows of a file, and the types of its cells. */
async function stage(
  connection: DuckDBConnection,
  file: string,
  names: readonly string[],
  types: readonly Set<ColumnType>[],
  format: SheetFormat,
): Promise<void> {
  const { DuckDBDataChunk, VARCHAR } = await import("./duck-api.ts");
  const { cellRef } = await import("hucre/xlsx");
  const appender = await connection.createAppender(STAGED, null, "temp");
  let header: readonly (HeaderColumn | undefined)[] | undefined;
  let rows: (string | null)[][] = [];
  const flush = () => {
    const chunk = DuckDBDataChunk.create(names.map(() => VARCHAR));
    chunk.setRows(rows);
    appender.appendDataChunk(chunk);
    rows = [];
  };
  try {
    for await (const { index, values } of rowsOf(file, format)) {
      if (header === undefined) {
        header = arranged(file, headerColumns(file, { index, values }), names);
        continue;
      }
      const row = new Array<string | null>(names.length).fill(null);
      for (const [i, value] of values.entries()) {
        if (isBlank(value)) continue;
        const cell = asCell(value);
        const text = cellText(cell);
        if (format.nulls?.includes(text)) continue;
        const column = header[i];
        if (column === undefined)
          throw new ManymodelError(
            "input",
            `cell ${cellRef(index, i)} of ${file} has a value (${show(text)}), but its column has no name in the first row; name it, or keep one table in the sheet`,
          );
        if (FAILED.test(text))
          throw new ManymodelError(
            "input",
            `cell ${cellRef(index, i)} of ${file} has the error ${text}; correct it, or read it as missing with --null ${text}`,
          );
        row[column.to] = text;
        types[column.to]?.add(cellType(cell, text));
      }
      rows.push(row);
      if (rows.length === ROWS_AT_ONCE) flush();
    }
    if (rows.length > 0) flush();
  } finally {
    appender.closeSync();
  }
}

/**
 * Returns the columns of a file by where they are in its sheet. @throws {ManymodelError} `input` if they are not those
 * of the first file
 */
function arranged(
  file: string,
  columns: readonly HeaderColumn[],
  names: readonly string[],
): (HeaderColumn | undefined)[] {
  const places = new Map(names.map((name, to) => [name.toLowerCase(), to]));
  const header: (HeaderColumn | undefined)[] = [];
  for (const { name, from } of columns) {
    const to = places.get(name.toLowerCase());
    if (to !== undefined) header[from] = { name, from, to };
  }
  if (columns.length !== names.length || Object.keys(header).length !== names.length)
    throw new ManymodelError(
      "input",
      `${file} has the columns ${columns.map(({ name }) => name).join(", ")}, but the first file has ${names.join(", ")}`,
    );
  return header;
}

function asCell(value: unknown): Cell {
  return typeof value === "number" || typeof value === "boolean" || value instanceof Date ? value : String(value);
}

/** Returns the text of a cell: a date if its time is midnight, otherwise a timestamp. Excel's times have no zone. */
function cellText(cell: Cell): string {
  if (!(cell instanceof Date)) return String(cell);
  return cell.toISOString().replace("T00:00:00.000Z", "").replace("T", " ").replace("Z", "");
}

function cellType(cell: Cell, text: string): ColumnType {
  if (cell instanceof Date) return text.length === 10 ? "date" : "timestamp";
  if (typeof cell === "number") return Number.isSafeInteger(cell) ? "integer" : "number";
  return typeof cell === "boolean" ? "boolean" : "string";
}
