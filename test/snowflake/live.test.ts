import { ManyModel } from "manymodel";
import { engineContract, tableFunctionsContract } from "manymodel/contract";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import type { SnowflakeAddress, SnowflakeInference, SnowflakeService } from "../../src/core/snowflake-address.ts";
import { workspaceNames } from "../../src/engines/snowflake/names.ts";
import { openSession } from "../../src/engines/snowflake/session.ts";
import { modelStatements } from "../../src/engines/snowflake/sql/models.ts";
import { compileScorer } from "../../src/inference/compile-scorer.ts";
import { body, dailyQuery, fillDaily } from "../workspace.ts";
import { openTestAccount, SERVICE } from "./account.ts";
import { CONTAINER_QUESTIONS } from "./container-questions.ts";
import { FIRST_HOUR } from "./first-hour.ts";
import { functionQuestions } from "./function-questions.ts";
import { QUESTIONS } from "./questions.ts";

/**
 * Against a real account, as docs/snowflake.md says: in schemas of SNOWFLAKE_DATABASE whose names begin with MM_LIVE_ and the
 * time, each dropped with what is in it when its test ends, or, should that fail, when the suite does; with
 * SNOWFLAKE_COMPUTE_POOL and SNOWFLAKE_IMAGE in containers, too.
 */
const { env } = process;
/** MANYMODEL_LIVE_REHEARSAL=1: the local server instead of an account, which shows that the suite itself works. */
const rehearsal = env.MANYMODEL_LIVE_REHEARSAL ? await openTestAccount() : undefined;
if (rehearsal !== undefined) rehearsal.server.faults.idleTransactionMs = 100;
const isThere =
  rehearsal !== undefined ||
  ["ACCOUNT", "USER", "PRIVATE_KEY_PATH", "DATABASE", "ROLE", "WAREHOUSE"].every((name) => env[`SNOWFLAKE_${name}`]);
/** MANYMODEL_LIVE_QUICK=1, or `npm run test:snowflake-live -- --quick`: the questions of the first hour alone. */
const isQuick = env.MANYMODEL_LIVE_QUICK === "1";
const computePool = rehearsal ? "POOL" : env.SNOWFLAKE_COMPUTE_POOL;
const image = rehearsal ? SERVICE.image : env.SNOWFLAKE_IMAGE;
/** Job services of two replicas, where a pool and an image are given. */
const service: SnowflakeService | undefined =
  computePool && image
    ? {
        computePool,
        image,
        replicas: 2,
        cpu: 1,
        memory: "2Gi",
        maxNodes: 1,
        instanceFamily: env.SNOWFLAKE_INSTANCE_FAMILY ?? "CPU_X64_S",
      }
    : undefined;
/** The prefix of this suite's schemas, so that two suites at once do not meet. */
const PREFIX = `MM_LIVE_${Date.now()}`;

const address = (schema: string, compute: SnowflakeAddress["compute"] = "client"): SnowflakeAddress => {
  const scoring = compute === "warehouse" ? "warehouse" : "client";
  // The driver cannot exchange files with a folder in worker threads: they see it as a mount.
  if (rehearsal !== undefined)
    return rehearsal.address(schema, {
      compute,
      scoring,
      mount: `${rehearsal.server.stages}/LAB.${schema}.MM_STAGE`,
    });
  return {
    engine: "snowflake",
    account: env.SNOWFLAKE_ACCOUNT!,
    user: env.SNOWFLAKE_USER!,
    compute,
    scoring,
    schema,
    database: env.SNOWFLAKE_DATABASE!,
    role: env.SNOWFLAKE_ROLE!,
    warehouse: env.SNOWFLAKE_WAREHOUSE!,
    stage: "MM_STAGE",
    queueTable: "MM_CHUNKS",
    hybridTables: true,
    authentication: { type: "key-pair", privateKeyPath: env.SNOWFLAKE_PRIVATE_KEY_PATH! },
  };
};
afterAll(() => rehearsal?.close());

/** Schemas that were made and not dropped yet. */
const schemas = new Set<string>();

/** Ends what was made in a schema, and drops it: a service does not end with its schema's name. */
async function dropSchema(schema: string): Promise<void> {
  const at = address(schema);
  const [engine, session] = [openSnowflakeEngine(at), openSession(at)];
  try {
    const objects = engine.objects!;
    // Of a schema that was not made nothing can be listed.
    await objects.remove(await objects.list().catch(() => []));
    await session.rows(`DROP SCHEMA IF EXISTS ${workspaceNames(at).schema} CASCADE`);
    schemas.delete(schema);
  } finally {
    await Promise.all([engine.close(), session.close()]);
  }
}

let opened = 0;
function newSchema(): string {
  const schema = `${PREFIX}_${opened++}`;
  schemas.add(schema);
  return schema;
}

describe.skipIf(!isThere)("a real Snowflake account (skipped without SNOWFLAKE_*)", () => {
  const open = async (compute?: SnowflakeAddress["compute"]) => {
    const schema = newSchema();
    const engine = openSnowflakeEngine(address(schema, compute));
    onTestFinished(() => dropSchema(schema));
    await engine.preparation!.prepare();
    return engine;
  };
  afterAll(async () => {
    for (const schema of schemas)
      await dropSchema(schema).catch((error) => console.error(`${schema} is left: ${error}`));
  });
  const all = [...QUESTIONS, ...CONTAINER_QUESTIONS];
  const others = all.filter((question) => !FIRST_HOUR.includes(question));
  for (const { name, inContainers, onAccount, ask } of isQuick ? FIRST_HOUR : [...FIRST_HOUR, ...others])
    it.skipIf((inContainers && service === undefined) || (onAccount && rehearsal))(
      `${name}${inContainers ? " (skipped without SNOWFLAKE_COMPUTE_POOL and SNOWFLAKE_IMAGE)" : ""}`,
      async () => {
        const schema = newSchema();
        onTestFinished(() => dropSchema(schema));
        const at = { ...address(schema), ...(inContainers && service && { compute: "service" as const, service }) };
        const engine = openSnowflakeEngine(at);
        onTestFinished(() => engine.close());
        await engine.preparation!.prepare();
        console.log(`${name}: ${await ask({ engine, address: at })}`);
      },
    );
  if (isQuick) return;
  engineContract({ describe, it }, open);
  tableFunctionsContract({ describe, it }, () => open("warehouse"));
  functionQuestions(() => open("warehouse"), { limits: rehearsal === undefined });
});

/** The Model Registry; a compute pool for the inference job: SNOWFLAKE_COMPUTE_POOL. */
describe.skipIf(!isThere || isQuick)("the Model Registry of a real account (skipped without SNOWFLAKE_*)", () => {
  // One test goes on with what another has logged.
  const schema = newSchema();
  afterAll(() => dropSchema(schema));
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

  it("moves aliases and the default version, and drops a former default", async () => {
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
        const published = await client.engine.output.published(table, null, columns);
        const row = (i: number) => JSON.stringify(columns.map((name) => published.columns[name]!.values[i]));
        return Array.from({ length: published.length }, (_, i) => row(i)).sort();
      };
      expect(await rows("INFERRED")).toEqual(await rows("SCORED"));
    },
  );
});
