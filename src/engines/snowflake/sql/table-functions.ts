import type { ColumnInfo, ColumnType } from "../../../core/column.ts";
import { literal } from "../literal.ts";
import { type Names, OWN } from "../names.ts";

/** Arguments of a function: it can have no integers; times are milliseconds since 1970. */
const ARGUMENTS: Readonly<Record<ColumnType, string>> = {
  number: "DOUBLE",
  integer: "DOUBLE",
  date: "DOUBLE",
  timestamp: "DOUBLE",
  string: "VARCHAR",
  boolean: "BOOLEAN",
};

/** Statements that make a table function, named by the hash of its text, and run it over partitions of a snapshot. */
export function tableFunctionStatements(names: Names) {
  const name = (sha256: string) => names.of(`${OWN}FIT_${sha256.slice(0, 16).toUpperCase()}`);
  return {
    create: (sha256: string, columns: readonly ColumnInfo[], body: string) => {
      const listed = columns.map(({ type }, c) => `, C${c} ${ARGUMENTS[type]}`).join("");
      return `CREATE FUNCTION IF NOT EXISTS ${name(sha256)} (P DOUBLE, PARTITION_KEY VARCHAR${listed})
      RETURNS TABLE (P DOUBLE, OUTCOME VARCHAR) LANGUAGE JAVASCRIPT AS ${literal(body)}`;
    },
    fit: (sha256: string, table: string, columns: readonly ColumnInfo[]) => {
      const own = columns.map((_, c) => `, s.C${c}`).join("");
      const passed = columns.map((_, c) => `, r.C${c}`).join("");
      return `SELECT f.P, f.OUTCOME FROM (SELECT s.P, s.R, k.PARTITION_KEY${own} FROM ${names.of(`${OWN}SNAPSHOT_${table.toUpperCase()}`)} s
      JOIN (SELECT f.VALUE[0]::NUMBER AS P, f.VALUE[1]::VARCHAR AS PARTITION_KEY FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) f) k ON k.P = s.P) r,
      TABLE(${name(sha256)}(r.P::DOUBLE, r.PARTITION_KEY${passed}) OVER (PARTITION BY r.P ORDER BY r.R)) f`;
    },
  };
}
