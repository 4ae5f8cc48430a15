import { readFileSync } from "node:fs";
import type * as Sdk from "snowflake-sdk";
import type { ColumnInfo, ColumnType } from "../../core/columns/column.ts";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import { nameWritten, type SnowflakeAddress } from "../../core/snowflake-address.ts";
import { currentActivity } from "../../ports/activity.ts";
import type { QueryPiece } from "../../ports/tables.ts";
import { quietAwsSdk } from "../../stages/aws-sdk.ts";
import { queryTag, settings } from "./sql/session.ts";

/** A value bound to a `?`. */
export type Bind = string | number | boolean | null;
/** A row's values, in the order of the columns. */
export type Row = readonly (string | number | boolean | null)[];

/** Rows of a query with the names of their columns. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** The reply to a statement, and the number of rows that it changed. */
export interface Executed extends Table {
  readonly changed: number;
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

/** Tells whether a statement failed because its session has ended, so that another session may execute it. */
export const isSessionGone = (error: unknown) => SESSION_GONE.has(String((error as { code?: unknown }).code));

async function driver(): Promise<typeof Sdk> {
  try {
    quietAwsSdk();
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

/**
 * Logs in, and sets the session as every one is set.
 *
 * @throws {ManymodelError} `config` saying what to check; the driver's own error if the session was lost before it was set
 */
export async function connect(address: SnowflakeAddress): Promise<Sdk.Connection> {
  const sdk = await driver();
  const { authentication } = address;
  const named = authentication.type === "connection";
  if (named) process.env.SNOWFLAKE_DEFAULT_CONNECTION_NAME = authentication.name;
  let isOpen = false;
  try {
    const opened = named ? sdk.createConnection(undefined as never) : sdk.createConnection(connectionOptions(address));
    await new Promise<void>((resolve, reject) => opened.connect((error) => (error ? reject(error) : resolve())));
    isOpen = true;
    for (const sql of settings(address)) await execute(opened, sql, [], 0);
    return opened;
  } catch (cause) {
    if (cause instanceof ManymodelError || (isOpen && isSessionGone(cause))) throw cause;
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
  const { user, role, warehouse, database, schema } = address;
  const endpoint = endpointOf(address);
  return {
    account: accountOf(address),
    ...(user !== undefined && { username: user }),
    ...(role !== undefined && { role: nameWritten(role) }),
    ...(warehouse !== undefined && { warehouse: nameWritten(warehouse) }),
    database: nameWritten(database),
    schema: nameWritten(schema),
    application: "manymodel",
    ...(endpoint !== undefined && {
      accessUrl: `${endpoint.protocol}://${endpoint.host}:${endpoint.port}`,
      host: endpoint.host,
    }),
    ...credentials(address),
  };
}

/**
 * Tells whether a container's service token is used, which is taken only at the host and account that the container is
 * given.
 */
const inContainer = ({ authentication }: SnowflakeAddress) =>
  authentication.type === "oauth" && process.env.SNOWFLAKE_HOST !== undefined;

/** Returns the account's identifier: in a container its locator (spcs-execute-sql, SNOWFLAKE_ACCOUNT). */
const accountOf = (address: SnowflakeAddress) =>
  (inContainer(address) ? process.env.SNOWFLAKE_ACCOUNT : undefined) ?? address.account;

/** Returns the account's endpoint. A container reaches the account under the name in its environment. */
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

/** Executes a statement once; its error is the driver's own. */
export function execute(
  connection: Sdk.Connection,
  sqlText: string,
  binds: readonly Bind[],
  limit: number,
): Promise<Executed> {
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
        const columns = statement.getColumns() ?? [];
        resolve({
          rows: withoutNullTexts((rows ?? []) as unknown as Row[], columns),
          columns: columns.map((column) => column.getName()),
          changed: Math.max(0, statement.getNumUpdatedRows() ?? 0),
        });
      },
    });
  });
}

/** Yields the answer to a query as the driver reads it, a piece at a time; its error is the driver's own. */
export async function* stream(
  connection: Sdk.Connection,
  sqlText: string,
  binds: readonly Bind[],
): AsyncGenerator<QueryPiece, void, undefined> {
  const statement = await new Promise<Sdk.RowStatement>((resolve, reject) => {
    connection.execute({
      sqlText,
      binds: binds as Sdk.Binds,
      rowMode: "array",
      fetchAsString: ["Date"],
      streamResult: true,
      parameters: { QUERY_TAG: queryTag(currentActivity()) },
      complete: (error, statement) => (error ? reject(error) : resolve(statement)),
    });
  });
  const columnInfos = statement.getColumns() ?? [];
  const columns = columnInfos.map((column): ColumnInfo => ({ name: column.getName(), type: typeOf(column) }));
  let rows: Row[] = [];
  yield { columns, rows };
  for await (const row of statement.streamRows()) {
    rows.push(row as Row);
    if (rows.length < ROWS_AT_ONCE) continue;
    yield { columns, rows: withoutNullTexts(rows, columnInfos) };
    rows = [];
  }
  yield { columns, rows: withoutNullTexts(rows, columnInfos) };
}

/** Rows of a piece of a streamed answer. */
const ROWS_AT_ONCE = 10_000;

/** Returns the type of a column of an answer; all others are text. */
function typeOf(column: Sdk.Column): ColumnType {
  const type = column.getType().toLowerCase();
  if (type === "fixed") return column.getScale() === 0 ? "integer" : "number";
  if (type === "real" || type === "decfloat") return "number";
  if (type === "boolean" || type === "date") return type;
  return type === "timestamp_ntz" ? "timestamp" : "string";
}

/** Replaces the text `NULL` by null: the driver returns dates and times as texts, and their NULL too. */
function withoutNullTexts(rows: readonly Row[], columns: readonly Sdk.Column[]): readonly Row[] {
  const times = columns.map((column) => /^(date|time)/i.test(column.getType()));
  if (!times.includes(true)) return rows;
  return rows.map((row) => row.map((value, i) => (times[i] === true && value === "NULL" ? null : value)));
}
