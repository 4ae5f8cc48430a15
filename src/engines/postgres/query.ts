import type { ClientBase, FieldDef } from "pg";
import { zip } from "../../core/aligned.ts";
import type { ColumnType } from "../../core/columns/column.ts";
import { FORECASTS } from "../../core/current-forecasts.ts";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import { FORECAST_FINAL } from "../../core/override.ts";
import type { QueryPiece, QueryResult, QueryValue } from "../../ports/tables.ts";
import { Handover } from "../node/handover.ts";
import { FORECASTS_TABLE } from "./current-forecasts.ts";
import { type Database, isLost } from "./database.ts";
import { RESULT_VIEWS } from "./result-views.ts";
import { folded } from "./table-store.ts";

/** No query takes longer. */
const TIMEOUT_MS = 10 * 60_000;

/**
 * Runs one SELECT in a transaction that can write nothing, by way of a cursor: nothing but a SELECT has one, and no more
 * rows are made than are wanted. What it may read, and which functions it may call, is for the role's rights to say.
 */
export async function queryDatabase(
  db: Database,
  sql: string,
  params: readonly QueryValue[],
  limit: number,
): Promise<QueryResult> {
  return inReadOnly(db, { sql, params }, async (client) => {
    const { columns, rows } = await fetchPiece(client, db.schema, limit + 1);
    return { columns: columns.map(({ name }) => name), rows: rows.slice(0, limit), truncated: rows.length > limit };
  });
}

/** Rows that are fetched at a time. */
const ROWS_AT_ONCE = 10_000;

/** Yields the answer to one SELECT, a piece at a time: no more of it is in memory. */
export async function* streamDatabase(
  db: Database,
  sql: string,
  params: readonly QueryValue[],
): AsyncGenerator<QueryPiece, void, undefined> {
  const pieces = new Handover<QueryPiece>();
  const reading = inReadOnly(db, { sql, params }, async (client) => {
    for (;;) {
      const piece = await fetchPiece(client, db.schema, ROWS_AT_ONCE);
      if (!(await pieces.give(piece)) || piece.rows.length < ROWS_AT_ONCE) return;
    }
  }).then(pieces.end, pieces.fail);
  try {
    yield* pieces.take();
  } finally {
    pieces.stop();
    await reading;
  }
}

/** Finds the workspace's tables first in a transaction; then whatever the role finds by itself. */
export async function searchWorkspaceFirst(client: ClientBase, schema: string): Promise<void> {
  const path = "SELECT set_config('search_path', $1 || ', ' || current_setting('search_path'), true)";
  await client.query(path, [schema]);
}

/** Does something with the answer of one SELECT, in a transaction that can write nothing, and that is rolled back. */
async function inReadOnly<T>(
  db: Database,
  { sql, params }: { readonly sql: string; readonly params: readonly QueryValue[] },
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  if (sql.trim() === "") throw new ManymodelError("usage", "the query is empty; sql takes one SELECT statement");
  return db.session(async (client) => {
    await client.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await searchWorkspaceFirst(client, db.schema);
    await client.query(`SET LOCAL statement_timeout = ${TIMEOUT_MS}`);
    try {
      // As a prepared statement, of which there can be one only.
      const text = `DECLARE answer NO SCROLL CURSOR FOR ${sql}`;
      await client.query({ text, values: [...params], queryMode: "extended" } as { text: string });
      return await work(client);
    } catch (cause) {
      const code = String((cause as { code?: unknown }).code);
      // A number of values that is not that of the placeholders counts as an error of the protocol.
      if ((isLost(cause) && code !== "08P01") || !/^[0-9A-Z]{5}$/.test(code)) throw cause;
      const rule = code === "25006" ? "sql is read-only: it takes one SELECT statement; " : "";
      throw new ManymodelError("usage", `cannot run the query: ${rule}${messageOf(cause, 500)}`, { cause });
    } finally {
      // A few functions write all the same: what they did is undone.
      await client.query("ROLLBACK").catch(() => {});
    }
  });
}

/** Returns the next rows of the answer. */
async function fetchPiece(client: ClientBase, schema: string, limit: number): Promise<QueryPiece> {
  const { rows, fields } = await client.query<unknown[]>({
    text: `FETCH ${limit} FROM answer`,
    rowMode: "array",
    types: { getTypeParser: () => (value: string) => value },
  });
  const names = await spelled(client, schema, fields);
  return {
    columns: Array.from(zip(names, fields), ([name, { dataTypeID }]) => ({
      name,
      type: COLUMN_TYPES.get(dataTypeID) ?? "string",
    })),
    rows: rows.map((row) => Array.from(zip(row, fields), ([value, field]) => plain(value, field.dataTypeID))),
  };
}

/** Types of columns by PostgreSQL's numbers for them; all others are text. */
const COLUMN_TYPES: ReadonlyMap<number, ColumnType> = new Map([
  [16, "boolean"],
  ...[20, 21, 23].map((oid): [number, ColumnType] => [oid, "integer"]),
  ...[700, 701, 1700].map((oid): [number, ColumnType] => [oid, "number"]),
  [1082, "date"],
  [1114, "timestamp"],
]);

/** Returns a value as JSON can hold it: numbers that a double cannot hold exactly are text. */
function plain(value: unknown, oid: number): string | number | boolean | null {
  if (typeof value !== "string") return null;
  if (oid === 16) return value === "t";
  if (![20, 21, 23, 26, 700, 701, 1700].includes(oid)) return value;
  const number = Number(value);
  if (!Number.isFinite(number)) return value;
  if (oid === 700 || oid === 701) return number;
  const digits = value.includes(".") ? value.replace(/\.?0+$/, "") : value;
  return String(number) === digits ? number : value;
}

/** Returns the names of an answer's columns; those of our own tables as they were spelled when the table was made. */
async function spelled(client: ClientBase, schema: string, fields: readonly FieldDef[]): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT DISTINCT c.oid, upper(c.relname) AS name, t.columns::text AS columns, p.columns::text AS part_columns
     FROM unnest($1::oid[]) AS f (oid) JOIN pg_class c USING (oid)
     LEFT JOIN ${schema}.mm$tables t ON t.name = coalesce(${FORECASTS_TABLE}, c.relname) LEFT JOIN ${schema}.mm$parts p ON p.table_name = t.name
     WHERE c.relnamespace = $2::regnamespace`,
    [fields.map((field) => field.tableID), schema],
  );
  const spelling = new Map<string, string>();
  const shouted = new Set<number>();
  for (const row of rows as { oid: number; name: string; columns: string | null; part_columns: string | null }[]) {
    if (RESULT_VIEWS.includes(row.name)) shouted.add(row.oid);
    if (row.name === FORECASTS) spelling.set(`${row.oid} ${folded(FORECAST_FINAL)}`, FORECAST_FINAL);
    for (const { name } of [row.columns, row.part_columns].flatMap(
      (columns) => JSON.parse(columns ?? "[]") as { name: string }[],
    ))
      spelling.set(`${row.oid} ${name.toLowerCase()}`, name);
  }
  return fields.map(({ tableID, name }) =>
    shouted.has(tableID) ? name.toUpperCase() : (spelling.get(`${tableID} ${name}`) ?? name),
  );
}
