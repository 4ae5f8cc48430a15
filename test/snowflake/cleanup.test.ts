import { ManyModel } from "manymodel";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { workspaceNames } from "../../src/engines/snowflake/names.ts";
import { jobStatements, specification } from "../../src/engines/snowflake/sql/jobs.ts";
import { runComment } from "../../src/engines/snowflake/sql/run-objects.ts";
import { snapshotStatements } from "../../src/engines/snowflake/sql/snapshot.ts";
import { tableFunctionStatements } from "../../src/engines/snowflake/sql/table-functions.ts";
import { tableStatements } from "../../src/engines/snowflake/sql/tables.ts";
import { body, dailyQuery, fillDaily } from "../workspace.ts";
import { openTestAccount, SERVICE, type TestAccount } from "./account.ts";
import { connectDriver, execute } from "./driver.ts";
import { issueToken } from "./server/users.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

it("finds and removes leftovers of runs, keeps the needs of versions and runs in progress, and may be ended at any time", async () => {
  const address = account.address("CLEAN");
  const engine = openSnowflakeEngine(address);
  await engine.preparation!.prepare();
  const config = { ...(await parseConfig("engine: snowflake", "f")), file: "f", directory: "." };
  const mm = new ManyModel(config, engine);
  onTestFinished(() => mm.close());
  await fillDaily(mm, 4, 4);
  const train = async () =>
    (
      await mm
        .foreachPartition("unit_id")
        .dopar(body("scored"), { dataQuery: dailyQuery, mode: "local", exports: { errors: {} } })
    ).runId;
  const [first, deleted] = [await train(), await train()];
  await mm.registry.logManyModel({ name: "M", version: "V1", run: first, horizon: 1 });
  await engine.catalog.createRun("open", "2026-01-01");

  const token = issueToken(account.server.users.oauthTokens, "LAB_USER");
  const db = await connectDriver(account.server, { authenticator: "OAUTH", token });
  const names = workspaceNames(address);
  const jobs = jobStatements(names, address, SERVICE);
  const spec = specification(names, SERVICE, { args: ["--version"] });
  for (const [base, run] of [
    ["MM_A", "open"],
    ["MM_B", deleted],
    ["MM_C", "none"],
  ] as const) {
    for (const sql of jobs.graph(base, runComment(run), spec, spec)) await execute(db, sql);
    await execute(db, jobs.execute(`${base}_1`, runComment(run), spec));
  }
  await execute(db, jobs.execute("ANOTHERS", "not ours", spec));
  const { create } = tableFunctionStatements(names);
  await execute(db, create("ab".repeat(32), [{ name: "Y", type: "number" }], "{}"));
  await execute(
    db,
    snapshotStatements(names).pin("0123456789ab_0011", {
      from: names.of("SALES"),
      keys: [{ name: "UNIT_ID", type: "string" }],
      columns: [],
      order: [],
    }),
  );
  await execute(db, tableStatements(names).want, { binds: ["lost", '["a"]'] });

  const garbage = async () => (await mm.garbage({ olderThan: 0.001 })).map(({ what }) => what).sort();
  const tasks = ["task", "task", "task", "task", "task", "task"];
  expect(await garbage()).toEqual(["service", "service", "snapshot", ...tasks, "temporary"]);
  // Young things may be somebody's who is at work; what was made for a run is known by the run.
  expect((await mm.garbage({ olderThan: "1h" })).map(({ what }) => what).sort()).toEqual([
    "service",
    "service",
    ...tasks,
  ]);
  await engine.catalog.moveRun("open", "failed", { error: "none" });
  expect(await garbage()).toContain("function");

  const { failing } = account.server.faults;
  for (const pattern of [/^DROP SERVICE/, /^DROP FUNCTION/, /^DROP TABLE/, /^DELETE FROM \S+"MM_WANTED"/]) {
    failing.push({ pattern, code: "000603", message: "ended", times: 1 });
    await expect(mm.garbage({ olderThan: 0.001, delete: true })).rejects.toThrow(/ended/);
  }
  await mm.garbage({ olderThan: 0.001, delete: true });
  expect(await garbage()).toEqual([]);
  expect([...account.server.services.jobs.keys()]).toEqual(["LAB.CLEAN.ANOTHERS"]);

  const rowsOf = async (table: string) =>
    (await execute(db, `SELECT COUNT(*) AS N FROM ${names.of(table)} WHERE RUN_ID = ?`, { binds: [deleted] })).rows[0]!
      .N;
  expect(await rowsOf("MM_MODEL_STORE")).toBe(4);
  failing.push({ pattern: /^REMOVE /, code: "000603", message: "ended", times: 1 });
  await expect(mm.runs.delete(deleted)).rejects.toThrow(/ended/);
  expect([await rowsOf("MM_MODEL_STORE"), await rowsOf("MM_CHUNKS"), await rowsOf("MM_RUNS")]).toEqual([0, 0, 0]);
  expect(await mm.garbage({ delete: true })).toMatchObject([{ what: "run", why: "the run was deleted" }]);
  expect(await engine.stage.list(`runs/${deleted}/`)).toEqual([]);
  expect(await mm.runs.verify(first)).toMatchObject({ partitions: 4, problems: [] });
});
