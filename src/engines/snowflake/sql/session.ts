import type { SnowflakeAddress } from "../../../core/snowflake-address.ts";
import type { Activity } from "../../../ports/activity.ts";
import { literal } from "../literal.ts";

/** Returns the tag of a statement in Snowflake's history: its owner, run, phase and chunk. */
export const queryTag = ({ phase, run, chunk }: Activity) => JSON.stringify({ app: "manymodel", run, phase, chunk });

/** Returns the settings of every session, made before anything else. */
export function settings({ hybridTables }: Pick<SnowflakeAddress, "hybridTables">): string[] {
  const tag = literal(queryTag({}));
  const hybrid = hybridTables ? ", READ_LATEST_WRITES = TRUE, HYBRID_TABLE_LOCK_TIMEOUT = 10" : "";
  return [`ALTER SESSION SET TIMEZONE = 'UTC', STATEMENT_TIMEOUT_IN_SECONDS = 86400, QUERY_TAG = ${tag}${hybrid}`];
}

/** The statements that start and end a transaction. */
export const TRANSACTION = { begin: "BEGIN TRANSACTION", commit: "COMMIT", rollback: "ROLLBACK" } as const;

/** The account's release, and its clock in milliseconds since 1970. */
export const FACTS = "SELECT CURRENT_VERSION(), DATEDIFF('millisecond', '1970-01-01'::TIMESTAMP_NTZ, SYSDATE())";
