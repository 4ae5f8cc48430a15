import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { engineAddress } from "../../src/api/engine-address.ts";
import { checkEngine } from "../../src/check/check-engine.ts";
import { parseConfig } from "../../src/config/load.ts";
import { openTestAccount, type TestAccount } from "./account.ts";

describe("a workspace on Snowflake", () => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());

  it("is checked: what setup has not made is named, and after it all is well", async () => {
    const engine = openSnowflakeEngine(account.address("CHECKED"));
    onTestFinished(() => engine.close());
    const options = { id: "x", now: Date.now };
    const before = (await engine.describe!()).privileges;
    expect(before).toMatchObject([{ granted: false, what: expect.stringContaining("MM_RUNS, MM_LOCK") }]);
    await engine.preparation!.prepare();
    const items = await checkEngine(engine, options);
    expect(items.filter(({ ok }) => !ok)).toEqual([]);
    expect(items.map(({ name }) => name)).toContain("clock");
    expect(items[0]!.detail).toMatch(/^engine snowflake, snowflake \d/);
  });

  it("is addressed by its own settings only", async () => {
    const address = async (yaml: string) =>
      engineAddress({ ...(await parseConfig(yaml, "f")), file: "f", directory: "/" });
    const block = "snowflake: { account: a, database: D, authentication: oauth }";
    expect(await address(`engine: snowflake\n${block}`)).toMatchObject({ engine: "snowflake", schema: "MANYMODEL" });
    await expect(address(`engine: snowflake\n${block}\nstage: /tmp/s`)).rejects.toThrow(/stage is for engines local/);
    await expect(address(`engine: snowflake\n${block}\npostgres: {}`)).rejects.toThrow(
      /postgres is for engine: postgr/,
    );
    await expect(address(block)).rejects.toThrow(/snowflake is for engine: snowflake, but the engine is local/);
    const scoring = (more: string) =>
      address(
        `engine: snowflake\nsnowflake: { account: a, database: D, authentication: oauth, scoring: inference${more} }`,
      );
    await expect(scoring("")).rejects.toThrow(/scoring is inference, .*; set snowflake.model_registry: true/);
    await expect(scoring(", model_registry: true")).rejects.toThrow(/snowflake.compute_pool is missing/);
    expect(await scoring(", model_registry: true, compute_pool: P, replicas: 2")).toMatchObject({
      modelRegistry: true,
      inference: { computePool: "P", replicas: 2 },
    });
    await expect(address("engine: snowflake")).rejects.toThrow(/add snowflake\.account/);
  });
});
