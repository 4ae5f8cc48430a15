import { ManyModel } from "manymodel";
import { engineContract, tableFunctionsContract } from "manymodel/contract";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import type { SnowflakeAddress, SnowflakeInference } from "../../src/core/snowflake-address.ts";
import { workspaceNames } from "../../src/engines/snowflake/names.ts";
import { openSession } from "../../src/engines/snowflake/session.ts";
import { modelStatements } from "../../src/engines/snowflake/sql/models.ts";
import { compileScorer } from "../../src/inference/compile-scorer.ts";
import { body, dailyQuery, fillDaily } from "../workspace.ts";
import { functionQuestions } from "./function-questions.ts";
import { QUESTIONS } from "./questions.ts";

/**
 * Against a real account, in schemas MM_LIVE_0… of SNOWFLAKE_DATABASE, which are left behind
 * (those of the questions are dropped); with SNOWFLAKE_COMPUTE_POOL and SNOWFLAKE_IMAGE in containers, too:
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
  engineContract({ describe, it }, open);
  tableFunctionsContract({ describe, it }, () => open("warehouse"));
  functionQuestions(() => open("warehouse"), { limits: true });
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
});

/** The Model Registry; a compute pool for the inference job: SNOWFLAKE_COMPUTE_POOL. */
describe.skipIf(!isThere)("the Model Registry of a real account (skipped without SNOWFLAKE_*)", () => {
  const { SNOWFLAKE_COMPUTE_POOL: computePool } = process.env;
  const schema = `MM_LIVE_MODEL_${Date.now()}`;
  const open = async (inference: { inference?: SnowflakeInference } = {}) => {
    const settings = { ...address(schema), modelRegistry: true, ...inference };
    const engine = openSnowflakeEngine(settings, compileScorer);
    onTestFinished(() => engine.close());
    await engine.preparation!.prepare();
    return new ManyModel({ ...(await parseConfig("engine: snowflake", "f")), file: "f", directory: "." }, engine);
  };
  const versions = async () => {
    const session = openSession(address(schema));
    try {
      return await session.records(modelStatements(workspaceNames(address(schema))).versions("M"), 0);
    } finally {
      await session.close();
    }
  };

  it("logs versions by a stored procedure with its caller's rights, which keep the metadata that they are given", async () => {
    const mm = await open();
    await fillDaily(mm, 3, 30);
    const run = await mm.foreachPartition("unit_id").dopar(body("smoothed"), { dataQuery: dailyQuery, mode: "local" });
    const log = (version: string) => mm.registry.logManyModel({ name: "M", version, run, horizon: 3 });
    const first = await log("V1");
    await log("V2");
    const [one] = (await versions()).filter(({ name }) => name === "V1");
    expect(JSON.parse(one!.metadata as string)).toMatchObject({
      metrics: { succeeded: 3 },
      mm: { run: run.runId, index_sha256: first.index.sha256 },
    });
  });

  it("says that a version runs in container services", async () => {
    const [one] = await versions();
    expect(String(one!.runnable_in)).toMatch(/SNOWPARK_CONTAINER_SERVICES/);
  });

  it("moves aliases and the default version, and drops what was the default", async () => {
    const { registry } = await open();
    await registry.setModelAlias("M", "champion", "V1");
    await registry.setModelAlias("M", "champion", "V2");
    await registry.setDefaultModelVersion("M", "V1");
    const named = Object.fromEntries((await versions()).map(({ name, aliases }) => [name, String(aliases)]));
    expect(named.V1).toMatch(/DEFAULT/);
    expect(named.V2).toMatch(/CHAMPION/);
    await registry.removeModelAlias("M", "default");
    await registry.deleteModelVersion("M", "V1");
    expect((await versions()).map(({ name }) => name)).toEqual(["V2"]);
  });

  it.skipIf(computePool === undefined)(
    "scores by an inference job, whose containers run Node.js, what this process scores, to the bit (skipped without SNOWFLAKE_COMPUTE_POOL)",
    async () => {
      const mm = await open({ inference: { computePool: computePool!, replicas: 2 } });
      const client = await open();
      const batch = { model: "M", version: "V2", inputTable: "SALES" };
      await mm.registry.runBatch({ ...batch, outputTable: "INFERRED" });
      await client.registry.runBatch({ ...batch, outputTable: "SCORED" });
      const columns = ["PARTITION_KEY", "STEP", "FORECAST", "LO_80", "HI_95", "STATUS"];
      const rows = async (table: string) => {
        const published = await client.engine.tables.published(table, null, columns);
        const row = (i: number) => JSON.stringify(columns.map((name) => published.columns[name]!.values[i]));
        return Array.from({ length: published.length }, (_, i) => row(i)).sort();
      };
      expect(await rows("INFERRED")).toEqual(await rows("SCORED"));
    },
  );
});
