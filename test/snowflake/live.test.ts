import {
  catalogContract,
  queueContract,
  rosterContract,
  stageContract,
  tableFunctionsContract,
  tablesContract,
  versionsContract,
} from "manymodel/contract";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { describe, it } from "vitest";
import type { SnowflakeAddress } from "../../src/core/snowflake-address.ts";
import { functionQuestions } from "./function-questions.ts";

/**
 * Against a real account, in schemas MM_LIVE_0… of SNOWFLAKE_DATABASE, which are left behind:
 * SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER, SNOWFLAKE_PRIVATE_KEY_PATH, SNOWFLAKE_ROLE, SNOWFLAKE_WAREHOUSE, SNOWFLAKE_DATABASE.
 */
const {
  SNOWFLAKE_ACCOUNT,
  SNOWFLAKE_USER,
  SNOWFLAKE_PRIVATE_KEY_PATH,
  SNOWFLAKE_DATABASE,
  SNOWFLAKE_ROLE,
  SNOWFLAKE_WAREHOUSE,
} = process.env;
const isThere = [SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER, SNOWFLAKE_PRIVATE_KEY_PATH, SNOWFLAKE_DATABASE].every(Boolean);

const address = (schema: string, compute: SnowflakeAddress["compute"] = "client"): SnowflakeAddress => ({
  ...{
    engine: "snowflake",
    account: SNOWFLAKE_ACCOUNT!,
    user: SNOWFLAKE_USER!,
    database: SNOWFLAKE_DATABASE!,
    schema,
    compute,
    scoring: compute === "warehouse" ? "warehouse" : "client",
  },
  ...{ stage: "MM_STAGE", queueTable: "MM_CHUNKS", hybridTables: true },
  ...(SNOWFLAKE_ROLE !== undefined && { role: SNOWFLAKE_ROLE }),
  ...(SNOWFLAKE_WAREHOUSE !== undefined && { warehouse: SNOWFLAKE_WAREHOUSE }),
  authentication: { type: "key-pair", privateKeyPath: SNOWFLAKE_PRIVATE_KEY_PATH! },
});

describe.skipIf(!isThere)("a real Snowflake account (skipped without SNOWFLAKE_*)", () => {
  let opened = 0;
  const open = async (compute?: SnowflakeAddress["compute"]) => {
    const engine = openSnowflakeEngine(address(`MM_LIVE_${Date.now()}_${opened++}`, compute));
    await engine.preparation!.prepare();
    return engine;
  };
  stageContract({ describe, it }, open);
  queueContract({ describe, it }, open);
  rosterContract({ describe, it }, open);
  catalogContract({ describe, it }, open);
  versionsContract({ describe, it }, open);
  tablesContract({ describe, it }, open);

  tableFunctionsContract({ describe, it }, () => open("warehouse"));
  functionQuestions(() => open("warehouse"), { limits: true });
});
