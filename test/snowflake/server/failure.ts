/** The failure of a statement, in the account's words. */
export class SqlFailure extends Error {
  readonly code: string;
  readonly sqlState: string;
  constructor(code: string, sqlState: string, message: string) {
    super(message);
    this.code = code;
    this.sqlState = sqlState;
  }
}

/** Returns the failure of a statement that this server does not know. */
export const unsupported = (sql: string) =>
  new SqlFailure(
    "001003",
    "42000",
    `SQL compilation error: the local server does not know this statement: ${sql.slice(0, 200)}`,
  );

/** Returns the failure of a missing object, in the account's words. */
export const missing = (kind: string, name: string) =>
  new SqlFailure("002003", "02000", `SQL compilation error: ${kind} '${name}' does not exist or not authorized.`);

/** Returns DuckDB's error in the account's words. */
export function fromDuck(error: unknown): SqlFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (/does not exist/.test(message)) return new SqlFailure("002003", "02000", `SQL compilation error: ${message}`);
  if (/[Dd]uplicate key|PRIMARY KEY or UNIQUE/.test(message))
    return new SqlFailure("200001", "22000", `A primary key already exists. ${message}`);
  if (/Conflict|conflict/.test(message)) return new SqlFailure("200056", "57014", `Transaction conflict: ${message}`);
  if (/Parser Error|syntax error/.test(message))
    return new SqlFailure("001003", "42000", `SQL compilation error: ${message}`);
  return new SqlFailure("100000", "22000", message);
}
