import type { ColumnInfo, ColumnType } from "../../core/columns/column.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { SourceColumn } from "../node/resolve-query.ts";
import { identifier, nameParts } from "./literal.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { OWNER } from "./sql/setup.ts";
import { tableStatements } from "./sql/tables.ts";

/** A table or view that can be read. */
export interface Source {
  /** Its full, quoted name. */
  readonly from: string;
  readonly columns: readonly SourceColumn[];
}

/**
 * Returns a table or view by name: `TABLE` of the workspace's schema, `SCHEMA.TABLE`, or `DATABASE.SCHEMA.TABLE`; parts
 * that are not quoted are found in capitals first. Undefined if it is not there.
 */
export async function findSource(session: Session, names: Names, name: string): Promise<Source | undefined> {
  const parts = nameParts(name);
  const [table, schema, database] = parts.reverse();
  if (table === undefined || parts.length > 3)
    throw new ManymodelError("usage", `${show(name)} is not the name of a table`);
  const databaseName = database === undefined ? names.database : identifier(database);
  const schemaName = schema ?? names.schemaName;
  const rows = await session.rows(tableStatements(names).columns(databaseName), [schemaName, table]);
  const spellings = [...new Set(rows.map(([spelling]) => spelling as string))];
  const result =
    spellings.find((spelling) => spelling === table) ??
    spellings.find((spelling) => spelling === table.toUpperCase()) ??
    spellings[0];
  if (result === undefined) return undefined;
  const columns = rows.filter(([spelling, column]) => spelling === result && column !== OWNER);
  return {
    from: `${databaseName}.${identifier(schemaName)}.${identifier(result)}`,
    columns: columns.map(([, column, sqlType, scale]) =>
      described(column as string, sqlType as string, scale as number | null),
    ),
  };
}

/** Returns the name alone of a table in the workspace's schema. @throws {ManymodelError} `usage` for one in another */
export function ownName({ of, schema }: Names, name: string): string {
  const parts = nameParts(name);
  const table = parts.at(-1) ?? "";
  const named = parts.map(identifier).join(".").toUpperCase();
  if (`.${of(table)}`.toUpperCase().endsWith(`.${named}`)) return table;
  throw new ManymodelError(
    "usage",
    `${show(name)} is not in the workspace's schema ${schema}, where results are written; name a table alone`,
  );
}

/** Returns the columns of a source that are known to this package. */
export function knownColumns({ columns }: Source): ColumnInfo[] {
  return columns.flatMap(({ name, type }) => (type === null ? [] : [{ name, type }]));
}

function described(name: string, sqlType: string, scale: number | null): SourceColumn {
  const type = columnType(sqlType, scale);
  const decimal = sqlType === "NUMBER" && scale !== 0 && scale !== null;
  return { name, sqlType, type, keyType: decimal ? "decimal" : type === "number" ? "double" : type };
}

function columnType(sqlType: string, scale: number | null): ColumnType | null {
  if (sqlType === "NUMBER") return scale === 0 || scale === null ? "integer" : "number";
  if (sqlType === "FLOAT") return "number";
  if (sqlType === "TEXT") return "string";
  if (sqlType === "BOOLEAN") return "boolean";
  if (sqlType === "DATE") return "date";
  return /^TIMESTAMP_(NTZ|LTZ|TZ)$/.test(sqlType) ? "timestamp" : null;
}
