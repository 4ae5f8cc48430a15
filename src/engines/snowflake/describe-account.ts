import type { EngineFacts } from "../../ports/engine.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { FACTS } from "./sql/session.ts";
import { TABLES } from "./sql/setup.ts";
import { tableStatements } from "./sql/tables.ts";

/** What an account is, and which of the workspace's tables its role can see. Nothing is created. */
export async function describeAccount(session: Session, names: Names): Promise<EngineFacts> {
  const [[version, clock] = []] = await session.rows(FACTS);
  const listed = await session.rows(tableStatements(names).list, [names.schemaName]);
  const seen = new Set(listed.map(([name]) => name));
  // Hybrid tables are listed otherwise by some accounts: the checks of queue and roster try them.
  const missing = Object.values(TABLES).filter((name) => name !== TABLES.workers && !seen.has(name));
  return {
    versions: { snowflake: String(version) },
    privileges: [
      {
        what: `reading ${missing.length === 0 ? "the workspace's tables" : missing.join(", ")}`,
        granted: missing.length === 0,
        advice: "run: manymodel setup, or have the role granted what setup made",
      },
    ],
    clock: Number(clock),
  };
}
