import { existsSync, statSync } from "node:fs";
import { ManymodelError } from "../../core/errors.ts";
import type { Database, Statement } from "./statement.ts";

/** The age of a change in milliseconds from which the file's time tells it from the next one. */
const TICK_MS = 20;
const MOST_TRIES = 100;

/** A connection, and how the file was when it was made; undefined if SQLite itself keeps it up to date. */
interface Connection {
  readonly database: Database;
  readonly version: string | undefined;
  readonly statements: Map<string, Statement>;
}

/**
 * Opens a database that this account may not write, though others may. SQLite keeps a log and locks beside the database.
 * Where it cannot make them, it reads only files that nobody changes (`immutable`). So each statement is done again on a
 * new connection where the file was changed before it or meanwhile. While somebody else has a log open, SQLite uses that.
 *
 * @param open - opens a connection: an immutable one, or one that uses the log of others
 * @throws {ManymodelError} `storage` at a statement, if the file changes all the time
 */
export function openUnwritable(file: string, open: (isImmutable: boolean) => Database): Database {
  const connect = (): Connection => {
    if (existsSync(`${file}-wal`)) return { database: open(false), version: undefined, statements: new Map() };
    const version = settledVersion(file);
    return { database: open(true), version, statements: new Map() };
  };
  let connection = connect();
  const isCurrent = () =>
    connection.version === undefined || (!existsSync(`${file}-wal`) && settledVersion(file) === connection.version);
  const read = <T>(work: (connection: Connection) => T): T => {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (!isCurrent()) {
        connection.database.close();
        connection = connect();
      }
      try {
        const result = work(connection);
        if (isCurrent()) return result;
      } catch (error) {
        // What is read while it changes looks damaged.
        if (isCurrent()) throw error;
      }
    }
    throw new ManymodelError("storage", `${file} changes all the time; try again later`);
  };
  return {
    prepare(sql) {
      const statement = ({ database, statements }: Connection) => {
        const prepared = statements.get(sql) ?? database.prepare(sql);
        statements.set(sql, prepared);
        return prepared;
      };
      return {
        get: (...values) => read((now) => statement(now).get(...values)),
        all: (...values) => read((now) => statement(now).all(...values)),
        run: (...values) => read((now) => statement(now).run(...values)),
      };
    },
    exec: (sql) => read(({ database }) => database.exec(sql)),
    get inTransaction() {
      return connection.database.inTransaction;
    },
    close: () => connection.database.close(),
  };
}

/** Returns a version of a file's content, which is exact once its last change is old enough. */
function settledVersion(file: string): string {
  for (;;) {
    const { ino, size, mtimeNs } = statSync(file, { bigint: true });
    const age = Date.now() - Number(mtimeNs / 1_000_000n);
    if (age < 0 || age > TICK_MS) return `${ino} ${size} ${mtimeNs}`;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TICK_MS);
  }
}
