import { readFileSync } from "node:fs";
import type * as Sdk from "snowflake-sdk";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import type { SnowflakeAddress } from "../../core/snowflake-address.ts";
import { currentActivity } from "../../ports/activity.ts";
import { queryTag, settings, TRANSACTION } from "./sql/session.ts";

/** A value bound to a `?`. */
export type Bind = string | number | boolean | null;
/** A row's values, in the order of the columns. */
export type Row = readonly (string | number | boolean | null)[];

/** Rows of a query with the names of their columns. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** A row of what an account lists: its columns are known by their names, and come in any order. */
export type ListedRow = Readonly<Record<string, Row[number]>>;

/** Runs statements, one at a time in a transaction. */
export interface Statements {
  /** The rows of a query. */
  rows(sql: string, binds?: readonly Bind[]): Promise<readonly Row[]>;
  /** Changes rows; says how many. */
  change(sql: string, binds?: readonly Bind[]): Promise<number>;
}

/** A connection to an account, opened when it is first needed and again when it was lost. */
export interface Session extends Statements {
  /** The rows of a query, at most `limit`, with the names of their columns. */
  table(sql: string, limit: number): Promise<Table>;
  /** The rows of what an account lists (SHOW, DESCRIBE), by the names of their columns; `limit` as for `table`. */
  records(sql: string, limit: number): Promise<readonly ListedRow[]>;
  /** Changes that happen together or not at all, in a connection of their own, one transaction after another. */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Codes that say that the session is no more, and the statement was not begun. */
const SESSION_GONE = new Set([
  "390104",
  "390111",
  "390112",
  "390114",
  "390195",
  "390318",
  "407002",
  "407001",
  "405503",
]);
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
    table: (sql, limit) => main.execute(sql, [], limit),
    async records(sql, limit) {
      const { columns, rows } = await main.execute(sql, [], limit);
      return rows.map((row) => Object.fromEntries(row.map((value, i) => [columns[i]!, value])));
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

async function transact<T>(connector: Connector, work: (statements: Statements) => Promise<T>): Promise<T> {
  await connector.execute(TRANSACTION.begin);
  const statements: Statements = {
    rows: async (sql, binds) => (await connector.executeOnce(sql, binds)).rows,
    change: async (sql, binds) => (await connector.executeOnce(sql, binds)).changed,
  };
  try {
    const result = await work(statements);
    await connector.executeOnce(TRANSACTION.commit);
    return result;
  } catch (error) {
    await connector.executeOnce(TRANSACTION.rollback).catch(() => {});
    throw error;
  }
}

interface Executed extends Table {
  readonly changed: number;
}

interface Connector {
  /** Executes a statement, again if the session was lost before it began or a lock was held for too long. */
  execute(sql: string, binds?: readonly Bind[], limit?: number): Promise<Executed>;
  executeOnce(sql: string, binds?: readonly Bind[]): Promise<Executed>;
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
    run(await connection(), sql, binds, limit);
  return {
    executeOnce: (sql, binds) => once(sql, binds).catch((error) => refuse(error, sql)),
    async execute(sql, binds, limit) {
      for (let tried = 1; ; tried++) {
        try {
          return await once(sql, binds, limit);
        } catch (error) {
          const code = String((error as { code?: unknown }).code ?? "");
          const again = SESSION_GONE.has(code) || BUSY.has(code) || /deadlock/i.test(messageOf(error));
          if (!again || tried === MAX_TRIES) refuse(error, sql);
          if (SESSION_GONE.has(code)) open = undefined;
          await new Promise((resolve) => setTimeout(resolve, 2 ** tried * (5 + Math.random() * 10)));
        }
      }
    },
    async close() {
      const ended = await open?.catch(() => undefined);
      open = undefined;
      if (ended !== undefined) await new Promise<void>((resolve) => ended.destroy(() => resolve()));
    },
  };
}

/** An error of the driver in this package's terms. */
function refuse(cause: unknown, sql: string): never {
  if (cause instanceof ManymodelError) throw cause;
  const { code, sqlState, data } = cause as { code?: unknown; sqlState?: string; data?: { queryId?: string } };
  const query = data?.queryId === undefined ? "" : `, query ${data.queryId}`;
  const missing = String(code) === "002003" || sqlState === "02000";
  throw new SnowflakeError(
    missing ? "not-found" : "input",
    `Snowflake refused ${sql.trim().slice(0, 60).replace(/\s+/g, " ")}…: ${messageOf(cause, 400)} (${code ?? "no code"}${query})`,
    String(code ?? ""),
    { cause },
  );
}

/** What Snowflake refused, with its own code. */
export class SnowflakeError extends ManymodelError {
  readonly code: string;
  constructor(kind: "not-found" | "input", message: string, code: string, options: ErrorOptions) {
    super(kind, message, options);
    this.code = code;
  }
}

async function driver(): Promise<typeof Sdk> {
  try {
    const loaded = (await import("snowflake-sdk")) as unknown as { default?: typeof Sdk } & typeof Sdk;
    const sdk = loaded.default ?? loaded;
    sdk.configure({ logLevel: "OFF", additionalLogToConsole: false, logFilePath: "STDOUT" } as Sdk.ConfigureOptions);
    return sdk;
  } catch (cause) {
    throw new ManymodelError("config", "engine: snowflake needs the package snowflake-sdk: npm install snowflake-sdk", {
      cause,
    });
  }
}

async function connect(address: SnowflakeAddress): Promise<Sdk.Connection> {
  const sdk = await driver();
  const { authentication } = address;
  const named = authentication.type === "connection";
  if (named) process.env.SNOWFLAKE_DEFAULT_CONNECTION_NAME = authentication.name;
  try {
    const opened = named ? sdk.createConnection(undefined as never) : sdk.createConnection(connectionOptions(address));
    await new Promise<void>((resolve, reject) => opened.connect((error) => (error ? reject(error) : resolve())));
    for (const sql of settings(address)) await run(opened, sql, [], 0);
    return opened;
  } catch (cause) {
    if (cause instanceof ManymodelError) throw cause;
    const where = named
      ? `section ${authentication.name} of the driver's connections.toml`
      : "the block snowflake of the configuration";
    throw new ManymodelError(
      "config",
      `cannot connect to the Snowflake account ${address.account}: ${messageOf(cause, 300)}; check ${where}`,
      { cause },
    );
  }
}

function connectionOptions(address: SnowflakeAddress): Sdk.ConnectionOptions {
  const { account, user, role, warehouse, database, schema } = address;
  const endpoint = endpointOf(address);
  return {
    account,
    ...(user !== undefined && { username: user }),
    ...(role !== undefined && { role }),
    ...(warehouse !== undefined && { warehouse }),
    ...{ database, schema, application: "manymodel" },
    ...(endpoint !== undefined && {
      accessUrl: `${endpoint.protocol}://${endpoint.host}:${endpoint.port}`,
      host: endpoint.host,
    }),
    ...credentials(address),
  };
}

/** In a container the account is reached under the name that the container was given. */
function endpointOf({ endpoint, authentication }: SnowflakeAddress): SnowflakeAddress["endpoint"] {
  const { SNOWFLAKE_HOST: host, SNOWFLAKE_PORT: port } = process.env;
  if (authentication.type !== "oauth" || host === undefined) return endpoint;
  return { host, port: Number(port ?? 443), protocol: endpoint?.protocol ?? "https" };
}

/** @throws {ManymodelError} `config` naming the key or token that cannot be read */
function credentials({ authentication }: SnowflakeAddress): Partial<Sdk.ConnectionOptions> {
  switch (authentication.type) {
    case "key-pair": {
      const privateKeyPass = process.env.SNOWFLAKE_PRIVATE_KEY_PASSPHRASE;
      const { privateKeyPath } = authentication;
      read(privateKeyPath, "snowflake.private_key_path");
      return {
        authenticator: "SNOWFLAKE_JWT",
        privateKeyPath,
        ...(privateKeyPass !== undefined && { privateKeyPass }),
      };
    }
    case "oauth":
      return { authenticator: "OAUTH", token: read(authentication.tokenFile, "snowflake.token_file").trim() };
    case "access-token": {
      const token = process.env[authentication.variable];
      if (token === undefined)
        throw new ManymodelError(
          "config",
          `the environment variable ${authentication.variable} has no access token; set it`,
        );
      return { authenticator: "PROGRAMMATIC_ACCESS_TOKEN", token };
    }
    default:
      return {};
  }
}

function read(file: string, key: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ManymodelError("config", `cannot read ${file}: ${messageOf(cause)}; check ${key}`, { cause });
  }
}

function run(connection: Sdk.Connection, sqlText: string, binds: readonly Bind[], limit: number): Promise<Executed> {
  return new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      binds: binds as Sdk.Binds,
      rowMode: "array",
      fetchAsString: ["Date"],
      parameters: {
        ...(limit > 0 && { ROWS_PER_RESULTSET: limit }),
        QUERY_TAG: queryTag(currentActivity()),
      },
      complete(error, statement, rows) {
        if (error) return reject(error);
        resolve({
          rows: (rows ?? []) as unknown as Row[],
          columns: statement.getColumns()?.map((column) => column.getName()) ?? [],
          changed: Math.max(0, statement.getNumUpdatedRows() ?? 0),
        });
      },
    });
  });
}
