import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { ClientBase, Pool, PoolClient } from "pg";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import { identifier } from "../node/duck.ts";
import { connectionSettings, importPg, type PostgresPlace } from "./connection.ts";
import { migrate } from "./migrations.ts";

/** The reply to a statement. */
export interface Reply<Row> {
  readonly rows: Row[];
  /** The number of rows that it changed or returned. */
  readonly count: number;
  /** True if it was sent before, on a connection that was lost, and may have been executed then. */
  readonly again: boolean;
}

/** A schema of a PostgreSQL database, over a few connections that are opened when they are needed. */
export interface Database {
  /** The schema, quoted. */
  readonly schema: string;
  /** Host and database, for messages: never a password. */
  readonly where: string;
  /** Runs one statement, prepared. Done again when its connection is lost: it must bear that, or look at `again`. */
  run<Row = object>(text: string, values?: readonly unknown[]): Promise<Reply<Row>>;
  /**
   * Runs a transaction; done again from its beginning when its connection is lost before its end was asked for, or, if
   * it bears being done twice (`repeatable`), whenever it is.
   *
   * @param options.begin - the statement that begins it
   */
  transaction<T>(
    work: (client: ClientBase) => Promise<T>,
    options?: { readonly begin?: string; readonly repeatable?: boolean },
  ): Promise<T>;
  /** Does something with one connection, and again with another when it is lost. */
  session<T>(work: (client: ClientBase) => Promise<T>): Promise<T>;
  /** Returns the error to throw for an error of the database: its origin, in one line. */
  explain(error: unknown): unknown;
  close(): Promise<void>;
}

/** A lost connection is sought again for so long: a server that restarts is back sooner. */
const PATIENCE_MS = 60_000;
/** A server that was never reached is sought for so long only: it may be restarting, or the address be wrong. */
const FIRST_PATIENCE_MS = 5_000;
const [SHORTEST_WAIT_MS, LONGEST_WAIT_MS] = [50, 1000];

/**
 * Opens a schema, and creates it or brings it up to date at the first statement.
 *
 * @param options.connections - how many at most
 * @param options.patient - whether a server that was never reached is waited for as long as one that was lost
 */
export function openDatabase(place: PostgresPlace, options: { connections: number; patient: boolean }): Database {
  const schema = identifier(place.schema);
  const settings = connectionSettings(place);
  let where = settings.where;
  let pool: Promise<Pool> | undefined;
  let reached = options.patient;
  const open = async () => {
    const { Pool } = await importPg();
    const opened = new Pool({
      ...settings.config,
      max: options.connections,
      idleTimeoutMillis: 30_000,
      // A worker in the main thread (mode local) has nobody to close it.
      allowExitOnIdle: true,
    });
    // Whoever uses a connection is told of its loss by what they asked for; one that nobody uses is replaced.
    opened.on("error", () => {});
    opened.on("connect", (client) => client.on("error", () => {}));
    return opened;
  };

  const session = async <T>(work: (client: ClientBase, again: boolean) => Promise<T>): Promise<T> => {
    const began = Date.now();
    for (let tried = 0; ; tried++) {
      let client: PoolClient | undefined;
      try {
        client = await (await (pool ??= open())).connect();
        where = settings.describe(client);
        reached = true;
        const result = await work(client, tried > 0);
        client.release();
        return result;
      } catch (error) {
        // What a transaction left behind on a connection is not for the next who uses it.
        client?.release(true);
        const patience = !isLost(error) || reached || isAnswered(error) ? PATIENCE_MS : FIRST_PATIENCE_MS;
        const passing = isLost(error) || isCrossed(error) || isOnStandby(error);
        if (!passing || Date.now() - began > patience) throw explain(error);
        await wait(Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** tried));
      }
    }
  };
  const explain = (error: unknown) => explained(error, where);

  let prepared: Promise<void> | undefined;
  const ready = () => {
    prepared ??= session(async (client) => {
      await checkSettings(client, where);
      await migrate(client, place.schema);
    });
    prepared.catch(() => {
      prepared = undefined;
    });
    return prepared;
  };

  return {
    schema,
    get where() {
      return where;
    },
    explain,
    async session(work) {
      await ready();
      return session(work);
    },
    async run<Row>(text: string, values: readonly unknown[] = []) {
      await ready();
      return session(async (client, again): Promise<Reply<Row>> => {
        const { rows, rowCount } = await client.query({ name: nameOf(text), text, values: [...values] });
        return { rows: rows as Row[], count: rowCount ?? 0, again };
      });
    },
    async transaction(work, { begin = "BEGIN", repeatable = false } = {}) {
      await ready();
      return session(async (client) => {
        await client.query(begin);
        const result = await work(client).catch(async (error) => {
          if (!isLost(error)) await client.query("ROLLBACK");
          throw error;
        });
        await client.query("COMMIT").catch((error) => {
          if (repeatable || !isLost(error)) throw error;
          throw new ManymodelError(
            "storage",
            `the connection to ${where} was lost during a change; check whether the change was made`,
            { cause: error },
          );
        });
        return result;
      });
    },
    async close() {
      const opened = await pool?.catch(() => undefined);
      pool = undefined;
      await opened?.end();
    },
  };
}

/** The remedy where connections do not keep the state of a session. */
export const KEEP_SESSIONS =
  "a pooler in transaction mode is in between; connect to PostgreSQL itself, or have the pooler keep sessions (PgBouncer: pool_mode = session)";

/** @throws {ManymodelError} `config` if the connection has not the settings that it was opened with */
async function checkSettings(client: ClientBase, where: string): Promise<void> {
  const { rows } = await client.query(
    "SELECT current_setting('TimeZone') AS zone, current_setting('DateStyle') AS style",
  );
  const { zone, style } = rows[0] as { zone: string; style: string };
  if (/^(Etc\/)?UTC$/.test(zone) && style.startsWith("ISO")) return;
  throw new ManymodelError(
    "config",
    `PostgreSQL at ${where} ignores the settings of the session (timezone is ${zone}, datestyle ${style}), because a pooler removes them (PgBouncer: ignore_startup_parameters); connect to PostgreSQL itself, or set both for the role: ALTER ROLE … SET timezone = 'UTC'`,
  );
}

/** Returns a prepared statement's name: each connection parses a statement once. */
const nameOf = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

const codeOf = (error: unknown) => String((error as { code?: unknown } | null)?.code ?? "");

/** Tells whether an error says that a connection is lost, or cannot be made at the moment. */
export function isLost(error: unknown): boolean {
  if (error instanceof ManymodelError) return false;
  return (
    /^(08...|57P0[1235]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN)$/.test(
      codeOf(error),
    ) || /^(Connection terminated|Client has encountered a connection error|timeout expired)/.test(messageOf(error))
  );
}

/** Tells whether there is a server at that address, which ended the connection or cannot take one now. */
const isAnswered = (error: unknown) =>
  /^(57P0[1235]|53300|ECONNRESET|EPIPE)$/.test(codeOf(error)) || /^Connection terminated/.test(messageOf(error));

/**
 * Tells whether two transactions conflicted: a deadlock, writes that cannot be put in an order, or a reader of
 * what `runExclusively` changes.
 */
const isCrossed = (error: unknown) => /^(40P01|40001|55P03)$/.test(codeOf(error));

/** Tells whether a server refuses to write: a standby until it is promoted, or the old primary after a switchover. */
const isOnStandby = (error: unknown) => codeOf(error) === "25006";

const HINTS: readonly (readonly [RegExp, "config" | "storage", string])[] = [
  [/^28/, "config", "; the password comes from PGPASSWORD or ~/.pgpass"],
  [/^3D000/, "config", "; create it first: createdb"],
  [/^42501/, "config", "; docs/postgresql.md says which rights a role needs"],
  [/^53/, "storage", ""],
  [
    /^55P03/,
    "storage",
    "; another session has been reading it for a minute (pg_stat_activity): end that, and do it again",
  ],
  [/^25006/, "storage", "; it is a standby or read-only: have the address lead to the primary, and do it again"],
  // A prepared statement is there twice, or is not there: it was prepared on another connection to the server.
  [/^(42P05|26000)/, "config", `; ${KEEP_SESSIONS}`],
];

/** Returns an error of PostgreSQL in this package's terms, and any other as it is. */
export function explained(error: unknown, where: string): unknown {
  if (error instanceof ManymodelError) return error;
  const code = codeOf(error);
  const cause = error as Error;
  if (isLost(error))
    return new ManymodelError(
      "storage",
      `cannot reach PostgreSQL at ${where}: ${messageOf(error) || code}; check that it runs, and that the address is right`,
      { cause },
    );
  if (!/^[0-9A-Z]{5}$/.test(code)) return error;
  if (code === "42P01" && /mm\$snapshot_/.test(messageOf(error)))
    return new ManymodelError("not-found", "the pinned data are gone, perhaps deleted by manymodel gc; train again", {
      cause,
    });
  const [, kind, hint] = HINTS.find(([pattern]) => pattern.test(code)) ?? [code, "internal" as const, ""];
  return new ManymodelError(kind, `PostgreSQL at ${where} says: ${messageOf(error, 500)}${hint}`, { cause });
}
