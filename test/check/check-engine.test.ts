import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { memoryEngine } from "manymodel/engines/memory";
import { describe, expect, it } from "vitest";
import { checkEngine } from "../../src/check/check-engine.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { CommandLine } from "../command-line.ts";
import { body, dailyQuery, fillDaily, openWorkspace, temporaryFolder } from "../workspace.ts";

const options = { id: "x", now: Date.now };
const names = ["versions", "privileges", "clock", "stage", "catalog", "queue", "roster", "tables"];

describe("a check of an engine", () => {
  it("finds the local one well, measures it, and leaves nothing behind", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 5, 3);
    await mm
      .foreachPartition("unit_id")
      .dopar(body("average"), { dataQuery: dailyQuery, modelRunId: "r", mode: "local" });
    const before = await mm.engine.stage.list("");
    const items = await checkEngine(mm.engine, options);
    expect(items.filter(({ ok }) => !ok)).toEqual([]);
    expect(items.map(({ name }) => name)).toEqual(names);
    expect(items[0]!.detail).toMatch(/^engine local, sqlite 3\.\d+\.\d+, duckdb v\d/);
    expect(items.at(-1)!.detail).toMatch(/^1 tables; 15 rows of SALES read/);
    for (const { measured = {} } of items)
      for (const value of Object.values(measured)) expect(value).toBeTypeOf("number");
    expect(await mm.engine.stage.list("")).toEqual(before);
    expect((await mm.engine.catalog.runs()).map(({ runId }) => runId)).toEqual(["r"]);
    expect((await mm.engine.queue.counts("check-x")).partitions).toBe(0);
    expect(await mm.engine.roster.alive()).toEqual([]);
  });

  it("names a remedy for each part that fails, and checks the others", async () => {
    const engine: Engine = {
      ...memoryEngine(randomUUID()),
      describe: async () => ({
        versions: { base: "1" },
        privileges: [{ what: "CREATE on schema s", granted: false, advice: "GRANT CREATE ON SCHEMA s TO r" }],
        clock: Date.now() - 60_000,
      }),
    };
    const get = engine.stage.get;
    engine.stage.get = async (name) => (await get(name)).slice(1);
    const items = await checkEngine(engine, options);
    const failing = items.filter(({ ok }) => !ok);
    expect(failing).toMatchObject(
      [
        { name: "privilege", needed: true, detail: "CREATE on schema s: missing", advice: /^GRANT CREATE/ },
        { name: "privileges", needed: true, detail: "1 of 1 are missing", advice: /above/ },
        { name: "clock", needed: false, detail: expect.stringMatching(/behind$/), advice: /NTP/ },
        {
          name: "stage",
          needed: true,
          detail: "the stage returned other bytes than were written",
          advice: /may be written/,
        },
      ].map(({ advice, ...rest }) => ({ ...rest, advice: expect.stringMatching(advice) })),
    );
    expect(items.map(({ name }) => name)).toEqual(["versions", "privilege", ...names.slice(1)]);
    expect(await engine.stage.list("checks/")).toEqual([]);
  });

  it("ends with 1 on the command line if something needed fails", async () => {
    const folder = await temporaryFolder();
    const commandLine = new CommandLine();
    const check = async (yaml: string, ...args: string[]) => {
      await writeFile(path.join(folder, "manymodel.yaml"), yaml);
      return commandLine.run(folder, "engine", "check", ...args);
    };
    const well = await check("{}\n", "--json");
    expect(well.status, well.stderr).toBe(0);
    expect(JSON.parse(well.stdout)).toMatchObject({ ok: true });
    const missing = await check("source: { table: nowhere.csv, partition_by: a }\n");
    expect(missing.status).toBe(1);
    expect(missing.stdout).toMatch(/FAILED +tables .*nowhere\.csv.*; see that the source exists/);
    expect(missing.stdout).toMatch(/^1 of 8 failed\.$/m);
  });
});
