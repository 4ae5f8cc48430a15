import { appendFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ManyModel } from "manymodel";
import { describe, expect, it } from "vitest";
import { body, DAILY_COLUMNS, dailyQuery, fillDaily, fillTable, openWorkspace, temporaryFolder } from "../workspace.ts";

const DAY = 86_400_000;

async function trained(mm: ManyModel, name = "misbehaving", units = 20) {
  await fillDaily(mm, units, 3);
  const run = await mm.foreachPartition("unit_id").dopar(body(name), { dataQuery: dailyQuery, chunksPerJob: 4 });
  await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 2, partitionColumns: ["unit_id"] });
  return run;
}

const all = async (mm: ManyModel, sql: string) => (await mm.engine.tables.query(sql, [], 10_000)).rows;

for (const engine of ["local", "memory"] as const)
  describe(`registry and batch scoring on the ${engine} engine`, () => {
    it("counts every partition of the input once, with any status", async () => {
      const mm = await openWorkspace(engine);
      await trained(mm);
      const rows = [
        ["U19", 0, 1],
        ["U00", 0, 1],
        ["U11", 0, 1],
        ["U12", 0, 1],
        ["U13", 0, 1],
        ["new", 0, 1],
        [null, 0, 1],
      ];
      const columns = [
        { name: "UNIT_ID", type: "string" },
        { name: "OBS_DATE", type: "date" },
        { name: "Y", type: "number" },
      ] as const;
      await fillTable(mm, "TONIGHT", [...columns], rows);
      const batch = await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "TONIGHT" });
      expect(batch).toMatchObject({
        partitions: 7,
        ok: 1,
        noModel: 3,
        errors: 3,
        rows: 8,
        outputTable: "FORECAST_RESULTS",
      });
    });

    it("scores row by row if the definition says so, with the rows' order column", async () => {
      const mm = await openWorkspace(engine);
      const columns = [
        { name: "UNIT_ID", type: "string" },
        { name: "CUSTOMER", type: "string" },
        { name: "Y", type: "number" },
      ] as const;
      await fillTable(
        mm,
        "PAST",
        [...columns],
        [
          ["A", "a1", 1],
          ["B", "b1", 1],
          ["odd", "o1", 1],
        ],
      );
      const now = [
        ["A", "a3", 3],
        ["A", "a2", 2],
        ["A", "a9", 9],
        ["B", "b5", 5],
        ["odd", "o1", 1],
        ["odd", "o2", 1],
      ];
      await fillTable(mm, "NOW", [...columns], now);
      const dataQuery = { table: "PAST", keyColumn: "UNIT_ID", orderBy: ["CUSTOMER"] };
      const run = await mm.foreachPartition("unit_id").dopar(body("per-row"), { dataQuery });
      await mm.registry.logManyModel({ name: "R", version: "V1", run, horizon: 1 });
      const batch = await mm.registry.runBatch({ model: "R", version: "V1", inputTable: "NOW" });
      expect(batch).toMatchObject({ partitions: 3, ok: 2, errors: 1, rows: 5 });
      if (engine === "memory") return;
      const rows = await all(
        mm,
        "SELECT UNIT_ID, CUSTOMER, STEP, FORECAST, STATUS, ERROR_MESSAGE FROM FORECAST_RESULTS ORDER BY 1, 3",
      );
      expect(rows).toEqual([
        ["A", "a2", 1, 4, "OK", null],
        ["A", "a3", 2, 6, "OK", null],
        ["A", "a9", 3, 18, "OK", null],
        ["B", "b5", 1, 10, "OK", null],
        ["odd", null, null, null, "ERROR", "predict must return 2 values in mean; it has 1"],
      ]);
    });

    it("gives a definition all rows as soon as it asks for them, and newer ones in any case", async () => {
      const mm = await openWorkspace(engine);
      await fillDaily(mm, 3, 5);
      const run = await mm.foreachPartition("unit_id").dopar(body("sums-rows"), { dataQuery: dailyQuery });
      await mm.registry.logManyModel({ name: "S", version: "V1", run, horizon: 1 });
      const forecasts = async () => {
        const batch = await mm.registry.runBatch({ model: "S", version: "V1", inputTable: "SALES" });
        expect(batch).toMatchObject({ partitions: 3, ok: 3, rows: 3 });
        return engine === "memory" ? [] : all(mm, "SELECT UNIT_ID, FORECAST FROM FORECAST_RESULTS ORDER BY 1");
      };
      const expected = (values: number[]) => (engine === "memory" ? [] : values.map((value, i) => [`U0${i}`, value]));
      expect(await forecasts()).toEqual(expected([0, 0, 0]));
      await fillTable(mm, "SALES", DAILY_COLUMNS, [
        ...Array.from({ length: 15 }, (_, i) => [`U0${i % 3}`, Math.floor(i / 3) * DAY, 1]),
        ["U01", 5 * DAY, 10],
        ["U01", 6 * DAY, 10],
        ["U02", 5 * DAY, 20],
      ]);
      expect(await forecasts()).toEqual(expected([0, 25, 25]));
    });

    it("a version is immutable, needs a completed run with a model, and a predict", async () => {
      const mm = await openWorkspace(engine);
      const run = await trained(mm);
      const version = { name: "M", version: "V1", run, horizon: 2 };
      const { registry } = mm;
      await expect(registry.logManyModel(version)).rejects.toThrow("M has a version V1 already");
      await expect(registry.logManyModel({ ...version, version: "a/b" })).rejects.toThrow(
        'version "a/b" is not allowed',
      );
      await expect(registry.logManyModel({ ...version, version: "V2", horizon: 0 })).rejects.toThrow("horizon is 0");
      await expect(registry.logManyModel({ ...version, version: "V2", run: "none" })).rejects.toThrow(
        'there is no run "none"',
      );
      await expect(registry.logManyModel({ ...version, version: "V2", partitionColumns: ["SKU"] })).rejects.toThrow(
        "was partitioned by UNIT_ID",
      );
      const silent = await mm.foreachPartition("unit_id").dopar(body("uses-a-package"), { dataQuery: dailyQuery });
      await expect(registry.logManyModel({ ...version, version: "V2", run: silent })).rejects.toThrow("has no predict");
      await mm.engine.catalog.createRun("planned", "2026-01-01T00:00:00.000Z");
      await expect(registry.logManyModel({ ...version, version: "V2", run: "planned" })).rejects.toThrow("is planning");
      expect((await registry.showVersions()).map((v) => v.version)).toEqual(["V1"]);
      expect(await registry.showModels()).toMatchObject([{ model: "M", versions: 1 }]);
      expect(await registry.getModelVersion("M", "V1")).toMatchObject({ runId: run.runId, horizon: 2 });
    });

    it("names partitions that cannot be scored", async () => {
      const mm = await openWorkspace(engine);
      await trained(mm);
      const { registry } = mm;
      const options = { model: "M", version: "V1", inputTable: "SALES" };
      await expect(registry.runBatch({ ...options, version: "V9" })).rejects.toThrow(
        'there is no version or alias "V9" of model "M"',
      );
      await expect(registry.runBatch({ ...options, inputTable: "NONE" })).rejects.toThrow('there is no table "NONE"');
      await expect(registry.runBatch({ ...options, levels: [80, 100] })).rejects.toThrow("level is 100");
      await expect(registry.runBatch({ ...options, levels: [0.95] })).rejects.toThrow(
        "level is 0.95; it must be a percentage of at least 1 and below 100, such as 95",
      );
      await expect(registry.runBatch({ ...options, quantiles: [0.502] })).rejects.toThrow("ask for 0.5 itself");
      await expect(registry.runBatch({ ...options, horizon: 1.5 })).rejects.toThrow("horizon is 1.5");
      await expect(registry.runBatch({ ...options, outputTable: "a b" })).rejects.toThrow(
        'output table "a b" is not allowed',
      );
      await fillTable(
        mm,
        "NUMBERS",
        [
          { name: "UNIT_ID", type: "integer" },
          { name: "OBS_DATE", type: "date" },
          { name: "Y", type: "number" },
        ],
        [[1n, 0, 1]],
      );
      await expect(registry.runBatch({ ...options, inputTable: "NUMBERS" })).rejects.toThrow(
        "NUMBERS is partitioned by UNIT_ID (integer), but M V1 by UNIT_ID (string)",
      );
    });
  });

describe("batch scoring on the local engine", () => {
  it("writes forecasts into tables of forecasts only, and only keys of one type into each", async () => {
    const mm = await openWorkspace("local");
    await trained(mm, "average", 3);
    const score = (options: object) =>
      mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES", ...options });
    await expect(score({ outputTable: "SALES" })).rejects.toThrow(
      "SALES is not a table of forecasts; nothing is written into it",
    );
    expect(await all(mm, "SELECT count(*) FROM SALES")).toEqual([[9]]);
    await score({});
    await expect(
      score({ inputTable: "FORECAST_RESULTS", partitionCol: "UNIT_ID", columns: ["STEP"], orderBy: ["STEP"] }),
    ).rejects.toThrow("FORECAST_RESULTS is not a table of forecasts");
    const columns = [
      { name: "unit_id", type: "integer" },
      { name: "OBS_DATE", type: "date" },
      { name: "Y", type: "number" },
    ] as const;
    await fillTable(mm, "OTHER", [...columns], [[1n, 0, 1]]);
    const run = await mm
      .foreachPartition("unit_id")
      .dopar(body("average"), { dataQuery: { ...dailyQuery, table: "OTHER" } });
    await mm.registry.logManyModel({ name: "N", version: "V1", run, horizon: 1 });
    await expect(score({ model: "N", inputTable: "OTHER" })).rejects.toThrow(
      "column UNIT_ID of FORECAST_RESULTS holds strings, but this version's unit_id is of type integer; choose another output table",
    );
    expect(await score({ model: "N", inputTable: "OTHER", outputTable: "N_RESULTS" })).toMatchObject({ undated: 1 });
    await expect(score({ workers: 0 })).rejects.toThrow("workers is 0");
  });

  it("leaves no files behind when it fails", async () => {
    const mm = await openWorkspace("local");
    const run = await trained(mm, "average", 8);
    const folder = path.join(mm.config.directory, ".manymodel", "tables", "FORECAST_RESULTS");
    await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" });
    const before = await readdir(folder);
    const last = (await mm.engine.queue.chunks(run.runId)).at(-1)!.segment!.path;
    await appendFile(path.join(mm.config.directory, ".manymodel", "stage", last), "x");
    await expect(mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" })).rejects.toThrow(
      "was changed",
    );
    expect(await readdir(folder)).toEqual(before);
  });

  it("writes the next dates, point forecasts, bounds and a status; one row for a partition without a forecast", async () => {
    const mm = await openWorkspace("local");
    await trained(mm);
    await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES", levels: [95, 80] });
    const columns = "PARTITION_KEY, UNIT_ID, OBS_DATE, STEP, FORECAST, LO_80, HI_95, STATUS, ERROR_TYPE, ERROR_MESSAGE";
    const where = "MODEL_NAME = 'M' AND MODEL_VERSION = 'V1' AND UNIT_ID IN ('U00', 'U11', 'U12', 'U13', 'U14')";
    const none = [null, null, null, null, null];
    expect(await all(mm, `SELECT ${columns} FROM FORECAST_RESULTS WHERE ${where} ORDER BY UNIT_ID, STEP`)).toEqual([
      ["s:U00", "U00", ...none, "NO_MODEL", "fit-error", "cannot fit this one"],
      ["s:U11", "U11", ...none, "ERROR", "predict-error", "cannot predict"],
      ["s:U12", "U12", ...none, "ERROR", "invalid-return", "predict must return 2 values in mean; it has 1"],
      ["s:U13", "U13", ...none, "ERROR", "invalid-return", "mean[0] is NaN; it must be a finite number"],
      ["s:U14", "U14", "1970-01-04", 1, 3, null, null, "OK", null, null],
      ["s:U14", "U14", "1970-01-05", 2, 3, null, null, "OK", null, null],
    ]);
  });

  it("repeating a batch replaces its rows; other versions' rows stay", async () => {
    const mm = await openWorkspace("local");
    const run = await trained(mm, "average", 5);
    await mm.registry.logManyModel({ name: "M", version: "V2", run, horizon: 3 });
    const score = (version: string, horizon?: number) =>
      mm.registry.runBatch({ model: "M", version, inputTable: "SALES", ...(horizon && { horizon }) });
    const counts = () => all(mm, "SELECT MODEL_VERSION, count(*) FROM FORECAST_RESULTS GROUP BY 1 ORDER BY 1");
    await score("V1");
    await score("V1");
    expect(await counts()).toEqual([["V1", 10]]);
    await score("V2");
    await score("V1", 4);
    expect(await counts()).toEqual([
      ["V1", 20],
      ["V2", 15],
    ]);
    const once = await all(mm, "SELECT * FROM FORECAST_RESULTS ORDER BY ALL");
    await score("V1", 4);
    expect(await all(mm, "SELECT * FROM FORECAST_RESULTS ORDER BY ALL")).toEqual(once);
  });

  it("an altered artifact is noticed, and the output stays as it was", async () => {
    const mm = await openWorkspace("local");
    const run = await trained(mm, "average", 8);
    const score = () => mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" });
    await score();
    const before = await all(mm, "SELECT * FROM FORECAST_RESULTS ORDER BY ALL");
    const [first] = (await mm.engine.queue.chunks(run.runId)).map((chunk) => chunk.segment!.path);
    const stage = path.join(mm.config.directory, ".manymodel", "stage");
    await appendFile(path.join(stage, first!), "x");
    await expect(score()).rejects.toThrow(`${first} was changed after it was committed`);
    expect(await all(mm, "SELECT * FROM FORECAST_RESULTS ORDER BY ALL")).toEqual(before);
    await appendFile(path.join(stage, "runs", run.runId, "model_index.json"), " ");
    await expect(score()).rejects.toThrow("model_index.json was changed after M V1 was registered");
  });

  it("a definition is run only if its hash is the run's", async () => {
    const mm = await openWorkspace("local");
    const run = await trained(mm, "average", 3);
    const { sha256 } = run.manifest.definition;
    await writeFile(
      path.join(mm.config.directory, ".manymodel", "stage", "definitions", `${sha256}.mjs`),
      "export default {}",
    );
    await expect(mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" })).rejects.toThrow(
      `the run was planned with ${sha256}`,
    );
  });

  it("keys of every kind come through training, registry and scoring unchanged", async () => {
    const mm = await openWorkspace("local");
    const keys = [
      null,
      "",
      "'; DROP TABLE SALES; --",
      '"q"',
      "../../etc",
      "a/b\\c",
      "line\nbreak",
      "a__b",
      "100000",
      "1e+05",
      "😀",
      "%",
      "NULL",
    ];
    const columns = [
      { name: "SKU", type: "string" },
      { name: "DAY", type: "date" },
      { name: "Y", type: "number" },
    ] as const;
    await fillTable(
      mm,
      "SALES",
      [...columns],
      keys.flatMap((key, i) => [
        [key, 0, i],
        [key, DAY, i],
      ]),
    );
    const run = await mm.foreachPartition("unit_id").dopar(body("average"), {
      dataQuery: { table: "SALES", keyColumn: "SKU", orderBy: ["DAY"] },
      chunksPerJob: 3,
    });
    expect(run.index.succeeded).toBe(keys.length);
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 1 });
    expect(await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" })).toMatchObject({
      ok: keys.length,
      noModel: 0,
      errors: 0,
    });
    const rows = await all(mm, "SELECT SKU, FORECAST FROM FORECAST_RESULTS ORDER BY FORECAST");
    expect(rows).toEqual(keys.map((key, i) => [key, i]));
    const views = await all(
      mm,
      "SELECT r.SKU, m.VALUE FROM TRAINING_RESULTS r JOIN TRAINING_METRICS m USING (PARTITION_KEY) WHERE METRIC = 'n'",
    );
    expect(views).toHaveLength(keys.length);
  });

  it("typed keys from a file: integers, 1.0, dates, codes with leading zeros", async () => {
    const folder = await temporaryFolder();
    const mm = await openWorkspace("local");
    const file = path.join(folder, "data.csv");
    await writeFile(
      file,
      "n,f,d,code,t,y\n100000,1.0,2026-11-23,007,1,5\n100000,1.0,2026-11-23,007,2,6\n-1,2.5,2026-11-24,010,1,7\n",
    );
    await mm.engine.tables.import(file, "IMPORTED", { replace: false });
    for (const [keyColumn, expected, encoded] of [
      ["n", [[-1], [100000]], ["i:-1", "i:100000"]],
      ["f", [[1], [2.5]], ["f:1", "f:2.5"]],
      ["d", [["2026-11-23"], ["2026-11-24"]], ["d:2026-11-23", "d:2026-11-24"]],
      ["code", [["007"], ["010"]], ["s:007", "s:010"]],
      [
        ["n", "f", "d", "code"],
        [
          [-1, 2.5, "2026-11-24", "010"],
          [100000, 1, "2026-11-23", "007"],
        ],
        ["i:-1,f:2.5,d:2026-11-24,s:010", "i:100000,f:1,d:2026-11-23,s:007"],
      ],
    ] as const) {
      const dataQuery = { table: "IMPORTED", keyColumn, orderBy: ["t"] };
      const run = await mm.foreachPartition("unit_id").dopar(body("average"), { dataQuery });
      const version = `V${(await mm.registry.showVersions()).length}`;
      await mm.registry.logManyModel({ name: "M", version, run, horizon: 1 });
      const summary = await mm.registry.runBatch({ model: "M", version, inputTable: "IMPORTED" });
      expect(summary).toMatchObject({ ok: 1, undated: 1, noModel: 0 });
      const names = typeof keyColumn === "string" ? keyColumn : keyColumn.join(", ");
      const sql = (table: string, where: string) => `SELECT DISTINCT ${names} FROM ${table} WHERE ${where} ORDER BY 1`;
      expect(await all(mm, sql("FORECAST_RESULTS", `MODEL_VERSION = '${version}'`))).toEqual(expected);
      expect(await all(mm, sql("TRAINING_RESULTS", `RUN_ID = '${run.runId}'`))).toEqual(expected);
      const keys = await all(
        mm,
        `SELECT DISTINCT PARTITION_KEY FROM FORECAST_RESULTS WHERE MODEL_VERSION = '${version}'`,
      );
      expect(keys.flat().sort()).toEqual([...encoded].sort());
    }
    const steps = await all(mm, "SELECT DISTINCT t FROM FORECAST_RESULTS WHERE MODEL_VERSION = 'V0'");
    expect(steps.flat().sort()).toEqual([3, null]);
  });
});
