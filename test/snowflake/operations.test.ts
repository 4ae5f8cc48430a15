import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "manymodel";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { BIN, until } from "../processes.ts";
import { dailyQuery, fillDaily, runRows, temporaryFolder } from "../workspace.ts";
import { openTestAccount, type TestAccount } from "./account.ts";
import { manymodel } from "./command.ts";

const body = (name: string) => fileURLToPath(new URL(`../fixtures/bodies/${name}.ts`, import.meta.url));

describe("a workspace on Snowflake, from the command line", () => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());

  async function workspace(schema: string, settings: object, train: object, model: string) {
    const folder = await temporaryFolder();
    const { keyColumn: partition_by, orderBy: order_by, table } = dailyQuery;
    const config = {
      engine: "snowflake",
      snowflake: { ...account.block(schema), ...settings },
      model: body(model),
      source: { table, partition_by, order_by },
      train: { workers: 1, model_key_arg: "unit_id", ...train },
    };
    await writeFile(path.join(folder, "manymodel.yaml"), JSON.stringify(config));
    await manymodel(folder, "setup");
    const mm = await connect(path.join(folder, "manymodel.yaml"));
    onTestFinished(() => mm.close());
    return { folder, mm };
  }
  const service = {
    compute: "service",
    compute_pool: "POOL",
    image: "/lab/mm/mm_images/worker:1",
    replicas: 2,
    memory: "1Gi",
  };

  it("resumes a run whose process was killed while its job ran", async () => {
    const train = { mode: "queue", chunks_per_job: 6, exports: { ms: 300 } };
    const { folder, mm } = await workspace("RESUMED", service, train, "slow");
    await fillDaily(mm, 12, 10);
    const driver = spawn(process.execPath, [BIN, "train"], {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    let output = "";
    driver.stderr.on("data", (text) => (output += String(text)));
    const { catalog, queue } = mm.engine;
    const run = async () => (await catalog.runs())[0]?.runId ?? "";
    await until(async () => {
      if (driver.exitCode !== null) throw new Error(`train has ended: ${output.slice(-2000)}`);
      return (await queue.counts(await run())).chunks.finished > 0;
    });
    driver.kill("SIGKILL");
    const runId = await run();
    const { finished } = (await queue.counts(runId)).chunks;
    expect(finished).toBeLessThan(6);
    const first = (await queue.chunks(runId)).find(({ state }) => state === "finished")!;
    expect(await manymodel(folder, "resume", runId)).toMatchObject({ succeeded: 12, failed: 0 });
    expect((await runRows(mm, runId)).map(({ position }) => position)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect((await queue.chunks(runId))[first.chunk - 1]).toEqual(first);
    expect([...account.server.services.jobs.keys()]).toEqual([]);
  });

  it("shows a failed container's last line in the status of a run", async () => {
    const { folder, mm } = await workspace("FAILED", service, { mode: "queue" }, "slow");
    const { catalog, jobs, objects } = mm.engine;
    await catalog.createRun("r", "2026-01-01");
    await jobs!.launch("r", "queue", 1);
    // The container's token is refused.
    account.server.users.oauthTokens.clear();
    await until(async () => (await jobs!.jobs("r"))[0]?.state === "failed");
    const { jobs: statusOfJobs } = (await manymodel(folder, "status", "r")) as { jobs: { details: string[] }[] };
    expect(statusOfJobs[0]!.details).toEqual([
      "FAILED",
      expect.stringMatching(/^replica 0: .*cannot connect to the Snowflake account/),
      expect.stringMatching(/^replica 1: .*cannot connect to the Snowflake account/),
    ]);
    await objects!.remove(await objects!.list("r"));
  });

  it("trains only partitions that have changed since an earlier run", async () => {
    const { folder, mm } = await workspace("CHANGED", {}, { mode: "local", exports: { errors: {} } }, "scored");
    await fillDaily(mm, 5, 4);
    const first = (await manymodel(folder, "train")) as { run: string };
    const [id, day, y] = [
      { name: "UNIT_ID", type: "string" },
      { name: "OBS_DATE", type: "date" },
      { name: "Y", type: "number" },
    ] as const;
    const more = [
      ["U01", 4 * 86_400_000, 9],
      ["U99", 0, 1],
    ];
    const columns = [id, day, y].map(({ name, type }, i) => {
      const values = more.map((row) => row[i]);
      return [name, { type, values: type === "string" ? values : Float64Array.from(values as number[]) }];
    });
    const { output, tables } = mm.engine;
    await output.publish("SALES", "more", [
      await output.write("SALES", { length: 2, columns: Object.fromEntries(columns) }),
    ]);
    const second = (await manymodel(folder, "train", "--changed-only", "--since", first.run)) as {
      run: string;
      changed: object;
    };
    expect(second.changed).toMatchObject({ since: first.run, trained: 2, carried: 4 });
    const { rows } = await tables.query(
      `SELECT UNIT_ID FROM MODEL_INDEX WHERE RUN_ID = '${second.run}' ORDER BY 1`,
      [],
      9,
    );
    expect(rows.flat()).toEqual(["U00", "U01", "U02", "U03", "U04", "U99"]);
  });
});
