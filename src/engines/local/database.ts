import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type Libsql from "libsql";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import { checkValues } from "./check-values.ts";
import { MIGRATIONS } from "./migrations.ts";
import type { Database } from "./statement.ts";
import { openUnwritable } from "./unwritable-database.ts";

export type { Database };

/** The database's clock, in milliseconds, as an SQL expression. */
export const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/** A workspace of a newer version is refused, an older one migrated. */
const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Opens the workspace's SQLite database, creating it or bringing it up to date. Several processes may have it open. One
 * that cannot be written can be read, unless a process that was killed left changes beside it.
 *
 * @throws {ManymodelError} `config` if the file cannot be opened or was written by a newer version
 */
export function openDatabase(file: string): Database {
  const Sqlite = createRequire(import.meta.url)("libsql") as typeof Libsql;
  try {
    const connect = (address: string) => checkValues(new Sqlite(address));
    if (isUnwritable(file)) {
      const db = openUnwritable(file, (isImmutable) =>
        connect(isImmutable ? `${pathToFileURL(file)}?immutable=1` : file),
      );
      checkVersion(versionOf(db), file);
      return db;
    }
    const db = connect(file);
    db.exec(
      "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON",
    );
    migrate(db, file);
    return db;
  } catch (cause) {
    if (cause instanceof ManymodelError) throw cause;
    const why = messageOf(cause);
    const hint = !isReadable(file)
      ? "; this account may not read it"
      : /disk I\/O error|disk is full|readonly|unable to open/.test(why)
        ? "; is the disk full, or read-only?"
        : /malformed|not a database|file is encrypted/.test(why)
          ? "; the file is damaged: restore it from a backup"
          : "";
    throw new ManymodelError("config", `cannot open the workspace database ${file}: ${why}${hint}`, { cause });
  }
}

const mayAccess = (file: string, mode: number) => {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
};
const isReadable = (file: string) => !existsSync(file) || mayAccess(file, constants.R_OK);

/** Tells whether there is a database that this account may not write. */
function isUnwritable(file: string): boolean {
  return existsSync(file) && ![path.dirname(file), file].every((name) => mayAccess(name, constants.W_OK));
}

const versionOf = (db: Database) => (db.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;

/** @throws {ManymodelError} `config` for a version that is not this one's */
function checkVersion(version: number, file: string): void {
  if (version > SCHEMA_VERSION)
    throw new ManymodelError(
      "config",
      `${file} was written by a newer version of manymodel (schema ${version}, this one knows ${SCHEMA_VERSION}); update manymodel`,
    );
  if (version < SCHEMA_VERSION)
    throw new ManymodelError(
      "config",
      `${file} was written by an older version of manymodel and is read-only, so it cannot be upgraded; make it writable`,
    );
}

function migrate(db: Database, file: string): void {
  if (versionOf(db) === SCHEMA_VERSION) return;
  transact(db, () => {
    const version = versionOf(db);
    if (version > SCHEMA_VERSION) checkVersion(version, file);
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

/**
 * Makes changes together or not at all. Where the disk is full SQLite takes a transaction back by itself: whoever took it back
 * again, as the driver's own `transaction` does, would be told that there is none, and nobody would hear why.
 */
export function transact<T>(db: Database, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
