import snowflake from "snowflake-sdk";
import { quietAwsSdk } from "../../src/stages/aws-sdk.ts";
import type { LocalSnowflake } from "./server/index.ts";

quietAwsSdk();
snowflake.configure({ logLevel: "OFF", additionalLogToConsole: false });

/** Returns a connection of the driver itself to a local account. */
export function connectDriver(server: LocalSnowflake, options: object): Promise<snowflake.Connection> {
  const connection = snowflake.createConnection({
    account: "LOCAL",
    accessUrl: `http://${server.host}:${server.port}`,
    database: "LAB",
    ...options,
  } as snowflake.ConnectionOptions);
  return new Promise((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve(connection))));
}

/** Executes a statement; its rows, and what else the driver says of it. */
export function execute(
  connection: snowflake.Connection,
  sqlText: string,
  options: Partial<snowflake.StatementOption> = {},
) {
  return new Promise<{ rows: Record<string, unknown>[]; statement: snowflake.RowStatement }>((resolve, reject) => {
    connection.execute({
      ...options,
      sqlText,
      complete: (error, statement, rows) =>
        error ? reject(error) : resolve({ rows: rows ?? [], statement: statement as snowflake.RowStatement }),
    });
  });
}
