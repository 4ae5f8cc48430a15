import type { ColumnInfo, ColumnType } from "../../../core/columns/column.ts";
import { identifier, literal } from "../literal.ts";
import type { Names } from "../names.ts";
import type { ExposedKey } from "./result-views.ts";
import { KEY_TYPES, storedAs } from "./result-views.ts";
import { MODEL_STORE_COLUMNS, OWNER, TABLES } from "./setup.ts";
import { valueExpression } from "./snapshot.ts";

/** Columns of tables of results. */
export const TYPES: Readonly<Record<ColumnType, string>> = {
  number: "DOUBLE",
  integer: "NUMBER(38,0)",
  string: "VARCHAR",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP_NTZ",
};

/** Files that one COPY may name. */
export const FILES_AT_ONCE = 1000;

/** Rows that an owner has published in a table; where `owner` may be null, those of everybody. */
export interface PublishedRows<Owner extends string | null> {
  readonly table: string;
  readonly owner: Owner;
  /** The columns to read. */
  readonly columns: readonly ColumnInfo[];
}

/** Rows to copy: those that have a value in a column, with other texts in the columns of `set`. */
export interface CopiedRows {
  readonly column: string;
  readonly set: Readonly<Record<string, string>>;
}

/** Writes a query's rows to one file of the stage. */
export const unload = (names: Names, file: string, query: string) => `COPY INTO ${names.location(file)} FROM (${query})
      FILE_FORMAT = (TYPE = PARQUET) SINGLE = TRUE OVERWRITE = TRUE MAX_FILE_SIZE = 5000000000 HEADER = TRUE`;

/** Returns statements of tables of results, of what is known of tables, and of the model store. */
export function tableStatements(names: Names) {
  const store = names.of(TABLES.modelStore);
  const wantedTable = names.of(TABLES.wanted);
  const common = MODEL_STORE_COLUMNS.map(([name]) => identifier(name)).join(", ");
  const fromSegment = MODEL_STORE_COLUMNS.map(([name, type]) => `$1:${identifier(name.toLowerCase())}::${type}`).join(
    ", ",
  );
  const stored = (keys: readonly ExposedKey[]) => keys.map((key) => identifier(storedAs(key)));
  return {
    list: `SELECT TABLE_NAME, ROW_COUNT FROM ${names.database}.INFORMATION_SCHEMA.TABLES
      WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME`,
    columns: (
      database: string,
    ) => `SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, NUMERIC_SCALE FROM ${database}.INFORMATION_SCHEMA.COLUMNS
      WHERE TABLE_SCHEMA = ? AND UPPER(TABLE_NAME) = UPPER(?) ORDER BY TABLE_NAME, ORDINAL_POSITION`,
    create: (table: string, columns: readonly ColumnInfo[]) => {
      const listed = columns.map(({ name, type }) => `${identifier(name)} ${TYPES[type]}`).join(", ");
      return `CREATE TABLE IF NOT EXISTS ${names.of(table)} (${listed}, ${identifier(OWNER)} VARCHAR)`;
    },
    addColumn: (table: string, { name, type }: ColumnInfo) =>
      `ALTER TABLE ${names.of(table)} ADD COLUMN IF NOT EXISTS ${identifier(name)} ${TYPES[type].replace("(38,0)", "")}`,
    addKey: (column: string, sqlType: string) =>
      `ALTER TABLE ${store} ADD COLUMN IF NOT EXISTS ${identifier(column)} ${sqlType}`,
    disown: (table: string) => `DELETE FROM ${names.of(table)} WHERE ${identifier(OWNER)} = ?`,
    load: (table: string, columns: readonly ColumnInfo[], owner: string, folder: string, files: readonly string[]) => {
      const listed = [...columns.map(({ name }) => identifier(name)), identifier(OWNER)].join(", ");
      const selected = columns.map(({ name, type }) => `$1:${identifier(name)}::${TYPES[type]}`).join(", ");
      return `COPY INTO ${names.of(table)} (${listed}) FROM (SELECT ${selected}, ${literal(owner)} FROM ${names.location(folder)})
      FILES = (${files.map(literal).join(", ")}) FILE_FORMAT = (TYPE = PARQUET) FORCE = TRUE`;
    },
    unloadPublished: ({ table, owner, columns }: PublishedRows<string | null>, file: string) => {
      const selected = columns.map((column, i) => `${valueExpression(column)} AS C${i}`).join(", ");
      const owned = owner === null ? "" : ` AND ${identifier(OWNER)} = ${literal(owner)}`;
      const present = columns.slice(0, 1).map(({ name }) => `${identifier(name)} IS NOT NULL`);
      return unload(names, file, `SELECT ${selected} FROM ${names.of(table)} WHERE ${present.join("")}${owned}`);
    },
    /** Values to compare with, under an id; `carry` reads them, and nothing else does. */
    want: `INSERT INTO ${wantedTable} (ID, WANTED, WRITTEN_AT) SELECT ?, f.VALUE::VARCHAR, SYSDATE() FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) f`,
    /** Ids whose values whoever wrote them has left behind, with their age in milliseconds. */
    wantedIds: `SELECT ID, DATEDIFF('millisecond', MAX(WRITTEN_AT), SYSDATE()) FROM ${wantedTable} GROUP BY ID`,
    forgetWanted: `DELETE FROM ${wantedTable} WHERE ID = ?`,
    carry: (
      { table, owner, columns }: PublishedRows<string>,
      { column, set }: CopiedRows,
      { id, file }: { readonly id: string; readonly file: string },
    ) => {
      const selected = columns.map(({ name }) =>
        set[name] === undefined ? identifier(name) : `${literal(set[name])} AS ${identifier(name)}`,
      );
      return unload(
        names,
        file,
        `SELECT ${selected.join(", ")} FROM ${names.of(table)} WHERE ${identifier(OWNER)} = ${literal(owner)}
        AND ${identifier(column)} IN (SELECT WANTED FROM ${wantedTable} WHERE ID = ${literal(id)})`,
      );
    },
    conceal: `DELETE FROM ${store} WHERE RUN_ID = ?`,
    expose: (run: string, keys: readonly ExposedKey[], files: readonly string[]) =>
      `COPY INTO ${store} (RUN_ID, STAGE_PATH, ${[common, ...stored(keys)].join(", ")}) FROM (SELECT ${literal(run)}, METADATA$FILENAME, ${[fromSegment, ...keys.map(({ field, type }) => `$1:${identifier(field)}::${KEY_TYPES[type]}`)].join(", ")} FROM ${names.location("")})
      FILES = (${files.map(literal).join(", ")}) FILE_FORMAT = (TYPE = PARQUET) FORCE = TRUE`,
    /** Rows of a segment that another run has in the store already, of which those count whose number is listed. */
    exposeSelected: (
      keys: readonly ExposedKey[],
    ) => `INSERT INTO ${store} (RUN_ID, STAGE_PATH, ${[common, ...stored(keys)].join(", ")}) SELECT ?, STAGE_PATH, ${[common, ...stored(keys)].join(", ")} FROM
      (SELECT s.*, ROW_NUMBER() OVER (ORDER BY "POSITION") - 1 AS AT_ROW FROM ${store} s WHERE RUN_ID = ? AND STAGE_PATH = ?) r
      WHERE AT_ROW IN (SELECT f.VALUE::NUMBER FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) f)`,
    explain: (sql: string) => `EXPLAIN USING TEXT SELECT * FROM (\n${sql}\n)`,
  };
}
