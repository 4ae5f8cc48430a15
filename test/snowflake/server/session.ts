import { randomUUID } from "node:crypto";
import type { DuckDBConnection, DuckDBInstance, DuckDBResultReader, DuckDBValue } from "@duckdb/node-api";
import { fromDuck } from "./failure.ts";
import { objectName } from "./stages.ts";
import { MACROS } from "./translate.ts";

/** A bound value, as the driver sends it; an array of values for each row of an array bind. */
export interface Bind {
  readonly type: string;
  readonly value: string | null | readonly (string | null)[];
}

/** The state that sessions share: the rows, the holder of each table, and the number of its changes. */
export interface Shared {
  readonly duck: DuckDBInstance;
  /** Tables with row locks instead of table locks. */
  readonly hybrid: Set<string>;
  readonly changes: Map<string, number>;
  /** Tables and views of which the account does not say when they were changed: external tables. */
  readonly unversioned: Set<string>;
  readonly locks: Map<string, { owner: Session; released: Promise<void>; release: () => void }>;
  /** Returns the idle time after which a transaction that others wait for is rolled back. */
  idleTransactionMs(): number;
}

/** One session of one user. Statements of a session are done one after another. */
export class Session {
  readonly id = randomUUID();
  readonly user: string;
  readonly role: string;
  readonly parameters = new Map<string, string>();
  /** Tables that end with the session. */
  readonly temporary = new Set<string>();
  token = randomUUID();
  masterToken = randomUUID();
  #connection: DuckDBConnection | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #inTransaction = false;
  /** The time of its last action. */
  #active = Date.now();
  readonly #changed = new Set<string>();
  readonly #shared: Shared;

  readonly #schema: string | undefined;
  /** The schema of names without one. */
  get schema(): string {
    return objectName(this.#schema ?? "");
  }

  /** @param schema - the schema that names without one mean, if it exists */
  constructor(shared: Shared, user: string, role: string, schema?: string) {
    this.#shared = shared;
    this.user = user;
    this.role = role;
    this.#schema = schema;
  }

  /** Does something after everything that was asked for before. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work).finally(() => {
      this.#active = Date.now();
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #open(): Promise<DuckDBConnection> {
    if (this.#connection === undefined) {
      this.#connection = await this.#shared.duck.connect();
      await this.#connection.run("SET TimeZone = 'UTC'");
      for (const macro of MACROS) await this.#connection.run(macro);
      if (this.#schema !== undefined) await this.#connection.run(`USE ${this.#schema}`).catch(() => {});
    }
    return this.#connection;
  }

  /** Runs a statement of DuckDB; of an array bind once for each row. */
  async run(text: string, binds: readonly Bind[] = []): Promise<DuckDBResultReader> {
    const connection = await this.#open();
    const sql = text.replace(/\bCURRENT_USER\(\)/g, `'${this.user}'`).replace(/\bCURRENT_ROLE\(\)/g, `'${this.role}'`);
    try {
      if (binds.length === 0) return await connection.runAndReadAll(sql);
      return await connection.runAndReadAll(
        sql,
        binds.map(({ type, value }) => bound(type, value as string | null)),
      );
    } catch (error) {
      throw fromDuck(error);
    }
  }

  /** Keeps rows as a table of this session's own. */
  async keep(
    table: string,
    columns: readonly { readonly name: string; readonly type: string }[],
    rows: readonly (readonly unknown[])[],
  ): Promise<void> {
    const connection = await this.#open();
    const listed = columns.map(({ name, type }) => `${name} ${type}`).join(", ");
    await connection.run(`CREATE TEMP TABLE ${table} (${listed})`);
    const appender = await connection.createAppender(table);
    for (const row of rows) {
      for (const value of row) {
        if (value === null) appender.appendNull();
        else if (typeof value === "number") appender.appendDouble(value);
        else if (typeof value === "boolean") appender.appendBoolean(value);
        else appender.appendVarchar(value as string);
      }
      appender.endRow();
    }
    appender.closeSync();
  }

  /** Changes a table: waits for who holds it, and in a transaction holds it to the end. Row locks are tried again. */
  async write<T>(table: string, kind: "insert" | "update" | "delete", work: () => Promise<T>): Promise<T> {
    const name = objectName(table);
    const { locks, hybrid, changes } = this.#shared;
    const locking = kind !== "insert" && !hybrid.has(name);
    if (locking) {
      for (let lock = locks.get(name); lock !== undefined && lock.owner !== this; lock = locks.get(name)) {
        await Promise.race([lock.released, new Promise((resolve) => setTimeout(resolve, 20))]);
        await lock.owner.#undoIfIdle();
      }
      if (!locks.has(name)) {
        let release!: () => void;
        const released = new Promise<void>((resolve) => {
          release = resolve;
        });
        locks.set(name, { owner: this, released, release });
      }
    }
    try {
      for (let tried = 1; ; tried++) {
        try {
          const result = await work();
          if (this.#inTransaction) this.#changed.add(name);
          else changes.set(name, (changes.get(name) ?? 0) + 1);
          return result;
        } catch (error) {
          const conflict = (error as { code?: string }).code === "200056";
          if (!conflict || this.#inTransaction || tried === 200) throw error;
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
        }
      }
    } finally {
      if (locking && !this.#inTransaction) this.#releaseLocks();
    }
  }

  /** Undoes a transaction that nobody goes on with: its client may be gone, which an account does not see. */
  async #undoIfIdle(): Promise<void> {
    if (!this.#inTransaction || Date.now() - this.#active < this.#shared.idleTransactionMs()) return;
    await this.inTurn(async () => {
      if (this.#inTransaction) await this.end("ROLLBACK");
    });
  }

  /** Stops what is being done. */
  interrupt(): void {
    this.#connection?.interrupt();
  }

  async begin(): Promise<void> {
    await this.run("BEGIN TRANSACTION");
    this.#inTransaction = true;
  }

  async end(how: "COMMIT" | "ROLLBACK"): Promise<void> {
    try {
      await this.run(how);
      if (how === "COMMIT")
        for (const name of this.#changed) this.#shared.changes.set(name, (this.#shared.changes.get(name) ?? 0) + 1);
    } finally {
      this.#changed.clear();
      this.#inTransaction = false;
      this.#releaseLocks();
    }
  }

  #releaseLocks(): void {
    for (const [name, lock] of this.#shared.locks)
      if (lock.owner === this) {
        this.#shared.locks.delete(name);
        lock.release();
      }
  }

  /** Ends the session: what was not committed is undone. */
  async close(): Promise<void> {
    await this.inTurn(async () => {
      if (this.#inTransaction) await this.end("ROLLBACK").catch(() => {});
      for (const table of this.temporary) await this.#connection?.run(`DROP TABLE IF EXISTS ${table}`);
      this.#connection?.closeSync();
      this.#connection = undefined;
    });
  }
}

function bound(type: string, value: string | null): DuckDBValue {
  if (value === null) return null;
  // The type of an array bind is that of its first row.
  if (type === "FIXED") return /^-?\d+$/.test(value) ? BigInt(value) : Number(value);
  if (type === "REAL") return Number(value);
  if (type === "BOOLEAN") return value === "true";
  return value;
}
