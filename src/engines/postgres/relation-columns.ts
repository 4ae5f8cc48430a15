import type { ClientBase } from "pg";
import type { ColumnType } from "../../core/columns/column.ts";
import type { KeyType } from "../../core/partition-key.ts";
import type { RelationColumn } from "./relation-sql.ts";

/** Returns columns of a relation, in their order; a domain counts as what it is based on. */
export async function columnsOf(client: ClientBase, from: string): Promise<RelationColumn[]> {
  const { rows } = await client.query(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS sql_type,
       CASE WHEN t.typtype = 'e' THEN 'enum' WHEN t.typtype = 'd' THEN t.typbasetype::regtype::text
         ELSE t.oid::regtype::text END AS base, greatest(a.atttypmod, t.typtypmod) >= 0 AS scaled
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [from],
  );
  return (rows as { name: string; sql_type: string; base: string; scaled: boolean }[]).map((row) => {
    const { name, sql_type: sqlType, base, scaled } = row;
    const type = TYPES[base] ?? null;
    return { name, physical: name, sqlType, type, keyType: keyType(base, type), scaled };
  });
}

const TYPES: Readonly<Record<string, ColumnType>> = {
  smallint: "integer",
  integer: "integer",
  bigint: "integer",
  real: "number",
  "double precision": "number",
  numeric: "number",
  boolean: "boolean",
  date: "date",
  "timestamp without time zone": "timestamp",
  "timestamp with time zone": "timestamp",
  text: "string",
  "character varying": "string",
  character: "string",
  name: "string",
  uuid: "string",
  "time without time zone": "string",
  "time with time zone": "string",
  enum: "string",
};

function keyType(base: string, type: ColumnType | null): KeyType | null {
  if (base === "numeric") return "decimal";
  return type === "number" ? "double" : type;
}
