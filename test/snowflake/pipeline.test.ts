import { writeFile } from "node:fs/promises";
import path from "node:path";
import { connect, type ManyModel } from "manymodel";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { body, dailyQuery, fillDaily, openWorkspace, runRows, temporaryFolder } from "../workspace.ts";
import { openTestAccount, type TestAccount } from "./account.ts";

describe("runs on Snowflake, on the local server", () => {
  let account: TestAccount;
  let opened = 0;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());

  /** A workspace of its own schema, set up. */
  async function open(settings: object): Promise<ManyModel> {
    const { endpoint, authentication, ...rest } = account.address(`P${opened++}`);
    const { account: name, user, role, warehouse, database, schema } = rest;
    const { privateKeyPath } = authentication as { privateKeyPath: string };
    const snowflake = {
      account: name,
      user,
      role,
      warehouse,
      database,
      schema,
      private_key_path: privateKeyPath,
      ...endpoint,
      ...settings,
    };
    const file = path.join(await temporaryFolder(), "manymodel.yaml");
    await writeFile(file, JSON.stringify({ engine: "snowflake", snowflake }));
    const mm = await connect(file);
    onTestFinished(() => mm.close());
    await mm.engine.preparation!.prepare();
    return mm;
  }

  /** What training gives, without what differs from run to run. */
  const results = async (mm: ManyModel, runId: string) =>
    (await runRows(mm, runId)).map(({ fitMs: _, attempt: __, ...row }) => row);

  const service = {
    compute: "service",
    compute_pool: "LAB_POOL",
    image: "/lab/mm/worker:1",
    replicas: 2,
    memory: "1Gi",
  };
  const UNITS = 60;
  const train = (mm: ManyModel, options: object) =>
    mm
      .foreachPartition("unit_id")
      .dopar(body("seeded"), { dataQuery: dailyQuery, chunksPerJob: 6, exports: { exit: "" }, ...options });
  async function expected(): Promise<unknown> {
    const local = await openWorkspace("local");
    await fillDaily(local, UNITS, 20);
    const run = await train(local, { workers: 2 });
    return results(local, run.runId);
  }

  it.each([
    ["in this process", { compute: "client" }, { mode: "tasks", workers: 2 }],
    ["in a task graph with static shards", service, { mode: "tasks" }],
    ["in an asynchronous job service that is fed", service, { mode: "queue" }],
  ])("trains %s what the local engine trains", async (_, settings, options) => {
    const mm = await open(settings);
    await fillDaily(mm, UNITS, 20);
    const run = await train(mm, options);
    expect(await results(mm, run.runId)).toEqual(await expected());
    const { rows } = await mm.engine.tables.query(
      "SELECT OUTCOME, COUNT(*) FROM TRAINING_RESULTS GROUP BY OUTCOME ORDER BY 1",
      9,
    );
    expect(rows).toEqual([
      ["failed", 2],
      ["succeeded", 58],
    ]);
  });
});
