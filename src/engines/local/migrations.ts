/**
 * The schema of a workspace's database, step by step: a workspace of version n needs all steps after the nth. A step
 * never changes once it was released. See docs/states.md for the state machines behind the CHECK constraints.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE runs (
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
  `,
  // Queue mode: chunks that wait to be fed or were skipped; the roster of workers; aliases of versions.
  `ALTER TABLE chunks RENAME TO old_chunks;
  DROP INDEX chunks_to_claim;
  CREATE TABLE chunks (
    run_id TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    partitions INTEGER NOT NULL CHECK (partitions > 0),
    priority INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'available', 'leased', 'finished', 'failed', 'skipped')),
    attempt INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    lease_until INTEGER,
    segment TEXT,
    segment_failed INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    forgiven INTEGER NOT NULL DEFAULT 0 CHECK (forgiven BETWEEN 0 AND attempt),
    not_before INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, chunk),
    CHECK ((state = 'leased') = (lease_until IS NOT NULL)),
    CHECK ((state = 'finished') = (segment IS NOT NULL)),
    CHECK (state IN ('waiting', 'available', 'skipped') OR attempt > 0),
    CHECK (state NOT IN ('waiting', 'skipped') OR attempt = 0)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO chunks SELECT *, 0, 0 FROM old_chunks;
  DROP TABLE old_chunks;
  CREATE INDEX chunks_to_claim ON chunks (run_id, state, priority DESC, chunk);
  CREATE TABLE workers (
    name TEXT PRIMARY KEY,
    run_id TEXT,
    started_at INTEGER NOT NULL,
    alive_until INTEGER NOT NULL,
    stopping INTEGER NOT NULL DEFAULT 0 CHECK (stopping IN (0, 1))
  ) STRICT;
  CREATE TABLE aliases (
    model TEXT NOT NULL,
    alias TEXT NOT NULL,
    version TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (model, alias),
    FOREIGN KEY (model, version) REFERENCES versions (model, version)
  ) STRICT;
  `,
  // The registry: what is said of versions, and the log of every change.
  `CREATE TABLE annotations (
    model TEXT NOT NULL,
    version TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('metric', 'tag', 'comment')),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model, version, kind, name),
    FOREIGN KEY (model, version) REFERENCES versions (model, version)
  ) STRICT;
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('create-version', 'delete-version', 'set-alias', 'rollback-alias',
      'remove-alias', 'annotate', 'delete-run')),
    model TEXT,
    version TEXT,
    details TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_of_model ON audit (model, id);
  CREATE TRIGGER audit_is_not_altered BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is not altered'); END;
  CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is not altered'); END;
  INSERT INTO audit (at, by, action, model, version, details)
    SELECT changed_at, 'unknown', 'set-alias', model, version, json_object('alias', alias, 'before', NULL)
    FROM aliases ORDER BY changed_at;
  `,
  // Tokens are made and revoked in the log, too.
  `ALTER TABLE audit RENAME TO old_audit;
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('create-version', 'delete-version', 'set-alias', 'rollback-alias',
      'remove-alias', 'annotate', 'delete-run', 'create-token', 'revoke-token')),
    model TEXT,
    version TEXT,
    details TEXT NOT NULL
  ) STRICT;
  INSERT INTO audit SELECT * FROM old_audit;
  DROP TABLE old_audit;
  CREATE INDEX audit_of_model ON audit (model, id);
  CREATE TRIGGER audit_is_not_altered BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is not altered'); END;
  CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is not altered'); END;
  `,
  // The checksum of each part of a table; parts of earlier versions have none.
  "ALTER TABLE parts ADD COLUMN sha256 TEXT",
  // Overrides, notes and commands that the page starts are in the log, too.
  `ALTER TABLE audit RENAME TO old_audit;
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('create-version', 'delete-version', 'set-alias', 'rollback-alias',
      'remove-alias', 'annotate', 'delete-run', 'create-token', 'revoke-token', 'set-override', 'remove-override',
      'add-note', 'remove-note', 'start-command', 'cancel-run')),
    model TEXT,
    version TEXT,
    details TEXT NOT NULL
  ) STRICT;
  INSERT INTO audit SELECT * FROM old_audit;
  DROP TABLE old_audit;
  CREATE INDEX audit_of_model ON audit (model, id);
  CREATE TRIGGER audit_is_not_altered BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is not altered'); END;
  CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is not altered'); END;
  `,
  // The data of a snapshot have no texts of the key, which earlier versions look for there.
  "",
];
