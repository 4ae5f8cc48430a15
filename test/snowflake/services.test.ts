import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../processes.ts";
import { temporaryFolder } from "../workspace.ts";
import { openTestAccount, type TestAccount } from "./account.ts";
import { manymodel } from "./command.ts";

describe("long-running services of the account", () => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());

  async function workspace(schema: string) {
    const folder = await temporaryFolder();
    const snowflake = {
      ...account.block(schema),
      compute_pool: "POOL",
      image: "/lab/mm/mm_images/worker:1",
      cpu: 1,
      memory: "1Gi",
      serve_roles: ["shops"],
    };
    const config = {
      engine: "snowflake",
      snowflake,
      source: { table: "SERIES_EVENTS", partition_by: "UNIT_ID", order_by: "OBS_DATE", period: 7 },
      model: "snaive",
      train: { mode: "queue", horizon: 7, holdout: 7 },
      queue: { worker_type: "persistent", n_workers: 1 },
    };
    await writeFile(path.join(folder, "manymodel.yaml"), JSON.stringify(config));
    await manymodel(folder, "setup", "--series", "4", "--days", "60");
    return folder;
  }

  it("keep workers ready for any run, are scaled while they work, and cost nothing while suspended", async () => {
    const folder = await workspace("POOLED");
    const instances = () => account.server.services.long.get("LAB.POOLED.MM_WORKERS")?.instances.length;
    await manymodel(folder, "snowflake", "workers", "1");
    expect(instances()).toBe(1);
    await manymodel(folder, "snowflake", "workers", "2");
    expect(instances()).toBe(2);
    expect(await manymodel(folder, "train")).toMatchObject({ succeeded: 4, failed: 0 });
    await manymodel(folder, "snowflake", "workers", "0");
    expect(await manymodel(folder, "snowflake", "workers")).toEqual({ status: "SUSPENDED", url: null });
    await manymodel(folder, "snowflake", "workers", "1");
    expect([instances(), await manymodel(folder, "snowflake", "workers")]).toEqual([
      1,
      { status: "RUNNING", url: null },
    ]);
    await manymodel(folder, "snowflake", "workers", "--drop");
    expect(await manymodel(folder, "snowflake", "workers")).toBe(null);
  });

  it("answer for single keys to users of the account, and to nobody without a name", async () => {
    const folder = await workspace("SERVED");
    await manymodel(folder, "train", "--mode", "local");
    await manymodel(folder, "register");
    await manymodel(folder, "snowflake", "serve", "1");
    const { url } = (await manymodel(folder, "snowflake", "serve")) as { url: string };
    const at = url.replace(/^https/, "http");
    const alive = (name: string) =>
      fetch(`${at}${name}`)
        .then(({ status }) => status)
        .catch(() => 0);
    await until(async () => (await alive("/readyz")) === 200);
    const ask = (headers: Record<string, string>) =>
      fetch(`${at}/v1/models/MANY_MODEL_FORECAST/default/predict`, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...headers },
        body: JSON.stringify({ keys: ["SKU00001"], horizon: 2 }),
      });
    expect((await ask({})).status).toBe(401);
    const answer = await ask({ "Sf-Context-Current-User": "ANNA" });
    expect([answer.status, account.server.services.granted]).toEqual([200, ["ASK SHOPS"]]);
    expect((await answer.json()) as object).toMatchObject({
      version: "V1",
      predictions: [{ status: expect.any(String) }],
    });
    const remove = await fetch(`${at}/v1/models/MANY_MODEL_FORECAST/V1`, {
      method: "DELETE",
      headers: { "Sf-Context-Current-User": "ANNA" },
    });
    expect(remove.status).toBe(403);
    await manymodel(folder, "snowflake", "serve", "--drop");
  });
});
