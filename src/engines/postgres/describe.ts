import type { ClientBase } from "pg";
import { zip } from "../../core/aligned.ts";
import { firstRow } from "../../core/columns/first-row.ts";
import type { EngineFacts, Feature } from "../../ports/engine.ts";
import { type Database, KEEP_SESSIONS } from "./database.ts";

/** The privileges that a role needs in the schema. docs/postgresql.md lists roles that need fewer. */
const NEEDED = [
  ["INSERT", "mm$runs"],
  ["UPDATE", "mm$chunks"],
  ["INSERT", "mm$workers"],
  ["INSERT", "mm$parts"],
  ["SELECT", "mm$snapshots"],
] as const;

const FACTS = `SELECT current_setting('server_version') AS version, current_user AS role,
    extract(epoch FROM clock_timestamp())::float8 * 1000 AS clock,
    has_schema_privilege($1::text::regnamespace, 'CREATE') AS creates,
    (SELECT json_agg(has_table_privilege(wanted."table", wanted.privilege) ORDER BY n)
     FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS wanted ("table", privilege, n)) AS granted`;

/**
 * Checks whether each connection has a session of its own. A pooler in transaction mode lends an idle connection's
 * session to another.
 */
async function findShared({ session }: Database): Promise<Feature> {
  const backend = async (client: ClientBase) => {
    const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
    return (rows[0] as { pid: number }).pid;
  };
  const shared = await session(async (one) => {
    const before = await backend(one);
    const other = await session(async (two) => {
      await two.query("BEGIN");
      const pid = await backend(two);
      const after = await backend(one);
      await two.query("ROLLBACK");
      return pid === before || after !== before;
    });
    return other;
  });
  const detail = shared ? "connections share a session" : "each connection has its own";
  return { name: "sessions", ok: !shared, detail, ...(shared && { advice: KEEP_SESSIONS }) };
}

/** Returns the server's version and clock, and whether this role may do what a run asks of it. */
export async function describeDatabase(db: Database): Promise<EngineFacts> {
  const { schema, run } = db;
  const sessions = await findShared(db);
  const tables = NEEDED.map(([privilege, table]) => ({ privilege, table: `${schema}.${table}` }));
  const { rows } = await run<{ version: string; role: string; clock: number; creates: boolean; granted: string }>(
    FACTS,
    [schema, tables.map(({ table }) => table), tables.map(({ privilege }) => privilege)],
  );
  const { version, role, clock, creates, granted } = firstRow(rows, FACTS);
  const holds = JSON.parse(granted) as boolean[];
  return {
    versions: { postgresql: version },
    privileges: [
      {
        what: `CREATE on schema ${schema}`,
        granted: creates,
        advice: `GRANT CREATE ON SCHEMA ${schema} TO ${role}`,
      },
      ...Array.from(zip(tables, holds), ([{ privilege, table }, granted]) => ({
        what: `${privilege} on ${table}`,
        granted,
        advice: `GRANT ${privilege} ON ${table} TO ${role}`,
      })),
    ],
    features: [sessions],
    clock,
  };
}
