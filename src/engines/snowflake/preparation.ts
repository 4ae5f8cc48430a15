import { ManymodelError, messageOf } from "../../core/errors.ts";
import type { SnowflakeAddress } from "../../core/snowflake-address.ts";
import type { Preparation } from "../../ports/engine.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { modelStatements } from "./sql/models.ts";
import { viewStatements } from "./sql/result-views.ts";
import { serviceStatements, setupStatements, tagStatements } from "./sql/setup.ts";

/** Creates a workspace's objects where they are missing. */
export function snowflakePreparation(
  session: Session,
  names: Names,
  { service, containers, modelRegistry, tags = {} }: SnowflakeAddress,
): Preparation {
  const container = service ?? containers;
  const statements = [
    ...setupStatements(names),
    ...viewStatements(names),
    ...(modelRegistry ? [modelStatements(names).procedure] : []),
    ...(container === undefined ? [] : serviceStatements(names, container)),
    ...tagStatements(names, tags, container?.computePool),
  ];
  return {
    statements,
    async prepare() {
      for (const sql of statements)
        await session.rows(sql).catch((cause) => {
          throw new ManymodelError("config", `cannot set up: ${messageOf(cause)}; ${remedy(sql)}`, { cause });
        });
    },
  };
}

/** Returns the remedy for a statement that was refused. */
function remedy(sql: string): string {
  if (sql.startsWith("CREATE HYBRID TABLE"))
    return "where the account has no hybrid tables, set snowflake.hybrid_tables: false: then there is no queue mode";
  if (sql.startsWith("CREATE PROCEDURE"))
    return "where the account has no snowflake-ml-python, set snowflake.model_registry: false: versions are then kept in the workspace's tables only";
  if (/ SET TAG /.test(sql)) return "is there a tag of that name, and does the role have APPLY on it?";
  return `does the role have the privilege to ${/^[A-Z]+ [A-Z]+( [A-Z]+)?(?= IF| INTO| ")/.exec(sql)?.[0] ?? "do this"}?`;
}
