import { ManyModel, type RunBatchOptions } from "manymodel";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import type { ColumnInfo } from "../../src/core/columns/column.ts";
import { inProcessWorkers } from "../../src/engines/memory/workers.ts";
import { body, fillDaily, fillTable, openWorkspace, runRows } from "../workspace.ts";
import { openTestAccount, type TestAccount } from "./account.ts";
import { functionQuestions } from "./function-questions.ts";

const DAY = 86_400_000;
const DAILY: ColumnInfo[] = [
  { name: "UNIT_ID", type: "string" },
  { name: "OBS_DATE", type: "date" },
  { name: "Y", type: "number" },
];
const dataQuery = { table: "SALES", keyColumn: "UNIT_ID", orderBy: ["UNIT_ID", "OBS_DATE"] } as const;
const COLUMNS =
  "UNIT_ID, OBS_DATE::VARCHAR, STEP, FORECAST, PARTITION_KEY, MODEL_VERSION, STATUS, ERROR_TYPE, ERROR_MESSAGE";
type Batch = Partial<RunBatchOptions>;

describe("scoring by a table function", () => {
  let account: TestAccount;
  let opened = 0;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());

  /** Opens a workspace that scores its batches in a warehouse. */
  async function openInWarehouse(compute: "client" | "warehouse" = "client"): Promise<ManyModel> {
    const engine = openSnowflakeEngine(account.address(`S${opened++}`, { compute, scoring: "warehouse" }));
    await engine.preparation!.prepare();
    const config = { ...(await parseConfig("engine: snowflake", "f")), file: "f", directory: "." };
    const mm = new ManyModel(config, { ...engine, workers: inProcessWorkers() });
    onTestFinished(() => mm.close());
    return mm;
  }

  /**
   * Prepares ten series of 20 days, of which U03 has no model; the input has two days more of some, and other
   * partitions.
   */
  async function prepare(mm: ManyModel, exports = {}): Promise<void> {
    await fillDaily(mm, 10, 20);
    const units = ["U00", "U01", "U02", "U03", "U04", "U05", "U06", null, "new", "it's, new"];
    const rows = units.flatMap((unit, u) =>
      [17, 18, 19, ...(u % 2 ? [20, 21] : [])].map((day) => [unit, day * DAY, u + day / 7]),
    );
    await fillTable(mm, "TONIGHT", DAILY, rows);
    const ahead = ["U00", "U01", "U02", "U05", "U06"].flatMap((unit, u) =>
      Array.from({ length: unit === "U02" ? 2 : 8 }, (_, i) => [unit, (20 + i) * DAY, (i + u) % 3 === 0]),
    );
    await fillTable(mm, "AHEAD", [DAILY[0]!, DAILY[1]!, { name: "PROMO", type: "boolean" }], ahead);
    const run = await mm.foreachPartition("unit_id").dopar(new URL("../fixtures/bodies/scored.js", import.meta.url), {
      dataQuery,
      exports,
      chunksPerJob: 3,
      workers: 1,
    });
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 4 });
  }

  const score = (mm: ManyModel, options: Batch = {}) =>
    mm.registry.runBatch({ model: "M", version: "V1", inputTable: "TONIGHT", workers: 1, ...options });

  /** Returns the summary and the rows of a batch, without parts that differ from time to time. */
  async function left(mm: ManyModel, options: Batch = {}, columns = COLUMNS, table = "FORECAST_RESULTS") {
    const { batchId: _, seconds: __, ...counts } = await score(mm, { outputTable: table, ...options });
    const { rows } = await mm.engine.tables.query(
      `SELECT ${columns} FROM ${table} ORDER BY PARTITION_KEY, STEP, MODEL_VERSION`,
      [],
      10_000,
    );
    return { counts, rows };
  }

  const predictions = () => account.server.log.filter((sql) => /TABLE\("LAB"\."S\d+"\."MM_PREDICT_/.test(sql)).length;

  it("gives every row and every count as the local engine does, for any options", async () => {
    const [warehouse, local] = [await openInWarehouse(), await openWorkspace("local")];
    for (const mm of [warehouse, local]) await prepare(mm);
    const batches: [Batch, string?, string?][] = [
      [{}],
      [{ levels: [50, 99.5], quantiles: [0.1, 0.5] }, `${COLUMNS}, LO_50, HI_50, "HI_99.5", Q_10, Q_50`, "WIDE"],
      [{ futureTable: "AHEAD", horizon: 6 }],
      [{ advance: false, horizon: 2 }],
      [{ missingModel: "fallback", target: "Y", period: 2 }],
    ];
    for (const [options, columns, table] of batches) {
      const before = predictions();
      const result = await left(warehouse, options, columns, table);
      expect(predictions()).toBeGreaterThan(before);
      expect(result).toEqual(await left(local, options, columns, table));
      expect(result.counts).toMatchObject({ partitions: 10 });
    }
    expect((await left(warehouse)).counts).toMatchObject({ ok: 5, noModel: 4, errors: 1 });
    const failed = { missingModel: "error" } as const;
    await expect(score(warehouse, failed)).rejects.toThrow(/4 partitions have no model in M V1/);
  });

  it("leaves the rows of the last batch where nothing has changed, as the local engine does", async () => {
    const [warehouse, local] = [await openInWarehouse(), await openWorkspace("local")];
    const columns = `${COLUMNS}, FINGERPRINT`;
    const results = [];
    for (const mm of [warehouse, local]) {
      await prepare(mm);
      await score(mm, { outputTable: "OUTPUT" });
      const first = await left(mm, { incremental: true }, columns, "OUTPUT");
      const second = await left(mm, { incremental: true }, columns, "OUTPUT");
      const third = await left(mm, { incremental: true, horizon: 3 }, columns, "OUTPUT");
      results.push({ first, second, third });
    }
    expect(results[0]).toEqual(results[1]);
    expect(results[0]!.second.counts).toMatchObject({ kept: 5, ok: 5, rows: results[0]!.first.counts.rows });
    expect(results[0]!.third.counts).toMatchObject({ kept: 0 });
  });

  it("scores rows, keys of several columns and types, and times that are numbers", async () => {
    const [warehouse, local] = [await openInWarehouse(), await openWorkspace("local")];
    const columns: ColumnInfo[] = [
      { name: "P", type: "integer" },
      { name: "SINCE", type: "date" },
      { name: "T", type: "integer" },
      { name: "Y", type: "number" },
      { name: "OBS_TS", type: "timestamp" },
    ];
    const rows = [
      [1n, 0, 1n, 0.1, 0],
      [1n, 0, 2n, 0.2, 1000],
      [2n, 20_000 * DAY, 1n, null, 0],
      [2n, 20_000 * DAY, 2n, 1 / 3, 60_000],
      [-7n, null, 5n, 1e300, 0],
    ];
    for (const orderBy of ["T", "OBS_TS"]) {
      const results = [];
      for (const mm of [warehouse, local]) {
        await fillTable(mm, "READINGS", columns, rows);
        const query = { table: "READINGS", keyColumn: ["P", "SINCE"], orderBy: [orderBy] };
        const run = await mm.foreachPartition("unit_id").dopar(body("per-row"), { dataQuery: query, workers: 1 });
        await mm.registry.logManyModel({ name: orderBy, version: "V1", run, horizon: 1 });
        const {
          batchId: _,
          seconds: __,
          ...counts
        } = await mm.registry.runBatch({
          model: orderBy,
          version: "V1",
          inputTable: "READINGS",
          outputTable: `OF_${orderBy}`,
          workers: 1,
        });
        const { rows: stored } = await mm.engine.tables.query(
          `SELECT P, SINCE::VARCHAR, ${orderBy}::VARCHAR, STEP, FORECAST, STATUS FROM OF_${orderBy} ORDER BY P, ${orderBy}`,
          [],
          100,
        );
        results.push({ counts, found: stored });
      }
      expect(results[0]).toEqual(results[1]);
      if (orderBy === "T") expect(results[0]!.counts).toMatchObject({ partitions: 3 });
    }
  });

  it("a partition that ends the function's statement is an error alone", async () => {
    const mm = await openInWarehouse();
    await prepare(mm, { endless: "U05", later: "U06" });
    account.server.faults.functionTimeoutMs = 300;
    const { counts, rows } = await left(mm);
    account.server.faults.functionTimeoutMs = 60_000;
    expect(counts).toMatchObject({ partitions: 10, ok: 3, noModel: 4, errors: 3, rows: 3 * 4 + 7 });
    const errors = Object.fromEntries(rows.map((row) => [row[0], row[8]]).filter(([, message]) => message !== null));
    expect(errors).toMatchObject({
      U04: "there is no forecast of U04",
      U05: expect.stringMatching(/JavaScript execution error.*100132/),
      U06: expect.stringMatching(/the definition is asynchronous/),
    });
  });

  it("an interrupted batch has changed nothing, and can be repeated", async () => {
    const mm = await openInWarehouse();
    await prepare(mm);
    const before = await left(mm);
    const { faults } = account.server;
    for (const pattern of [/^COPY INTO '@.*MM_SCORED/s, /^INSERT INTO .*MM_SCORED_.*AS KNOWN/s, /^COPY INTO "LAB"/]) {
      const kind = pattern.source.includes("KNOWN") ? "002003" : "000603";
      faults.failing.push({ pattern, code: kind, message: "internal error", times: 1 });
      await expect(score(mm, { horizon: 2 })).rejects.toThrow(/internal error/);
      const { rows } = await mm.engine.tables.query(
        `SELECT ${COLUMNS} FROM FORECAST_RESULTS ORDER BY PARTITION_KEY, STEP`,
        [],
        999,
      );
      expect(rows).toEqual(before.rows);
    }
    expect((await left(mm, { horizon: 2 })).counts).toMatchObject({ ok: 5, rows: 15 });
    const tables = (await mm.engine.tables.list()).map(({ name }) => name);
    expect(tables.filter((name) => name.includes("SCORED"))).toEqual([]);
  });

  it("names the remedy if the models are not in the store", async () => {
    const mm = await openInWarehouse();
    await prepare(mm);
    const [run] = await mm.engine.catalog.runs();
    await mm.engine.views.conceal(run!.runId);
    await expect(score(mm)).rejects.toThrow(/the model store has 0 of the \d+ partitions .* manymodel index /);
  });

  it("trains and scores by the built-in methods as the local engine does, in an engine of ES2019", async () => {
    const [warehouse, local] = [await openInWarehouse("warehouse"), await openWorkspace("local")];
    const methods = { arima: "auto-arima", smoothing: "ets", simple: "linear" };
    const results = [];
    for (const mm of [warehouse, local]) {
      const rows = ["A", "B"].flatMap((unit, u) =>
        Array.from({ length: 60 }, (_, t) => [unit, t * DAY, 9 + u + t / 9 + ((t * (u + 3)) % 7) + ((t * t) % 5) / 3]),
      );
      await fillTable(mm, "SALES", DAILY, rows);
      const left = [];
      for (const [module, method] of Object.entries(methods)) {
        const exports = { method, target: "Y", period: 7, horizon: 7, holdout: 14 };
        const definition = new URL(`../../src/model/builtin/${module}.ts`, import.meta.url);
        const run = await mm.foreachPartition("unit_id").dopar(definition, { dataQuery, exports, workers: 1 });
        const trained = (await runRows(mm, run.runId)).map(({ fitMs: _, ...row }) => row);
        expect(trained.map(({ errorMessage }) => errorMessage)).toEqual([null, null]);
        await mm.registry.logManyModel({ name: module, version: "V1", run, horizon: 9 });
        await mm.registry.runBatch({
          model: module,
          version: "V1",
          inputTable: "SALES",
          outputTable: module,
          workers: 1,
        });
        const { rows } = await mm.engine.tables.query(
          `SELECT PARTITION_KEY, STEP, FORECAST, LO_80, HI_95, STATUS FROM ${module} ORDER BY PARTITION_KEY, STEP`,
          [],
          99,
        );
        left.push({ trained, rows });
      }
      results.push(left);
    }
    expect(results[0]).toEqual(results[1]);
  });

  functionQuestions(
    async () => {
      const engine = openSnowflakeEngine(
        account.address(`S${opened++}`, { compute: "warehouse", scoring: "warehouse" }),
      );
      await engine.preparation!.prepare();
      return engine;
    },
    { limits: false },
  );
});
