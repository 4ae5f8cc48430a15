import type * as Sdk from "snowflake-sdk";
import { zip } from "../../core/aligned.ts";
import { firstRow } from "../../core/columns/first-row.ts";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import type { SnowflakeAddress } from "../../core/snowflake-address.ts";
import type { QueryPiece } from "../../ports/tables.ts";
import {
  type Bind,
  connect,
  type Executed,
  execute,
  isSessionGone,
  type Row,
  stream,
  type Table,
} from "./connection.ts";
import { TRANSACTION } from "./sql/session.ts";

export type { Bind, Row, Table };

/** A row of what an account lists: its columns are known by their names, and come in any order. */
export type ListedRow = Readonly<Record<string, Row[number]>>;

/** Runs statements, one at a time in a transaction. */
export interface Statements {
  /** Returns the rows of a query. */
  rows(sql: string, binds?: readonly Bind[]): Promise<readonly Row[]>;
  /** Changes rows; says how many. */
  change(sql: string, binds?: readonly Bind[]): Promise<number>;
}

/** A connection to an account, opened when it is first needed and again when it was lost. */
export interface Session extends Statements {
  /** Returns the rows of a query, at most `limit`, with the names of their columns. */
  table(sql: string, binds: readonly Bind[], limit: number): Promise<Table>;
  /** Yields the answer to a query, a piece at a time. */
  stream(sql: string, binds: readonly Bind[]): AsyncIterable<QueryPiece>;
  /**
   * Returns the rows of what an account lists (SHOW, DESCRIBE), by the names of their columns; `limit` as for `table`.
   */
  records(sql: string, limit: number): Promise<readonly ListedRow[]>;
  /** Changes that happen together or not at all, in a connection of their own, one transaction after another. */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Returns the first row of a query that always has one. @throws {ManymodelError} `storage` naming the query if it has none */
export async function readRow(statements: Statements, sql: string, binds: readonly Bind[] = []): Promise<Row> {
  return firstRow(await statements.rows(sql, binds), sql);
}

/** Codes of lock timeouts and of too many who wait for a lock; the statement was undone. */
const BUSY = new Set(["000625", "200056", "200108"]);
const MAX_TRIES = 8;

/** Opens a session of the account. Nothing is sent yet. */
export function openSession(address: SnowflakeAddress): Session {
  const main = connector(address);
  const transactional = connector(address);
  let last: Promise<unknown> = Promise.resolve();
  return {
    rows: async (sql, binds) => (await main.execute(sql, binds)).rows,
    change: async (sql, binds) => (await main.execute(sql, binds)).changed,
    table: (sql, binds, limit) => main.execute(sql, binds, limit),
    stream: (sql, binds) => main.stream(sql, binds),
    async records(sql, limit) {
      const { columns, rows } = await main.execute(sql, [], limit);
      return rows.map((row) => Object.fromEntries(zip(columns, row)));
    },
    transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
      const turn = last.then(() => transact(transactional, work));
      last = turn.catch(() => {});
      return turn;
    },
    async close() {
      await last;
      await Promise.all([main.close(), transactional.close()]);
    },
  };
}

/** Does a transaction; from its beginning, if its session or a lock was lost before it was to be committed. */
async function transact<T>(connector: Connector, work: (statements: Statements) => Promise<T>): Promise<T> {
  const statements: Statements = {
    rows: async (sql, binds) => (await connector.executeOnce(sql, binds)).rows,
    change: async (sql, binds) => (await connector.executeOnce(sql, binds)).changed,
  };
  for (let tried = 1; ; tried++) {
    await connector.execute(TRANSACTION.begin);
    let isCommitting = false;
    try {
      const result = await work(statements);
      isCommitting = true;
      await connector.executeOnce(TRANSACTION.commit);
      return result;
    } catch (error) {
      await connector.executeOnce(TRANSACTION.rollback).catch(() => {});
      // Nobody knows whether a commit without an answer was done.
      if (isCommitting || tried === MAX_TRIES || !isPassing(error)) throw error;
      await pauseAfter(tried);
    }
  }
}

/** Tells whether a failed statement may succeed when it is executed again. */
function isPassing(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code ?? "");
  return isSessionGone(error) || BUSY.has(code) || /deadlock/i.test(messageOf(error));
}

/** Waits, longer each time. */
const pauseAfter = (tried: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, 2 ** tried * (5 + Math.random() * 10)));

interface Connector {
  /** Executes a statement, again if the session was lost before it began or a lock was held for too long. */
  execute(sql: string, binds?: readonly Bind[], limit?: number): Promise<Executed>;
  executeOnce(sql: string, binds?: readonly Bind[]): Promise<Executed>;
  stream(sql: string, binds: readonly Bind[]): AsyncIterable<QueryPiece>;
  close(): Promise<void>;
}

function connector(address: SnowflakeAddress): Connector {
  let open: Promise<Sdk.Connection> | undefined;
  const connection = () => {
    open ??= connect(address);
    open.catch(() => {
      open = undefined;
    });
    return open;
  };
  const once = async (sql: string, binds: readonly Bind[] = [], limit = 0) =>
    execute(await connection(), sql, binds, limit);
  return {
    executeOnce: (sql, binds) => once(sql, binds).catch((error) => refuse(error, sql)),
    async execute(sql, binds, limit) {
      for (let tried = 1; ; tried++) {
        try {
          return await once(sql, binds, limit);
        } catch (error) {
          if (!isPassing(error) || tried === MAX_TRIES) refuse(error, sql);
          if (isSessionGone(error)) open = undefined;
          await pauseAfter(tried);
        }
      }
    },
    async *stream(sql, binds) {
      try {
        yield* stream(await connection(), sql, binds);
      } catch (error) {
        refuse(error, sql);
      }
    },
    async close() {
      const ended = await open?.catch(() => undefined);
      open = undefined;
      if (ended !== undefined) await new Promise<void>((resolve) => ended.destroy(() => resolve()));
    },
  };
}

/** Matches the account's word for an object that setup makes: a schema, or a name that begins with MM_. */
const OF_WORKSPACE = /Schema '|\.MM_\w+'/;

/** Returns an error of the driver in this package's terms. */
function refuse(cause: unknown, sql: string): never {
  if (cause instanceof ManymodelError) throw cause;
  const { code, sqlState, data } = cause as { code?: unknown; sqlState?: string; data?: { queryId?: string } };
  const query = data?.queryId === undefined ? "" : `, query ${data.queryId}`;
  const missing = String(code) === "002003" || sqlState === "02000";
  const reason = messageOf(cause, 400);
  const advice =
    missing && OF_WORKSPACE.test(reason) ? "; run: manymodel setup, or have the role granted what setup made" : "";
  throw new SnowflakeError(
    missing ? "not-found" : "input",
    `Snowflake refused ${sql.trim().slice(0, 60).replace(/\s+/g, " ")}…: ${reason} (${code ?? "no code"}${query})${advice}`,
    String(code ?? ""),
    { cause },
  );
}

/** The refusal of a statement by Snowflake, with its own code. */
export class SnowflakeError extends ManymodelError {
  readonly code: string;
  constructor(kind: "not-found" | "input", message: string, code: string, options: ErrorOptions) {
    super(kind, message, options);
    this.code = code;
  }
}
