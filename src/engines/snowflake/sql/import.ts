import { identifier, literal } from "../literal.ts";
import { type Names, OWN } from "../names.ts";

/** A column of a table to be imported: its name, its type, and the column of the Parquet file that it is read from. */
export interface ImportedColumn {
  readonly name: string;
  readonly sqlType: string;
  readonly field: string;
}

/** The start of the names of tables that are being imported, until they are whole. */
export const IMPORT = `${OWN}IMPORT_`;
/** The comment by which a table is known to have been imported. */
export const IMPORTED = JSON.stringify({ app: "manymodel", imported: true });

/** Returns statements that load a file as a table: under a name of its own first, which then becomes the table's in one step. */
export function importStatements(names: Names) {
  return {
    known: `SELECT TABLE_NAME, COMMENT FROM ${names.database}.INFORMATION_SCHEMA.TABLES
      WHERE TABLE_SCHEMA = ? AND UPPER(TABLE_NAME) = UPPER(?)`,
    create: (table: string, columns: readonly ImportedColumn[]) => {
      const listed = columns.map(({ name, sqlType }) => `${identifier(name)} ${sqlType}`).join(", ");
      return `CREATE TABLE ${names.of(table)} (${listed}) COMMENT = ${literal(IMPORTED)}`;
    },
    load: (table: string, columns: readonly ImportedColumn[], folder: string, file: string) => {
      const listed = columns.map(({ name }) => identifier(name)).join(", ");
      const selected = columns.map(({ field, sqlType }) => `$1:${identifier(field)}::${sqlType}`).join(", ");
      return `COPY INTO ${names.of(table)} (${listed}) FROM (SELECT ${selected} FROM ${names.location(folder)})
      FILES = (${literal(file)}) FILE_FORMAT = (TYPE = PARQUET) FORCE = TRUE`;
    },
    /** Deletes the rows of a table that have the key and time of rows of another one. */
    removeReplaced: (from: string, added: string, key: readonly string[]) => {
      const columns = key.map(identifier);
      const same = columns.map((column) => `EQUAL_NULL(t.${column}, n.${column})`).join(" AND ");
      return `DELETE FROM ${from} t USING (SELECT DISTINCT ${columns.join(", ")} FROM ${names.of(added)}) n WHERE ${same}`;
    },
    addRows: (to: string, added: string, columns: readonly ImportedColumn[]) => {
      const listed = columns.map(({ name }) => identifier(name)).join(", ");
      return `INSERT INTO ${to} (${listed}) SELECT ${listed} FROM ${names.of(added)}`;
    },
    /** Fails where there is a table of that name. */
    rename: (from: string, to: string) => `ALTER TABLE ${names.of(from)} RENAME TO ${names.of(to)}`,
    swap: (from: string, to: string) => `ALTER TABLE ${names.of(from)} SWAP WITH ${names.of(to)}`,
    drop: (table: string) => `DROP TABLE IF EXISTS ${names.of(table)}`,
    /** Tables whose import was not ended, with their size and age in milliseconds. */
    unfinished: `SELECT TABLE_NAME, BYTES, DATEDIFF('millisecond', CREATED::TIMESTAMP_NTZ, SYSDATE())
      FROM ${names.database}.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = ? AND STARTSWITH(TABLE_NAME, ${literal(IMPORT)})`,
  };
}
