import type { ClientBase } from "pg";
import { csvLine } from "../../core/csv-line.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { QueryPiece } from "../../ports/tables.ts";
import { identifier } from "../node/duck.ts";
import { withColumns } from "../node/with-columns.ts";
import { connectionSettings, importPg } from "./connection.ts";
import { copyIn } from "./copy.ts";
import { explained } from "./database.ts";
import { folded, SQL_TYPES } from "./table-store.ts";

/** A table of any PostgreSQL database. */
export interface ExportTarget {
  /** `postgresql://user@host:port/database`, without a password. */
  readonly url: string;
  /** Its name, with its schema before it if the role's `search_path` does not have it. */
  readonly table: string;
}

/** The comment by which a table is known to have been written by an export. */
const EXPORTED = "Written by manymodel export";

/**
 * Writes the answer to a query to a table of a PostgreSQL database, in one transaction: whoever reads it sees the rows of before or
 * those of the answer. The table is made at the first export, with names in lower case. Later ones replace its rows and keep the
 * table, its grants and views; a column that is new is added, one that the answer lacks becomes NULL. A piece is in memory at a time.
 *
 * @returns how many rows were written, and host, database and table
 * @throws {ManymodelError} `config` for an address that is none or cannot be reached; `conflict` for a table that no export made,
 *   or whose columns have other types
 */
export async function exportRows(
  pieces: AsyncIterable<QueryPiece>,
  { url, table }: ExportTarget,
): Promise<{ rows: number; target: string }> {
  const { config, where } = connectionSettings({ url }, "the address to export to");
  const { Client } = await importPg("exporting to PostgreSQL");
  const client = new Client(config);
  // A connection that is lost is told by what was asked of it.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("BEGIN");
    const rows = await withColumns(pieces, (columns, all) => replaceRows(client, columns, all, table));
    await client.query("COMMIT");
    return { rows, target: `${where} ${table}` };
  } catch (error) {
    throw explained(error, where);
  } finally {
    await client.end().catch(() => {});
  }
}

async function replaceRows(
  client: ClientBase,
  columns: QueryPiece["columns"],
  pieces: AsyncIterable<QueryPiece>,
  table: string,
): Promise<number> {
  const name = table
    .split(".")
    .map((part) => identifier(folded(part)))
    .join(".");
  await prepareTable(client, name, columns);
  const listed = columns.map((column) => identifier(folded(column.name))).join(", ");
  let rows = 0;
  async function* lines() {
    for await (const piece of pieces) {
      rows += piece.rows.length;
      yield Buffer.from(piece.rows.map(csvLine).join(""));
    }
  }
  await copyIn(client, `COPY ${name} (${listed}) FROM STDIN (FORMAT csv)`, lines());
  return rows;
}

/** Makes the table, or empties it. @throws {ManymodelError} `conflict` if it must stay */
async function prepareTable(client: ClientBase, name: string, columns: QueryPiece["columns"]): Promise<void> {
  const targets = columns.map((column) => ({ name: folded(column.name), sqlType: SQL_TYPES[column.type] }));
  const { rows } = await client.query<{ comment: string | null; columns: string }>(
    `SELECT obj_description(c.oid, 'pg_class') AS comment, (
       SELECT json_object_agg(attname, format_type(atttypid, atttypmod)) FROM pg_attribute
       WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)::text AS columns
     FROM pg_class c WHERE c.oid = to_regclass($1)`,
    [name],
  );
  const [row] = rows;
  if (row === undefined) {
    const defined = targets.map((column) => `${identifier(column.name)} ${column.sqlType}`).join(", ");
    await client.query(`CREATE TABLE ${name} (${defined})`);
    await client.query(`COMMENT ON TABLE ${name} IS '${EXPORTED}'`);
    return;
  }
  if (row.comment !== EXPORTED)
    throw new ManymodelError(
      "conflict",
      `table ${name} exists already, and no export made it; name another one with --as, or drop it`,
    );
  // Readers go on; a second export waits for the first one.
  await client.query(`LOCK TABLE ${name} IN SHARE ROW EXCLUSIVE MODE`);
  const types = new Map(Object.entries(JSON.parse(row.columns) as Record<string, string>));
  for (const column of targets) {
    const type = types.get(column.name)?.replace(" without time zone", "");
    if (type === undefined)
      await client.query(`ALTER TABLE ${name} ADD COLUMN ${identifier(column.name)} ${column.sqlType}`);
    else if (type !== column.sqlType)
      throw new ManymodelError(
        "conflict",
        `column ${show(column.name)} of table ${name} is ${type}, and would be ${column.sqlType}; drop the table, or name another one with --as`,
      );
  }
  await client.query(`DELETE FROM ${name}`);
}
