import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { csvLine } from "../../core/csv-line.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import { isSheet } from "../../core/sheet.ts";
import type { QueryPiece } from "../../ports/tables.ts";
import { makeFolder } from "../../stages/whole-file.ts";
import { DUCK_TYPES, identifier, literal, openDuck } from "./duck.ts";
import { withColumns } from "./with-columns.ts";
import { sheetBytes } from "./write-sheet.ts";

const COPIES: readonly (readonly [RegExp, string])[] = [
  [/\.csv$/i, "FORMAT csv, HEADER, USE_TMP_FILE false"],
  [/\.csv\.gz$/i, "FORMAT csv, HEADER, COMPRESSION gzip, USE_TMP_FILE false"],
  [/\.parquet$/i, "FORMAT parquet, COMPRESSION snappy, USE_TMP_FILE false"],
];

/**
 * Returns the format of a file by its name, as options of DuckDB's COPY; undefined if DuckDB does not write it.
 *
 * @throws {ManymodelError} `usage` for a name of another format
 */
export function copyOptions(file: string): string | undefined {
  const options = COPIES.find(([name]) => name.test(file))?.[1];
  if (options === undefined && !isSheet(file))
    throw new ManymodelError(
      "usage",
      `${show(file)} cannot be written: its name must end in .csv, .csv.gz, .parquet or .xlsx`,
    );
  return options;
}

/** Returns a name beside a file's, of the same format, under which it is written until it is whole. */
export function besides(file: string): string {
  const name = path.basename(file);
  return path.join(path.dirname(file), `.${randomUUID()}${name.slice(name.indexOf("."))}`);
}

/**
 * Writes the answer to a query to a file, whole or not at all; says how many rows. A piece is in memory at a time.
 *
 * @param temporary - the folder for what a Parquet file is made of
 */
export async function copyRows(pieces: AsyncIterable<QueryPiece>, file: string, temporary: string): Promise<number> {
  copyOptions(file);
  const part = besides(file);
  const counted = { rows: 0 };
  try {
    if (/\.parquet$/i.test(file)) await writeParquet(pieces, part, temporary, counted);
    else if (isSheet(file))
      await withColumns(pieces, async (columns, all) =>
        pipeline(await sheetBytes(columns, all, file, counted), createWriteStream(part)),
      );
    else {
      const lines = Readable.from(csvLines(pieces, counted));
      const out = createWriteStream(part);
      await (/\.gz$/i.test(file) ? pipeline(lines, createGzip(), out) : pipeline(lines, out));
    }
    await rename(part, file);
    return counted.rows;
  } finally {
    await rm(part, { force: true });
  }
}

async function writeParquet(
  pieces: AsyncIterable<QueryPiece>,
  file: string,
  temporary: string,
  counted: { rows: number },
): Promise<void> {
  await makeFolder(temporary);
  const duck = openDuck(temporary);
  const lines = path.join(temporary, `${randomUUID()}.csv`);
  try {
    const columns = await withColumns(pieces, async (columns, all) => {
      await pipeline(Readable.from(csvLines(all, counted)), createWriteStream(lines));
      return columns;
    });
    const types = columns.map(({ name, type }) => `${literal(name)}: '${DUCK_TYPES[type]}'`).join(", ");
    const read = `read_csv(${literal(lines)}, header = true, auto_detect = false, allow_quoted_nulls = false, columns = {${types}})`;
    const selected = columns.map(({ name }) => identifier(name)).join(", ");
    await duck.use((connection) =>
      connection.run(`COPY (SELECT ${selected} FROM ${read}) TO ${literal(file)} (${copyOptions(file)})`),
    );
  } finally {
    duck.close();
    await rm(lines, { force: true });
  }
}

/** Returns lines of CSV (RFC 4180): a header, then the rows; NULL is nothing, an empty text a pair of quotes. */
async function* csvLines(pieces: AsyncIterable<QueryPiece>, counted: { rows: number }): AsyncGenerator<string> {
  let isFirst = true;
  for await (const { columns, rows } of pieces) {
    if (isFirst) yield csvLine(columns.map(({ name }) => name));
    isFirst = false;
    counted.rows += rows.length;
    if (rows.length > 0) yield rows.map(csvLine).join("");
  }
}
