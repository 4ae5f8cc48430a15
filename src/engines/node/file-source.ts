import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { at } from "../../core/aligned.ts";
import { type ColumnInfo, type ColumnType, matchColumn } from "../../core/columns/column.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { KeyType } from "../../core/partition-key.ts";
import type { CsvFormat } from "../../ports/tables.ts";
import { listFiles } from "../../stages/list-files.ts";
import { checkEven, csvFailure } from "./csv-failure.ts";
import { fileLiteral, identifier, literal } from "./duck.ts";
import { readRow } from "./read-row.ts";
import { openSheets } from "./read-sheet.ts";
import type { SourceColumn } from "./resolve-query.ts";

/** The columns of a file, and what to select its rows from. */
export interface FileSource {
  readonly from: string;
  /** The same, as text, columns `c0`…; of a CSV file whose dates were not given a format. */
  readonly texts?: string;
  readonly columns: readonly SourceColumn[];
}

/**
 * Opens a file and describes its columns, as DuckDB reads it.
 *
 * @param texts - columns of a CSV file that are text, whatever they look like
 * @throws what DuckDB throws, or `not-found`
 */
export async function openFile(
  connection: DuckDBConnection,
  table: string,
  csv: CsvFormat = {},
  texts: readonly string[] = [],
): Promise<FileSource> {
  const { file, inner } = parseReference(table);
  const files = inner === null ? await filesOf(file) : [file];
  const format = formatOf(at(files, 0));
  if (files.some((other) => formatOf(other) !== format))
    throw new ManymodelError(
      "input",
      `${file} matches files of several formats; name files of one format, such as *.csv`,
    );
  if (format === "xlsx") {
    const { delimiter, decimal, ...cells } = csv;
    if (delimiter !== undefined || decimal !== undefined)
      throw new ManymodelError("usage", `${file} is not a CSV file; leave out delimiter and decimal`);
    const from = await openSheets(connection, files, { ...cells, ...(inner !== null && { sheet: inner }) });
    return { from, columns: await describe(connection, from) };
  }
  if (format === "csv") return readCsv(connection, files, csv, texts);
  if (Object.keys(csv).length > 0)
    throw new ManymodelError("usage", `${file} is not a CSV file; leave out delimiter, decimal, date format and null`);
  const from = inner === null ? readTyped(files, format) : await attach(connection, file, inner);
  return { from, columns: await describe(connection, from) };
}

/**
 * Returns the files that a name means: the one of that name, or those of a pattern (`many/*.csv`), in the order of
 * their names.
 *
 * @throws {ManymodelError} `not-found` if there is none
 */
async function filesOf(file: string): Promise<string[]> {
  if (!/[*?[]/.test(file)) return [file];
  const files = await listFiles(file);
  if (files.length === 0) throw new ManymodelError("not-found", `no file matches ${file}; check the pattern`);
  return files;
}

/** Checks that what is to be imported is there, and can be read by its name. @throws {ManymodelError} saying what cannot */
export async function checkFiles(table: string): Promise<void> {
  const { file, inner } = parseReference(table);
  const files = inner === null ? await filesOf(file) : [table];
  for (const name of files) await fileFingerprint(name, () => []);
}

/** Returns the format that a file's name says. A table inside a DuckDB file has the name of that file. */
function formatOf(file: string): "csv" | "parquet" | "json" | "xlsx" | "duckdb" {
  if (/\.parquet$/i.test(file)) return "parquet";
  if (/\.xlsx$/i.test(file)) return "xlsx";
  if (/\.(duckdb|ddb|db)$/i.test(file)) return "duckdb";
  return /\.(json|ndjson|jsonl)(\.gz|\.zst)?$/i.test(file) ? "json" : "csv";
}

/** Returns files as the first argument of a reader. Several may have their columns in any order. */
function readerFiles(files: readonly string[]): string {
  return files.length === 1
    ? files.map(fileLiteral).join("")
    : `[${files.map(fileLiteral).join(", ")}], union_by_name = true`;
}

/** Returns a reference to a file, to a table inside a DuckDB file, or to a sheet of an Excel workbook. */
function parseReference(table: string): { file: string; inner: string | null } {
  const attached = /^(.+\.(?:duckdb|ddb|db|xlsx)):([^:]+)$/i.exec(table);
  return { file: path.resolve(attached?.[1] ?? table), inner: attached?.[2] ?? null };
}

/** Returns the path, size and time of modification of a file, and of a DuckDB file's log of changes. */
export async function fileFingerprint(table: string, tables: () => readonly string[]): Promise<string> {
  const { file, inner } = parseReference(table);
  const stats = /[/\\.]/.test(table) ? await stat(file).catch(() => undefined) : undefined;
  if (stats?.isDirectory())
    throw new ManymodelError("input", `${file} is a folder; name a .csv, .parquet, .json or file.duckdb:TABLE in it`);
  if (stats?.size === 0) throw new ManymodelError("input", `${file} is empty; there is nothing to read`);
  if (inner === null && !/\.(csv|tsv|txt|parquet|json|ndjson|jsonl)(\.gz|\.zst)?$|\.xlsx$/i.test(file)) {
    if (stats !== undefined)
      throw new ManymodelError(
        "input",
        `${file} cannot be read: its name must end in .csv, .tsv, .txt, .parquet, .json or .xlsx; save it as one of them`,
      );
    throw new ManymodelError(
      "not-found",
      `there is no table ${show(table)}; the workspace has ${tables().join(", ") || "none"}. Import it, or name a .csv, .parquet, .json or file.duckdb:TABLE`,
    );
  }
  const info = await stat(file, { bigint: true }).catch((cause) => {
    throw new ManymodelError("not-found", `there is no file ${file}; check the path`, { cause });
  });
  const log = inner === null ? undefined : await stat(`${file}.wal`, { bigint: true }).catch(() => undefined);
  return hash([inner, file, info.size, info.mtimeNs, log?.size, log?.mtimeNs].join("\0"));
}

async function attach(connection: DuckDBConnection, file: string, table: string): Promise<string> {
  const alias = `source_${hash(file).slice(0, 12)}`;
  await connection.run(`ATTACH IF NOT EXISTS ${literal(file)} AS ${alias} (TYPE duckdb, READ_ONLY)`);
  return `${alias}.${table.split(".").map(identifier).join(".")}`;
}

function readTyped(files: readonly string[], format: string): string {
  return `${format === "parquet" ? "read_parquet" : "read_json_auto"}(${readerFiles(files)}, hive_partitioning = false)`;
}

/** Returns the reader's parameters that a format gives. */
function parameters({ delimiter, decimal, dateFormat, nulls }: CsvFormat): string {
  return [
    ...(delimiter === undefined ? [] : [`delim = ${literal(delimiter)}`]),
    ...(decimal === undefined ? [] : [`decimal_separator = ${literal(decimal)}`]),
    ...(dateFormat === undefined ? [] : [`dateformat = ${literal(dateFormat)}`]),
    ...(nulls === undefined ? [] : [`nullstr = [${["", ...nulls].map(literal).join(", ")}]`]),
  ]
    .map((parameter) => `, ${parameter}`)
    .join("");
}

async function readCsv(
  connection: DuckDBConnection,
  files: readonly string[],
  csv: CsvFormat,
  asText: readonly string[],
): Promise<FileSource> {
  if (files.length > 1) await checkAlike(connection, files, csv, asText);
  const name = `${readerFiles(files)}, hive_partitioning = false${parameters(csv)}`;
  const sniffed = `read_csv(${name}, sample_size = -1)`;
  const sniff = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${sniffed}`).catch(async (cause) => {
    throw await csvFailure(connection, at(files, 0), csv.delimiter, cause);
  });
  // By position: a damaged header can hold names that no statement can.
  const columns = sniff.getRowObjects().map((row, i) => {
    const [name, sqlType] = [String(row.column_name), String(row.column_type)];
    const isText = matchColumn(asText, name) !== undefined && sqlType !== "VARCHAR";
    return { name, alias: `c${i}`, isText, numeric: !isText && /^(BIGINT|HUGEINT|INTEGER|DOUBLE)$/.test(sqlType) };
  });
  await checkEven(
    connection,
    at(files, 0),
    csv.delimiter,
    columns.map((column) => column.name),
  );
  const numeric = columns.filter((column) => column.numeric);
  const aliases = columns.map(({ alias }) => alias).join(", ");
  const texts = `read_csv(${name}, sample_size = -1, all_varchar = true) AS t(${aliases})`;
  const source = async (from: string): Promise<FileSource> => ({
    from,
    columns: await describe(connection, from),
    ...(csv.dateFormat === undefined && { texts }),
  });
  const padded = numeric.map(({ alias }) => `coalesce(bool_or(regexp_matches(${alias}, '^0[0-9]')), false)`);
  const widths = padded.length === 0 ? [] : await readRow(connection, `SELECT ${padded.join(", ")} FROM ${texts}`);
  const text = [...numeric.filter((_, i) => widths[i] === true), ...columns.filter(({ isText }) => isText)];
  if (text.length === 0) return source(sniffed);
  const types = text.map((column) => `${literal(column.name)}: 'VARCHAR'`).join(", ");
  return source(`read_csv(${name}, sample_size = -1, types = {${types}})`);
}

/** Checks each of several files by itself, and that all have the same columns. @throws {ManymodelError} `input` naming one */
async function checkAlike(
  connection: DuckDBConnection,
  files: readonly string[],
  csv: CsvFormat,
  texts: readonly string[],
): Promise<void> {
  let first: readonly string[] | undefined;
  for (const file of files) {
    const { columns } = await readCsv(connection, [file], csv, texts);
    const names = columns.map(({ name }) => name.toLowerCase()).sort();
    first ??= names;
    if (names.join("\0") !== first.join("\0"))
      throw new ManymodelError(
        "input",
        `${file} has the columns ${names.join(", ")}, but ${files[0]} has ${first.join(", ")}`,
      );
  }
}

/** Returns the columns of what is selected from. */
export async function describe(connection: DuckDBConnection, from: string): Promise<SourceColumn[]> {
  const result = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`);
  return result.getRowObjects().map((row): SourceColumn => {
    const sqlType = String(row.column_type);
    return { name: String(row.column_name), sqlType, type: columnType(sqlType), keyType: keyType(sqlType) };
  });
}

/** Returns a column of an answer as the result of a query: text where a model could not read it. */
export function describeColumn(name: string, sqlType: string): ColumnInfo {
  return { name, type: columnType(sqlType) ?? "string" };
}

function columnType(sqlType: string): ColumnType | null {
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER)$/.test(sqlType)) return "integer";
  if (/^(UBIGINT|HUGEINT|UHUGEINT|FLOAT|DOUBLE|DECIMAL\(.*\))$/.test(sqlType)) return "number";
  if (sqlType === "BOOLEAN") return "boolean";
  if (sqlType === "DATE") return "date";
  if (/^TIMESTAMP/.test(sqlType)) return "timestamp";
  return /^(VARCHAR|UUID|TIME.*|ENUM\(.*\))$/.test(sqlType) ? "string" : null;
}

function keyType(sqlType: string): KeyType | null {
  if (/^(UBIGINT|HUGEINT|UHUGEINT|DECIMAL\(.*\))$/.test(sqlType)) return "decimal";
  const type = columnType(sqlType);
  return type === "number" ? "double" : type;
}

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
