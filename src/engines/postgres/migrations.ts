import type { ClientBase } from "pg";
import { ManymodelError } from "../../core/errors.ts";
import { identifier } from "../node/duck.ts";
import { createViews } from "./result-views.ts";

/**
 * The schema, step by step: a schema of version n needs all steps after the nth. A step never changes once it was
 * released. See docs/states.md for the state machines behind the CHECK constraints. Names begin with
 * `mm$`, which no table of a user does.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE mm$runs (
    id bigint GENERATED ALWAYS AS IDENTITY,
    run_id text COLLATE "C" PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('planning', 'running', 'finalizing', 'completed', 'failed')),
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    manifest json,
    idx json,
    error text,
    CHECK (state <> 'completed' OR (manifest IS NOT NULL AND idx IS NOT NULL)),
    CHECK (state NOT IN ('running', 'finalizing') OR manifest IS NOT NULL)
  );
  CREATE INDEX mm$runs_by_state ON mm$runs (state);
  CREATE TABLE mm$chunks (
    run_id text COLLATE "C" NOT NULL,
    chunk integer NOT NULL,
    partitions integer NOT NULL CHECK (partitions > 0),
    priority integer NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'available', 'leased', 'finished', 'failed', 'skipped')),
    attempt integer NOT NULL DEFAULT 0,
    forgiven integer NOT NULL DEFAULT 0 CHECK (forgiven BETWEEN 0 AND attempt),
    worker text,
    lease_until timestamptz,
    not_before timestamptz NOT NULL DEFAULT '-infinity',
    segment json,
    segment_failed integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (run_id, chunk),
    CHECK ((state = 'leased') = (lease_until IS NOT NULL)),
    CHECK ((state = 'finished') = (segment IS NOT NULL)),
    CHECK (state IN ('waiting', 'available', 'skipped') OR attempt > 0),
    CHECK (state NOT IN ('waiting', 'skipped') OR attempt = 0)
  ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
  CREATE INDEX mm$chunks_to_claim ON mm$chunks (run_id, priority DESC, chunk) WHERE state = 'available';
  CREATE INDEX mm$chunks_to_feed ON mm$chunks (run_id, priority DESC, chunk) WHERE state = 'waiting';
  CREATE INDEX mm$chunks_leased ON mm$chunks (run_id, lease_until) WHERE state = 'leased';
  CREATE TABLE mm$workers (
    name text PRIMARY KEY,
    run_id text,
    started_at timestamptz NOT NULL,
    alive_until timestamptz NOT NULL,
    stopping boolean NOT NULL DEFAULT false
  );
  CREATE TABLE mm$versions (
    id bigint GENERATED ALWAYS AS IDENTITY,
    model text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    record json NOT NULL,
    PRIMARY KEY (model, version)
  );
  CREATE TABLE mm$aliases (
    model text COLLATE "C" NOT NULL,
    alias text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (model, alias),
    FOREIGN KEY (model, version) REFERENCES mm$versions (model, version)
  );
  CREATE TABLE mm$annotations (
    model text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('metric', 'tag', 'comment')),
    name text COLLATE "C" NOT NULL,
    value json NOT NULL,
    PRIMARY KEY (model, version, kind, name),
    FOREIGN KEY (model, version) REFERENCES mm$versions (model, version)
  );
  CREATE TABLE mm$audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    by text NOT NULL,
    action text NOT NULL CHECK (action IN ('create-version', 'delete-version', 'set-alias', 'rollback-alias',
      'remove-alias', 'annotate', 'delete-run', 'create-token', 'revoke-token')),
    model text COLLATE "C",
    version text,
    details json NOT NULL
  );
  CREATE INDEX mm$audit_of_model ON mm$audit (model, id);
  CREATE FUNCTION mm$refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is not altered'; END $$;
  CREATE TRIGGER audit_is_not_altered BEFORE UPDATE OR DELETE OR TRUNCATE ON mm$audit
    FOR EACH STATEMENT EXECUTE FUNCTION mm$refuse();
  CREATE TABLE mm$tables (
    name text COLLATE "C" PRIMARY KEY CHECK (name = lower(name)),
    spelling text NOT NULL,
    imported boolean NOT NULL,
    columns json NOT NULL
  );
  CREATE TABLE mm$parts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_name text COLLATE "C" NOT NULL REFERENCES mm$tables (name),
    owner text,
    row_count bigint NOT NULL,
    columns json NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now()
  );
  COMMENT ON COLUMN mm$parts.owner IS 'NULL: written, and not published';
  CREATE INDEX mm$parts_of_table ON mm$parts (table_name, owner);
  CREATE TABLE mm$snapshots (
    id text COLLATE "C" PRIMARY KEY,
    record json NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE mm$exposed_runs (
    run_id text COLLATE "C" PRIMARY KEY,
    key_columns json NOT NULL
  );
  CREATE TABLE mm$outcomes (
    run_id text COLLATE "C" NOT NULL REFERENCES mm$exposed_runs (run_id),
    partition_key text COLLATE "C" NOT NULL,
    keys json NOT NULL,
    outcome text NOT NULL,
    model_kind text,
    stage_path text NOT NULL,
    position integer NOT NULL,
    attempt integer NOT NULL,
    data_sha256 text,
    n_obs integer NOT NULL,
    first_ts text,
    last_ts text,
    "interval" text,
    fit_ms double precision NOT NULL,
    seed bigint NOT NULL,
    metrics json,
    forecast json,
    info json,
    error_type text,
    error_message text
  );
  CREATE INDEX mm$outcomes_of_run ON mm$outcomes (run_id, partition_key);`,
  // A B-tree holds at most 2,704 bytes of a key. A hash index holds a digest of it, and the table's own key is compared.
  `DROP INDEX mm$outcomes_of_run;
  CREATE INDEX mm$outcomes_of_run ON mm$outcomes (run_id);
  CREATE INDEX mm$outcomes_of_key ON mm$outcomes USING hash (partition_key);`,
  `ALTER TABLE mm$parts ADD COLUMN width integer, ADD COLUMN h1 numeric, ADD COLUMN h2 numeric;
  COMMENT ON COLUMN mm$parts.width IS 'how many columns the hashes are of; NULL: of a version that kept none';`,
  // Overrides, notes and commands that the page starts are in the log, too.
  `ALTER TABLE mm$audit DROP CONSTRAINT mm$audit_action_check;
  ALTER TABLE mm$audit ADD CONSTRAINT mm$audit_action_check CHECK (action IN ('create-version', 'delete-version', 'set-alias',
    'rollback-alias', 'remove-alias', 'annotate', 'delete-run', 'create-token', 'revoke-token', 'set-override',
    'remove-override', 'add-note', 'remove-note', 'start-command', 'cancel-run'));`,
];

/** The table that every schema of ours has, whatever its version. */
const VERSION_TABLE = "mm$schema";

/**
 * Creates the schema, or brings it up to date, under a lock that one process at a time holds. Only a role that owns the
 * schema can; others find that it is as it should be.
 *
 * @throws {ManymodelError} `config` if it is of a newer version, or this role may not change it
 */
export async function migrate(client: ClientBase, schema: string): Promise<void> {
  const named = identifier(schema);
  const version = async (): Promise<number> => {
    // Asked of the catalog's tables: a name that was looked up in vain stays unknown for the rest of a transaction.
    const { rows } = await client.query(
      "SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = $1 AND relname = $2",
      [schema, VERSION_TABLE],
    );
    if (rows.length === 0) return 0;
    const result = await client.query(`SELECT version FROM ${named}.${VERSION_TABLE}`);
    return (result.rows[0] as { version: number }).version;
  };
  const check = (number: number) => {
    if (number > MIGRATIONS.length)
      throw new ManymodelError(
        "config",
        `schema ${schema} was written by a newer version of manymodel (schema ${number}, this one knows ${MIGRATIONS.length}); update manymodel`,
      );
    return number === MIGRATIONS.length;
  };
  if (check(await version())) return;
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended('manymodel migrate ' || $1, 0))", [schema]);
    const current = await version();
    if (!check(current)) {
      const { rows } = await client.query("SELECT FROM pg_namespace WHERE nspname = $1", [schema]);
      if (rows.length === 0) await client.query(`CREATE SCHEMA ${named}`);
      await client.query(`SET LOCAL search_path TO ${named}`);
      for (const step of MIGRATIONS.slice(current)) await client.query(step);
      if (current === 0) await createViews(client, named);
      await client.query(
        current === 0
          ? `CREATE TABLE ${VERSION_TABLE} AS SELECT ${MIGRATIONS.length} AS version`
          : `UPDATE ${VERSION_TABLE} SET version = ${MIGRATIONS.length}`,
      );
    }
    await client.query("COMMIT");
  } catch (cause) {
    if ((cause as { code?: string }).code !== "42501") throw cause;
    const { rows } = await client.query("ROLLBACK").then(() => client.query("SELECT current_user AS role"));
    throw new ManymodelError(
      "config",
      `schema ${schema} is missing, or of an older version, and the role ${(rows[0] as { role: string }).role} may not change it; run manymodel setup as its owner`,
      { cause },
    );
  }
}
