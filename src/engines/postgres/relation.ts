import type { ClientBase } from "pg";
import { ManymodelError, show } from "../../core/errors.ts";
import { identifier } from "../node/duck.ts";
import { columnsOf } from "./relation-columns.ts";
import type { RelationColumn } from "./relation-sql.ts";
import type { TableStore } from "./table-store.ts";

/** A table or view that can be read. */
export interface Relation {
  /** The relation to select from. */
  readonly from: string;
  readonly columns: readonly RelationColumn[];
  /** The fingerprint of a table of our own; undefined for other tables, which must be read. */
  readonly fingerprint?: string;
}

/**
 * Returns a source: one of the schema's own tables; or any table or view that the role may read, by its name (in the
 * search path) or as `schema.table`, spelled as in SQL, or else found whatever its case.
 *
 * @throws {ManymodelError} `not-found`, saying what there is
 */
export async function findRelation(client: ClientBase, store: TableStore, table: string): Promise<Relation> {
  const stored = await store.find(client, table);
  if (stored !== undefined) {
    const columns = (await columnsOf(client, stored.from)).map((column) => {
      return { ...column, name: stored.spelling.get(column.physical) ?? column.physical };
    });
    return { from: stored.from, columns, fingerprint: stored.fingerprint };
  }
  const from = await foreign(client, table);
  if (from !== undefined) return { from, columns: await columnsOf(client, from) };
  const names = (await store.list(client)).map(({ name }) => name);
  throw new ManymodelError(
    "not-found",
    `there is no table ${show(table)}; the workspace has ${names.join(", ") || "none"}. Import it, or name a table as schema.table`,
  );
}

async function foreign(client: ClientBase, table: string): Promise<string | undefined> {
  const parts = nameParts(table);
  if (parts === undefined) return undefined;
  const { name, schema } = parts;
  const { rows } = await client.query(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND lower(c.relname) = lower($1)
       AND CASE WHEN $2::text IS NULL THEN pg_table_is_visible(c.oid) AND n.nspname <> 'pg_catalog'
                ELSE lower(n.nspname) = lower($2) END`,
    [name, schema],
  );
  const relations = rows as { schema: string; name: string }[];
  const exact = relations.find((row) => row.name === name && (schema === null || row.schema === schema));
  const one = exact ?? (relations.length === 1 ? relations[0] : undefined);
  return one && `${identifier(one.schema)}.${identifier(one.name)}`;
}

/** Returns the parts of `table` or `schema.table`, each bare or in double quotes; undefined if it is neither. */
function nameParts(table: string): { name: string; schema: string | null } | undefined {
  const part = /(?:"((?:[^"]|"")+)"|([^".\s/\\]+))/.source;
  const match = new RegExp(`^(?:${part}\\.)?${part}$`).exec(table);
  const [, quotedSchema, bareSchema, quotedName, bareName] = match ?? [];
  const name = quotedName?.replaceAll('""', '"') ?? bareName;
  const schema = quotedSchema?.replaceAll('""', '"') ?? bareSchema ?? null;
  return name === undefined ? undefined : { name, schema };
}
