import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { jobBase } from "../../src/engines/snowflake/jobs.ts";
import { workspaceNames } from "../../src/engines/snowflake/names.ts";
import { openSession } from "../../src/engines/snowflake/session.ts";
import { jobStatements, specification } from "../../src/engines/snowflake/sql/jobs.ts";
import { runComment } from "../../src/engines/snowflake/sql/run-objects.ts";
import { until } from "../processes.ts";
import { openTestAccount, SERVICE, type TestAccount } from "./account.ts";

const program = fileURLToPath(new URL("server/container.mjs", import.meta.url));

describe("a task graph, on a server that follows Snowflake's documentation", () => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await openTestAccount({ program });
  });
  afterAll(() => account.close());
  afterEach(() => {
    account.server.faults.historyLagMs = 0;
  });

  async function open(schema: string, service = SERVICE) {
    const address = account.address(schema, { compute: "service", service });
    const engine = openSnowflakeEngine(address);
    const session = openSession(address);
    onTestFinished(async () => {
      await engine.close();
      await session.close();
    });
    const names = workspaceNames(address);
    const sql = jobStatements(names, address, service);
    const spec = specification(names, service, { args: ["asked", "/mnt/stage/runs/r/worker.yaml"] });
    await engine.preparation!.prepare();
    const folder = path.join(account.server.stages, `LAB.${schema}.MM_STAGE`, "runs", "r");
    mkdirSync(folder, { recursive: true });
    const started = (command: string) =>
      readdirSync(folder).filter((name) => /\.\d+$/.test(name) && name.startsWith(command)).length;
    const state = async () => (await engine.jobs!.jobs("r")).at(-1)?.state;
    return { jobs: engine.jobs!, folder, started, state, session, sql, spec };
  }
  const statements = (pattern: RegExp) => account.server.log.filter((sql) => pattern.test(sql)).length;

  it("runs with a suspended root: its children are resumed, and its containers write to the mounted stage", async () => {
    const { jobs, started, state } = await open("MANUAL");
    await jobs.launch("r", "tasks", 1);
    await until(async () => (await state()) !== "running");
    expect(await jobs.jobs("r")).toMatchObject([{ state: "done" }]);
    expect([started("worker"), started("index")]).toEqual([2, 1]);
  });

  it("runs while TASK_HISTORY does not list it yet, and is executed once", async () => {
    account.server.faults.historyLagMs = 500;
    const { jobs, started, state } = await open("LISTED");
    const before = statements(/^EXECUTE TASK/);
    await jobs.launch("r", "tasks", 1);
    expect(await jobs.jobs("r")).toEqual([
      { name: expect.any(String), state: "running", details: ["executed, and not listed by TASK_HISTORY yet"] },
    ]);
    await until(async () => (await state()) !== "running");
    expect([await state(), started("worker"), statements(/^EXECUTE TASK/) - before]).toEqual(["done", 2, 1]);
  });

  it("is not over while the account retries it, though its finalizer has failed, and is done when the retry is", async () => {
    const { jobs, folder, started, state } = await open("RETRIED");
    // Both replicas of the first attempt fail, and so does its finalizer.
    writeFileSync(path.join(folder, "failures"), "2");
    await jobs.launch("r", "tasks", 1);
    const states = new Set<unknown>();
    await until(async () => {
      const now = await state();
      states.add(now);
      return now !== "running";
    });
    expect([[...states], started("worker"), started("index")]).toEqual([["running", "done"], 4, 2]);
  });

  it("that has failed for good is retried by the next launch, and only then", async () => {
    const { jobs, folder, started, state } = await open("AGAIN");
    writeFileSync(path.join(folder, "failures"), "4");
    await jobs.launch("r", "tasks", 1);
    await until(async () => (await state()) === "failed");
    expect((await jobs.jobs("r"))[0]!.details).toContain("replica 0: the container was told to fail");
    const before = statements(/RETRY LAST$/);
    await jobs.launch("r", "tasks", 2);
    await until(async () => (await state()) !== "running");
    expect([await state(), started("worker"), statements(/RETRY LAST$/) - before]).toEqual(["done", 6, 1]);
  });

  it("is not taken for one of the same run in another schema", async () => {
    const { jobs } = await open("DEV");
    await jobs.launch("r", "tasks", 1);
    await until(async () => (await jobs.jobs("r"))[0]?.state === "done");
    expect(await (await open("PROD")).jobs.jobs("r")).toEqual([]);
  });

  it("is not launched if a container fits no machine of its pool, and names the reason of a waiting one", async () => {
    const { pools } = account.server.inventory;
    const pool = pools.get("POOL")!;
    onTestFinished(() => void pools.set("POOL", pool));
    pools.set("POOL", { ...pool, family: "CPU_X64_XS" });
    const { jobs, session, sql, spec } = await open("PENDING", { ...SERVICE, cpu: 2, memory: "8Gi" });
    await expect(jobs.launch("r", "queue", 1)).rejects.toThrow(
      /2 CPUs and 8Gi fits no machine of CPU_X64_XS, which has 1 CPUs and 6Gi; set snowflake.cpu/,
    );
    await session.rows(sql.execute(`${jobBase("r")}_1`, runComment("r"), spec));
    expect(await jobs.jobs("r")).toMatchObject([
      { state: "running", details: ["PENDING", "Unschedulable due to insufficient CPU resources."] },
    ]);
  });

  it("cannot write to a mount that is not its user's", async () => {
    const { folder, spec } = await open("MOUNTED");
    const run = async (text: string) => {
      const sql = `EXECUTE JOB SERVICE IN COMPUTE POOL POOL FROM SPECIFICATION $$${text}$$`;
      const { job } = account.server.services.execute(sql, "LAB.MOUNTED");
      await job.ended;
      return job.replicas[0]!.log;
    };
    expect(await run(spec.replace(/"uid":1000,"gid":1000,/, ""))).toMatch(/EACCES: permission denied/);
    expect(readdirSync(folder)).toEqual([]);
    expect(await run(spec)).toBe("");
    expect(existsSync(folder) && readdirSync(folder)).toHaveLength(1);
  });
});
