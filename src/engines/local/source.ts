import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { ColumnType } from "../../core/column.ts";
import { ManymodelError, messageOf, show } from "../../core/errors.ts";
import type { KeyType } from "../../core/partition-key.ts";
import { fileLiteral, identifier, literal } from "./duck.ts";
import type { TableStore } from "./table-store.ts";

/** A source's column: its name, DuckDB's type, and ours; null where a model cannot read or be keyed by it. */
export interface SourceColumn {
  readonly name: string;
  readonly sqlType: string;
  readonly type: ColumnType | null;
  readonly keyType: KeyType | null;
}

/** Rows that can be read with `SELECT … FROM <from>`, and what they were when they were looked at. */
export interface Source {
  readonly from: string;
  readonly fingerprint: string;
  readonly columns: readonly SourceColumn[];
}

/** Finds sources, and remembers what it learnt of a file as long as the file stays the same. */
export interface Sources {
  /**
   * A source: a table of the workspace; or a file: `.csv` or `.tsv` (also `.gz`), `.parquet`, `.json` or `.ndjson`; or
   * `file.duckdb:TABLE`, read-only. A CSV file's numbers of which some begin with 0 (`007`) are text.
   *
   * @throws {ManymodelError} `not-found` or `input`, saying what is there
   */
  find(connection: DuckDBConnection, table: string): Promise<Source>;
  /** What the source is now; equal fingerprints mean equal data. */
  fingerprint(table: string): Promise<string>;
}

/** The sources that a workspace can read. */
export function openSources(store: TableStore): Sources {
  const known = new Map<string, Source>();
  const fingerprint = async (table: string) => store.find(table)?.fingerprint ?? fileFingerprint(table, store);
  return {
    fingerprint,
    async find(connection, table) {
      const own = store.find(table);
      if (own !== undefined) return described(connection, own.from, own.fingerprint);
      const current = await fingerprint(table);
      const found = known.get(current);
      if (found !== undefined) return found;
      try {
        const { file, inner } = parseReference(table);
        const from = inner === null ? await readFile(connection, file) : await attach(connection, file, inner);
        const source = await described(connection, from, current);
        known.set(current, source);
        return source;
      } catch (cause) {
        if (cause instanceof ManymodelError) throw cause;
        throw new ManymodelError("input", `cannot read ${table}: ${messageOf(cause, 300)}`, { cause });
      }
    },
  };
}

/** A reference to a file, or to a table inside a DuckDB file. */
function parseReference(table: string): { file: string; inner: string | null } {
  const attached = /^(.+\.(?:duckdb|ddb|db)):([^:]+)$/.exec(table);
  return { file: path.resolve(attached?.[1] ?? table), inner: attached?.[2] ?? null };
}

/** Path, size and time of modification of a file, and of a DuckDB file's log of changes. */
async function fileFingerprint(table: string, store: TableStore): Promise<string> {
  const { file, inner } = parseReference(table);
  if (inner === null && !/\.(csv|tsv|txt|parquet|json|ndjson|jsonl)(\.gz|\.zst)?$/i.test(file)) {
    const known = store.list().map(({ name }) => name);
    throw new ManymodelError(
      "not-found",
      `there is no table ${show(table)}; the workspace has ${known.join(", ") || "none"}. Import it, or name a .csv, .parquet, .json or file.duckdb:TABLE`,
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

async function readFile(connection: DuckDBConnection, file: string): Promise<string> {
  const name = `${fileLiteral(file)}, hive_partitioning = false`;
  if (/\.parquet$/i.test(file)) return `read_parquet(${name})`;
  if (/\.(json|ndjson|jsonl)(\.gz|\.zst)?$/i.test(file)) return `read_json_auto(${name})`;
  const sniffed = `read_csv(${name}, sample_size = -1)`;
  const sniff = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${sniffed}`);
  // By position: a damaged header can hold names that no statement can.
  const columns = sniff.getRowObjects().map((row, i) => {
    const numeric = /^(BIGINT|HUGEINT|INTEGER|DOUBLE)$/.test(String(row.column_type));
    return { name: String(row.column_name), alias: `c${i}`, numeric };
  });
  const numeric = columns.filter((column) => column.numeric);
  if (numeric.length === 0) return sniffed;
  const padded = numeric.map(({ alias }) => `coalesce(bool_or(regexp_matches(${alias}, '^0[0-9]')), false)`);
  const aliases = columns.map(({ alias }) => alias).join(", ");
  const found = await connection.runAndReadAll(
    `SELECT ${padded.join(", ")} FROM read_csv(${name}, sample_size = -1, all_varchar = true) AS t(${aliases})`,
  );
  const text = numeric.filter((_, i) => found.getRows()[0]![i] === true);
  if (text.length === 0) return sniffed;
  return `read_csv(${name}, sample_size = -1, types = {${text.map((column) => `${literal(column.name)}: 'VARCHAR'`).join(", ")}})`;
}

async function described(connection: DuckDBConnection, from: string, fingerprint: string): Promise<Source> {
  const result = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`);
  const columns = result.getRowObjects().map((row): SourceColumn => {
    const sqlType = String(row.column_type);
    return { name: String(row.column_name), sqlType, type: columnType(sqlType), keyType: keyType(sqlType) };
  });
  return { from, fingerprint, columns };
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
