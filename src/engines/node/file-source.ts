import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { ColumnType } from "../../core/columns/column.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { KeyType } from "../../core/partition-key.ts";
import type { CsvFormat } from "../../ports/tables.ts";
import { checkEven, csvFailure } from "./csv-failure.ts";
import { fileLiteral, identifier, literal } from "./duck.ts";
import { readRow } from "./read-row.ts";
import type { SourceColumn } from "./resolve-query.ts";

/** The columns of a file, and what to select its rows from. */
export interface FileSource {
  readonly from: string;
  /** The same, as text, columns `c0`…; of a CSV file whose dates were not given a format. */
  readonly texts?: string;
  readonly columns: readonly SourceColumn[];
}

/** What a file holds, as DuckDB reads it. @throws what DuckDB throws, or `not-found` */
export async function openFile(connection: DuckDBConnection, table: string, csv: CsvFormat = {}): Promise<FileSource> {
  const { file, inner } = parseReference(table);
  if (inner === null && !TYPED.test(file)) return readCsv(connection, file, csv);
  if (Object.keys(csv).length > 0)
    throw new ManymodelError(
      "usage",
      `${file} is no CSV file, so a delimiter, decimal, date format or null means nothing`,
    );
  const from = inner === null ? readTyped(file) : await attach(connection, file, inner);
  return { from, columns: await describe(connection, from) };
}

/** A reference to a file, or to a table inside a DuckDB file. */
function parseReference(table: string): { file: string; inner: string | null } {
  const attached = /^(.+\.(?:duckdb|ddb|db)):([^:]+)$/.exec(table);
  return { file: path.resolve(attached?.[1] ?? table), inner: attached?.[2] ?? null };
}

/** Path, size and time of modification of a file, and of a DuckDB file's log of changes. */
export async function fileFingerprint(table: string, known: () => readonly string[]): Promise<string> {
  const { file, inner } = parseReference(table);
  const found = /[/\\.]/.test(table) ? await stat(file).catch(() => undefined) : undefined;
  if (found?.isDirectory())
    throw new ManymodelError("input", `${file} is a folder; name a .csv, .parquet, .json or file.duckdb:TABLE in it`);
  if (found?.size === 0) throw new ManymodelError("input", `${file} is empty; there is nothing to read`);
  if (inner === null && !/\.(csv|tsv|txt|parquet|json|ndjson|jsonl)(\.gz|\.zst)?$/i.test(file)) {
    if (found !== undefined)
      throw new ManymodelError(
        "input",
        `${file} cannot be read: its name must end in .csv, .tsv, .txt, .parquet or .json; save it as one of them`,
      );
    throw new ManymodelError(
      "not-found",
      `there is no table ${show(table)}; the workspace has ${known().join(", ") || "none"}. Import it, or name a .csv, .parquet, .json or file.duckdb:TABLE`,
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

/** Files whose values have types of their own. */
const TYPED = /\.(parquet|(json|ndjson|jsonl)(\.gz|\.zst)?)$/i;

function readTyped(file: string): string {
  return `${/\.parquet$/i.test(file) ? "read_parquet" : "read_json_auto"}(${fileLiteral(file)}, hive_partitioning = false)`;
}

/** The reader's parameters that a format gives. */
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

async function readCsv(connection: DuckDBConnection, file: string, csv: CsvFormat): Promise<FileSource> {
  const name = `${fileLiteral(file)}, hive_partitioning = false${parameters(csv)}`;
  const sniffed = `read_csv(${name}, sample_size = -1)`;
  const sniff = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${sniffed}`).catch(async (cause) => {
    throw await csvFailure(connection, file, csv.delimiter, cause);
  });
  // By position: a damaged header can hold names that no statement can.
  const columns = sniff.getRowObjects().map((row, i) => {
    const numeric = /^(BIGINT|HUGEINT|INTEGER|DOUBLE)$/.test(String(row.column_type));
    return { name: String(row.column_name), alias: `c${i}`, numeric };
  });
  await checkEven(
    connection,
    file,
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
  if (numeric.length === 0) return source(sniffed);
  const padded = numeric.map(({ alias }) => `coalesce(bool_or(regexp_matches(${alias}, '^0[0-9]')), false)`);
  const found = await readRow(connection, `SELECT ${padded.join(", ")} FROM ${texts}`);
  const text = numeric.filter((_, i) => found[i] === true);
  if (text.length === 0) return source(sniffed);
  const types = text.map((column) => `${literal(column.name)}: 'VARCHAR'`).join(", ");
  return source(`read_csv(${name}, sample_size = -1, types = {${types}})`);
}

/** The columns of what is selected from. */
export async function describe(connection: DuckDBConnection, from: string): Promise<SourceColumn[]> {
  const result = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`);
  return result.getRowObjects().map((row): SourceColumn => {
    const sqlType = String(row.column_type);
    return { name: String(row.column_name), sqlType, type: columnType(sqlType), keyType: keyType(sqlType) };
  });
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
