import { ManyModel } from "manymodel";
import { versionsContract } from "manymodel/contract";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { listedVersions } from "../../src/engines/snowflake/listed-versions.ts";
import { compileScorer } from "../../src/inference/compile-scorer.ts";
import { body, dailyQuery, fillDaily } from "../workspace.ts";
import { openTestAccount, type TestAccount } from "./account.ts";
import { PYTHON } from "./python.ts";

describe.skipIf(PYTHON === undefined)("try", () => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());
  it("works", async () => {
    const inference = { computePool: "POOL", replicas: 2 };
    const engine = openSnowflakeEngine(
      account.address("M1", { modelRegistry: true, inference, mount: `${account.server.stages}/LAB.M1.MM_STAGE` }),
      compileScorer,
    );
    onTestFinished(() => engine.close());
    await engine.preparation!.prepare();
    const config = { ...(await parseConfig("engine: snowflake", "f")), file: "f", directory: "." };
    const mm = new ManyModel(config, engine);
    await fillDaily(mm, 12, 30);
    const run = await mm
      .foreachPartition("unit_id")
      .dopar(body("smoothed"), { dataQuery: dailyQuery, chunksPerJob: 3 });
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 });
    const batch = await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" });
    console.log(batch, account.server.faults.inferenceErrors);
  });
});
