import type { SnowflakeAddress } from "../../core/snowflake-address.ts";
import type { Preparation } from "../../ports/engine.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { serviceStatements, setupStatements } from "./sql/setup.ts";

/** Creates a workspace's objects where they are missing. */
export function snowflakePreparation(session: Session, names: Names, { service }: SnowflakeAddress): Preparation {
  const statements = [...setupStatements(names), ...(service === undefined ? [] : serviceStatements(names, service))];
  return {
    statements,
    async prepare() {
      for (const sql of statements) await session.rows(sql);
    },
  };
}
