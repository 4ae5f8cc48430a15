import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { engineAddress } from "../../src/api/engine-address.ts";
import { checkEngine } from "../../src/check/check-engine.ts";
import { parseConfig } from "../../src/config/load.ts";
import { openTestAccount, SERVICE, type TestAccount } from "./account.ts";

describe("a workspace on Snowflake", () => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());

  it("is checked: missing objects are named, and none after setup", async () => {
    const engine = openSnowflakeEngine(account.address("CHECKED"));
    onTestFinished(() => engine.close());
    const options = { id: "x", now: Date.now };
    const before = await engine.describe!();
    expect(before.features).toContainEqual(
      expect.objectContaining({ name: "workspace", ok: false, detail: expect.stringContaining("MM_RUNS, MM_LOCK") }),
    );
    expect(before.privileges).toContainEqual(expect.objectContaining({ what: "CREATE SCHEMA on database LAB" }));
    await engine.preparation!.prepare();
    const items = await checkEngine(engine, options);
    expect(items.filter(({ ok }) => !ok)).toEqual([]);
    expect(items.map(({ name }) => name)).toContain("clock");
    expect(items[0]!.detail).toMatch(/^engine snowflake, snowflake \d/);
  });

  it("names the remedy for each missing privilege and object, and makes nothing", async () => {
    const { inventory, log } = account.server;
    const engine = openSnowflakeEngine(account.address("MM", { compute: "service", service: SERVICE }));
    onTestFinished(() => engine.close());
    const lacking = async () => {
      const { privileges, features } = await engine.describe!();
      return [
        ...privileges.flatMap(({ granted, advice }) => (granted ? [] : [advice])),
        ...features!.flatMap(({ ok, detail }) => (ok ? [] : [detail])),
      ];
    };
    await engine.preparation!.prepare();
    expect(await lacking()).toEqual([]);

    const before = log.length;
    const grants = [...inventory.grants];
    for (const [removal, advice] of [
      ["DATABASE", ['GRANT USAGE ON DATABASE "LAB" TO ROLE "LAB_ROLE"']],
      ["WAREHOUSE", ['GRANT USAGE ON WAREHOUSE "LAB_WH" TO ROLE "LAB_ROLE"']],
      [
        "ACCOUNT",
        [
          'GRANT EXECUTE TASK ON ACCOUNT TO ROLE "LAB_ROLE"',
          'GRANT EXECUTE MANAGED TASK ON ACCOUNT TO ROLE "LAB_ROLE"',
        ],
      ],
      [
        "STAGE",
        [
          'GRANT READ ON STAGE "LAB"."MM"."MM_STAGE" TO ROLE "LAB_ROLE"',
          'GRANT WRITE ON STAGE "LAB"."MM"."MM_STAGE" TO ROLE "LAB_ROLE"',
        ],
      ],
      [
        "ROLE",
        [
          'GRANT USAGE ON COMPUTE POOL "POOL" TO ROLE "LAB_ROLE"',
          'GRANT MONITOR ON COMPUTE POOL "POOL" TO ROLE "LAB_ROLE"',
        ],
      ],
    ] as const) {
      inventory.grants.splice(0, Infinity, ...grants.filter(({ on }) => on !== removal));
      expect(await lacking(), removal).toEqual(advice);
    }
    // Who is not the owner needs each privilege of a schema.
    inventory.grants.splice(0, Infinity, ...grants.filter(({ on }) => on !== "SCHEMA"));
    expect((await lacking()).map((grant) => /GRANT (.*) ON SCHEMA "LAB"."MM" TO/.exec(grant)?.[1])).toEqual([
      "USAGE",
      "CREATE TABLE",
      "CREATE VIEW",
      "CREATE STAGE",
      "CREATE HYBRID TABLE",
      "CREATE SERVICE",
      "CREATE TASK",
    ]);
    inventory.grants.splice(0, Infinity, ...grants);

    inventory.warehouses.clear();
    inventory.images.clear();
    inventory.pools.set("POOL", { state: "IDLE", family: "CPU_X64_M", maxNodes: "1" });
    expect(await lacking()).toEqual([
      "LAB_WH is not seen",
      "POOL is IDLE, of CPU_X64_M, not CPU_X64_S as configured, at most 1 nodes",
      "/lab/mm/mm_images/worker:1 is not seen in its repository",
    ]);
    expect(log.slice(before).filter((sql) => !/^(SELECT|SHOW|ALTER SESSION)/.test(sql))).toEqual([]);
  });

  it("without hybrid tables, states that there are tasks and warehouses only, and works without them", async () => {
    const { inventory } = account.server;
    inventory.region = "GCP_EUROPE_WEST4";
    onTestFinished(() => void (inventory.region = "AWS_US_WEST_2"));
    const open = (hybridTables: boolean) => {
      const engine = openSnowflakeEngine(
        account.address("STANDARD", { compute: "service", service: SERVICE, hybridTables }),
      );
      onTestFinished(() => engine.close());
      return engine;
    };
    const hybrid = async (engine: ReturnType<typeof open>) =>
      (await engine.describe!()).features!.find(({ name }) => name === "hybrid");
    expect(await hybrid(open(true))).toEqual({
      name: "hybrid",
      ok: false,
      detail: "GCP_EUROPE_WEST4 has no hybrid tables",
      advice:
        "set snowflake.hybrid_tables: false; then there are mode: tasks and compute: warehouse, and no queue mode in services",
    });
    await expect(open(true).preparation!.prepare()).rejects.toThrow(
      /not available.*set snowflake.hybrid_tables: false/,
    );
    const engine = open(false);
    await engine.preparation!.prepare();
    expect(await hybrid(engine)).toMatchObject({ ok: true });
    await expect(engine.jobs!.launch("r", "queue", 1)).rejects.toThrow(
      /queue mode needs hybrid tables.*use mode tasks/,
    );
    const chunks = [1, 2].map((chunk) => ({ chunk, partitions: 1, priority: 0 }));
    await engine.queue.enqueue("r", chunks);
    const claim = (index: number) =>
      openSnowflakeEngine(account.address("STANDARD", { hybridTables: false, shard: { index, count: 2 } }));
    for (const index of [0, 1]) {
      const replica = claim(index);
      onTestFinished(() => replica.close());
      const options = { leaseMs: 60_000, maxAttempts: 1 };
      expect((await replica.queue.claim("r", `w${index}`, options))!.chunk % 2).toBe(index);
      expect(await replica.queue.claim("r", `w${index}`, options)).toBeUndefined();
    }
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
    const named = await address(
      `engine: snowflake\nsnowflake: { account: a, database: lab, schema: mm, role: '"Lab Role"', warehouse: lab_wh, authentication: oauth, compute: service, compute_pool: my_pool, image: i }`,
    );
    // "Identifier requirements": a name without quotes is stored in capitals, a quoted one as it is.
    expect(named).toMatchObject({ database: "LAB", schema: "MM", role: "Lab Role", warehouse: "LAB_WH" });
    // A machine of CPU_X64_S has 3 CPUs and 13 GiB, of which the mount takes up to 0.5 and 1.
    expect(named).toMatchObject({ service: { computePool: "MY_POOL", cpu: 2.5, memory: "12Gi" } });
  });
});
