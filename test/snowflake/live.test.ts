import {
  catalogContract,
  queueContract,
  rosterContract,
  stageContract,
  tablesContract,
  versionsContract,
} from "manymodel/contract";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { describe, expect, it } from "vitest";
import type { SnowflakeAddress } from "../../src/core/snowflake-address.ts";
import { workspaceNames } from "../../src/engines/snowflake/names.ts";
import { openSession } from "../../src/engines/snowflake/session.ts";
import { compileFitFunction } from "../../src/table-function/compile-function.ts";
import { fillTable } from "../workspace.ts";
import { QUESTIONS } from "./questions.ts";

/**
 * Against a real account, in schemas MM_LIVE_0… of SNOWFLAKE_DATABASE, which are left behind:
 * (those of the questions are dropped); with SNOWFLAKE_COMPUTE_POOL and SNOWFLAKE_IMAGE in containers, too.
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
const { SNOWFLAKE_COMPUTE_POOL, SNOWFLAKE_IMAGE, SNOWFLAKE_INSTANCE_FAMILY = "CPU_X64_S" } = process.env;
/** Job services of two replicas, where a pool and an image are given. */
const service =
  SNOWFLAKE_COMPUTE_POOL && SNOWFLAKE_IMAGE
    ? {
        ...{ computePool: SNOWFLAKE_COMPUTE_POOL, image: SNOWFLAKE_IMAGE, replicas: 2, cpu: 1, memory: "2Gi" },
        ...{ instanceFamily: SNOWFLAKE_INSTANCE_FAMILY, maxNodes: 1 },
      }
    : undefined;
const isThere = [SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER, SNOWFLAKE_PRIVATE_KEY_PATH, SNOWFLAKE_DATABASE].every(Boolean);

const address = (schema: string, compute: SnowflakeAddress["compute"] = "client"): SnowflakeAddress => ({
  ...{
    engine: "snowflake",
    account: SNOWFLAKE_ACCOUNT!,
    user: SNOWFLAKE_USER!,
    database: SNOWFLAKE_DATABASE!,
    schema,
    compute,
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

  for (const { name, inContainers, ask } of QUESTIONS)
    it.skipIf(inContainers && service === undefined)(
      `${name}${inContainers ? " (skipped without SNOWFLAKE_COMPUTE_POOL and SNOWFLAKE_IMAGE)" : ""}`,
      async () => {
        const schema = `MM_LIVE_${Date.now()}_${opened++}`;
        const at = { ...address(schema), ...(inContainers && service && { compute: "service" as const, service }) };
        const engine = openSnowflakeEngine(at);
        const session = openSession(at);
        try {
          await engine.preparation!.prepare();
          console.log(`${name}: ${await ask({ engine, address: at })}`);
        } finally {
          await session.rows(`DROP SCHEMA IF EXISTS ${workspaceNames(at).schema}`);
          await Promise.all([engine.close(), session.close()]);
        }
      },
    );

  it("runs a table function whose helpers are inside its object literal, to the bit", async () => {
    const engine = await open("warehouse");
    await fillTable(
      { engine } as never,
      "T",
      [
        { name: "ID", type: "string" },
        { name: "Y", type: "number" },
      ],
      [
        ["a", 0.1],
        ["a", 0.2],
      ],
    );
    const snapshot = await engine.tables.snapshot({ table: "T", keyColumns: ["ID"], columns: ["Y"] });
    const definition = 'export default { fit: ({ data }) => ({ model: { y: Array.from(data.numbers("Y")) } }) };';
    const body = await compileFitFunction(new TextEncoder().encode(definition), "d", {
      snapshot,
      keyArg: "unit_id",
      exports: {},
      seed: 1,
    });
    const outcomes = await engine.functions!.fit(snapshot, body, [{ ordinal: 0, partitionKey: "s:a" }]);
    expect(JSON.parse(JSON.parse(outcomes.get(0)!).model)).toEqual({ y: [0.1, 0.2] });
    await engine.close();
  });
});
