import { createRequire } from "node:module";
import type Libsql from "libsql";
import { ManymodelError, messageOf } from "../../core/errors.ts";

export type Database = Libsql.Database;

/** The version of the schema below. A workspace of a newer version is refused, an older one migrated. */
const SCHEMA_VERSION = 1;

/** See docs/states.md for the state machines behind the CHECK constraints. */
const SCHEMA = `
  CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('planning', 'running', 'finalizing', 'completed', 'failed')),
    created_at TEXT NOT NULL,
    ended_at TEXT,
    manifest TEXT,
    idx TEXT,
    error TEXT,
    CHECK (state <> 'completed' OR (manifest IS NOT NULL AND idx IS NOT NULL)),
    CHECK (state NOT IN ('running', 'finalizing') OR manifest IS NOT NULL)
  ) STRICT;
  CREATE TABLE chunks (
    run_id TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    partitions INTEGER NOT NULL CHECK (partitions > 0),
    priority INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('available', 'leased', 'finished', 'failed')),
    attempt INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    lease_until INTEGER,
    segment TEXT,
    segment_failed INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    PRIMARY KEY (run_id, chunk),
    CHECK ((state = 'leased') = (lease_until IS NOT NULL)),
    CHECK ((state = 'finished') = (segment IS NOT NULL)),
    CHECK (state = 'available' OR attempt > 0)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX chunks_to_claim ON chunks (run_id, state, priority DESC, chunk);
  CREATE TABLE versions (
    model TEXT NOT NULL,
    version TEXT NOT NULL,
    created_at TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (model, version)
  ) STRICT;
  CREATE TABLE tables (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    imported INTEGER NOT NULL CHECK (imported IN (0, 1)),
    columns TEXT NOT NULL
  ) STRICT;
  CREATE TABLE parts (
    table_name TEXT NOT NULL COLLATE NOCASE REFERENCES tables (name),
    owner TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    row_count INTEGER NOT NULL,
    columns TEXT NOT NULL
  ) STRICT;
  CREATE INDEX parts_of_table ON parts (table_name, owner);
  CREATE TABLE exposed_runs (
    run_id TEXT PRIMARY KEY,
    key_columns TEXT NOT NULL,
    segments TEXT NOT NULL
  ) STRICT;
`;

/**
 * Opens the workspace's SQLite database, creating it or bringing it up to date. Several processes may have it open.
 *
 * @throws {ManymodelError} `config` if the file cannot be opened or was written by a newer version
 */
export function openDatabase(file: string): Database {
  const Sqlite = createRequire(import.meta.url)("libsql") as typeof Libsql;
  try {
    const db = new Sqlite(file);
    db.exec(
      "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON",
    );
    migrate(db, file);
    return db;
  } catch (cause) {
    if (cause instanceof ManymodelError) throw cause;
    throw new ManymodelError("config", `cannot open the workspace database ${file}: ${messageOf(cause)}`, { cause });
  }
}

function migrate(db: Database, file: string): void {
  const version = () => (db.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
  if (version() === SCHEMA_VERSION) return;
  db.transaction(() => {
    const found = version();
    if (found > SCHEMA_VERSION)
      throw new ManymodelError(
        "config",
        `${file} was written by a newer version of manymodel (schema ${found}, this one knows ${SCHEMA_VERSION}); update manymodel`,
      );
    if (found === 0) db.exec(SCHEMA);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  }).immediate();
}
