import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "manymodel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { panels } from "../../src/api/verbs/notebooks.ts";
import { temporaryFolder } from "../workspace.ts";
import { openTestAccount, type TestAccount } from "./account.ts";
import { manymodel } from "./command.ts";

const definition = fileURLToPath(new URL("../../examples/sku-demand/sku-forecast.ts", import.meta.url));

describe("manymodel snowflake schedule", () => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());

  async function workspace(schema: string, schedule: object) {
    const folder = await temporaryFolder();
    const config = {
      engine: "snowflake",
      snowflake: {
        ...account.block(schema),
        compute_pool: "POOL",
        image: "/lab/mm/mm_images/worker:1",
        memory: "1Gi",
        tags: { "governance.tags.cost_center": "forecasts" },
        schedule,
      },
      source: { table: "SERIES_EVENTS", partition_by: "UNIT_ID", order_by: "OBS_DATE", period: 7 },
      model: definition,
      train: { exports: { horizon: 7 } },
      batch: { horizon: 7 },
      register: { alias: "champion" },
      pipeline: { promote: { at_most: 10 } },
    };
    await writeFile(path.join(folder, "manymodel.yaml"), JSON.stringify(config));
    await manymodel(folder, "setup", "--series", "4", "--days", "90");
    return { folder, file: path.join(folder, "manymodel.yaml") };
  }
  async function versions(file: string) {
    const mm = await connect(file);
    const query = "SELECT MODEL_VERSION, COUNT(*) FROM FORECASTS GROUP BY 1 ORDER BY 1";
    return mm.engine.tables
      .query(query, [], 10)
      .then(({ rows }) => rows)
      .catch(() => [])
      .finally(() => mm.close());
  }
  /** Lists the logs of containers that failed. */
  const failures = () =>
    [...account.server.services.jobs.values()].flatMap(({ status, replicas }) =>
      status === "FAILED" ? replicas.map(({ log }) => log) : [],
    );
  const statements = (pattern: RegExp) => account.server.log.filter((sql) => pattern.test(sql));

  it("has the account run the pipeline without a process, tells of failures, and ends by unschedule", async () => {
    const schedule = { cron: "30 2 * * * Europe/Berlin", error_integration: "on_failure" };
    const { folder, file } = await workspace("CRON", schedule);
    const dry = await manymodel(folder, "snowflake", "schedule", "--dry-run");
    expect(statements(/CREATE TASK/)).toEqual([]);
    expect(await manymodel(folder, "snowflake", "schedule")).toEqual(dry);
    expect(statements(/MM_SCHEDULE_NIGHT/)).toEqual(dry.statements);
    expect(dry.files).toEqual(["sku-forecast.mjs", "manymodel.yaml"]);
    expect(statements(/SET TAG/)).toHaveLength(2);

    await account.server.runScheduled();
    expect([failures(), account.server.scheduled.notified]).toEqual([[], []]);
    expect(await versions(file)).toEqual([["V1", 28]]);
    const mm = await connect(file);
    for (const { title, sql } of panels(mm)) {
      const answer = mm.engine.tables.query(sql, [], 50);
      // The monitor did not run, so that its table is not there yet.
      if (/monitor/.test(title)) await expect(answer).rejects.toThrow(/MONITOR_STATUS/);
      else expect([title, (await answer).rows.length > 0 || /Failures/.test(title)]).toEqual([title, true]);
    }
    await mm.close();
    // Nothing has changed: the second night does nothing.
    await account.server.runScheduled();
    expect(await versions(file)).toEqual([["V1", 28]]);

    account.server.faults.failing.push({
      pattern: /INFORMATION_SCHEMA\.COLUMNS/,
      code: "000603",
      message: "the source is broken",
      times: 99,
    });
    await account.server.runScheduled();
    account.server.faults.failing.length = 0;
    expect(account.server.scheduled.notified).toEqual([
      { integration: "ON_FAILURE", task: "LAB.CRON.MM_SCHEDULE_NIGHT" },
    ]);

    await manymodel(folder, "snowflake", "unschedule");
    const before = account.server.services.jobs.size;
    await account.server.runScheduled();
    expect(account.server.services.jobs.size).toBe(before);
  });

  it("begins when a stream has data, and consumes it", async () => {
    const { folder, file } = await workspace("STREAM", { name: "fresh", stream: "stream.events" });
    await manymodel(folder, "snowflake", "schedule");
    await account.server.runScheduled();
    expect(await versions(file)).toEqual([]);
    account.server.scheduled.streams.add("STREAM.EVENTS");
    await account.server.runScheduled();
    expect(failures()).toHaveLength(2);
    expect(await versions(file)).toEqual([["V1", 28]]);
    expect([...account.server.scheduled.streams]).toEqual([]);
  });
});
