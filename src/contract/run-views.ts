import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { PartitionOutcome } from "../core/artifact.ts";
import { type ColumnBatch, columnsOf } from "../core/columns/column.ts";
import { FORECAST_OVERRIDES, type Override, overrideBatch } from "../core/override.ts";
import { encodeKey, type KeyColumn, type PartitionKey } from "../core/partition-key.ts";
import type { ModelVersion } from "../core/registry.ts";
import { encodeSegment } from "../core/segment.ts";
import type { Engine } from "../ports/engine.ts";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";
import { KEY_SIZES, longKey } from "./sales-rows.ts";

/** Checks the views over committed runs, where an engine answers queries. */
export function runViewsContract(harness: Harness, open: OpenEngine): void {
  harness.describe("run views", () => {
    const test = onEngine(harness, open);
    test("has the result views before anything was trained", async ({ tables }) => {
      for (const view of ["MODEL_INDEX", "TRAINING_RESULTS", "TRAINING_METRICS"])
        assert.deepEqual((await tables.query(`SELECT RUN_ID, PARTITION_KEY FROM ${view}`, [], 1)).rows, []);
    });
    test("shows the key columns of runs in the result views, as text where runs disagree on their type", async (engine) => {
      const { views, tables } = engine;
      const expose = (runId: string, keyColumns: KeyColumn[], key: PartitionKey) =>
        exposeOutcomes(engine, runId, keyColumns, [key]);
      await expose(
        "one",
        [
          { name: "SKU", type: "integer" },
          { name: "DAY", type: "date" },
        ],
        [7, "2026-01-02"],
      );
      const select = (view: string, columns: string) =>
        tables.query(`SELECT ${columns} FROM ${view} ORDER BY 1`, [], 9);
      for (const view of ["MODEL_INDEX", "TRAINING_RESULTS", "TRAINING_METRICS"])
        assert.deepEqual((await select(view, "RUN_ID, SKU, DAY")).rows, [["one", 7, "2026-01-02"]]);
      // A run exposed again is there once; METRIC is a column of one of the views already.
      await expose(
        "one",
        [
          { name: "SKU", type: "integer" },
          { name: "DAY", type: "date" },
        ],
        [8, "2026-01-03"],
      );
      await expose(
        "two",
        [
          { name: "SKU", type: "string" },
          { name: "METRIC", type: "string" },
        ],
        ["x", "m"],
      );
      assert.deepEqual((await select("MODEL_INDEX", "RUN_ID, SKU, METRIC")).rows, [
        ["one", "8", null],
        ["two", "x", "m"],
      ]);
      assert.deepEqual((await select("TRAINING_METRICS", "RUN_ID, METRIC, KEY_METRIC")).rows, [
        ["one", "mase", null],
        ["two", "mase", "m"],
      ]);
      await views.conceal("one");
      assert.deepEqual((await select("TRAINING_RESULTS", "RUN_ID, SKU")).rows, [["two", "x"]]);
    });
    test("shows the forecasts that count: the newest batch by the version that the alias means", async (engine) => {
      const { output, tables, versions, views } = engine;
      const change = { by: "test", at: "2026-01-01T00:00:00.000Z" };
      const current = { model: "M", alias: "champion", table: "FORECAST_RESULTS" };
      const text = (value: string) => ({ type: "string" as const, values: [value] });
      const score = async (version: string, input: string, startedAt: string, columns: ColumnBatch["columns"] = {}) => {
        // The rows of a batch are owned by what they were made from.
        const owner = createHash("sha256")
          .update(JSON.stringify(["M", version, input]))
          .digest("hex");
        await write("FORECAST_RESULTS", owner, { PARTITION_KEY: text(`${version} of ${input}`), ...columns });
        await write("BATCH_RUNS", `${version} ${startedAt}`, {
          MODEL_NAME: text("M"),
          MODEL_VERSION: text(version),
          INPUT_TABLE: text(input),
          OUTPUT_TABLE: text("Forecast_Results"),
          STARTED_AT: { type: "timestamp", values: Float64Array.of(Date.parse(startedAt)) },
        });
      };
      const write = async (table: string, owner: string, columns: ColumnBatch["columns"]) => {
        const batch = { length: 1, columns };
        await output.create(table, columnsOf(batch));
        await output.publish(table, owner, [await output.write(table, batch)]);
      };
      const rows = async () => {
        await views.showForecasts(current);
        return (await tables.query("SELECT * FROM FORECASTS", [], 9)).rows;
      };
      // Without a table of forecasts there is nothing to show.
      await views.showForecasts(current);
      await assert.rejects(tables.query("SELECT * FROM FORECASTS", [], 1), { kind: "usage" });
      await output.create("FORECAST_RESULTS", [{ name: "PARTITION_KEY", type: "string" }]);
      assert.deepEqual(await rows(), []);
      for (const version of ["V1", "V2"])
        await versions.create(
          { model: "M", version, createdAt: `2026-01-0${version.slice(1)}T00:00:00.000Z` } as ModelVersion,
          change,
        );
      const odd = `it's "a" b\\c é`;
      await score("V1", "SALES", "2026-01-03T00:00:00Z");
      assert.deepEqual(await rows(), [["V1 of SALES"]]);
      await score("V2", "SALES", "2026-01-04T00:00:00Z");
      assert.deepEqual(await rows(), [["V2 of SALES"]]);
      const move = { model: "M", alias: "champion" };
      await versions.moveAlias({ ...move, version: "V1" }, change);
      assert.deepEqual((await tables.query("SELECT * FROM FORECASTS", [], 9)).rows, [["V1 of SALES"]]);
      // A later batch brings a column of its own.
      await score("V1", odd, "2026-01-05T00:00:00Z", { FORECAST: { type: "number", values: Float64Array.of(1.5) } });
      assert.deepEqual(await rows(), [[`V1 of ${odd}`, 1.5, 1.5]]);
      await score("V2", "SALES", "2026-01-06T00:00:00Z");
      assert.deepEqual(await rows(), [[`V1 of ${odd}`, 1.5, 1.5]]);
      await versions.moveAlias({ ...move, version: null }, change);
      assert.deepEqual(await rows(), [["V2 of SALES", null, null]]);
      await versions.moveAlias({ ...move, alias: "default", version: "V1" }, change);
      assert.deepEqual((await tables.query("SELECT FORECAST FROM FORECASTS", [], 9)).rows, [[1.5]]);
      await assert.rejects(output.create("forecasts", [{ name: "A", type: "string" }]), { kind: "conflict" });
    });
    test("shows the override in force beside a forecast, as FORECAST_FINAL", async ({ views, output, tables }) => {
      const day = Date.parse("2026-01-05");
      const text = (...values: (string | null)[]) => ({ type: "string" as const, values });
      const number = (...values: number[]) => ({ type: "number" as const, values: Float64Array.from(values) });
      const time = (...values: number[]) => ({ type: "timestamp" as const, values: Float64Array.from(values) });
      const write = async (table: string, owner: string, batch: ColumnBatch) => {
        await output.create(table, columnsOf(batch));
        await output.publish(table, owner, [await output.write(table, batch)]);
      };
      const owner = createHash("sha256").update('["M","V1","SALES"]').digest("hex");
      await write("BATCH_RUNS", "b", {
        length: 1,
        columns: {
          ...{ MODEL_NAME: text("M"), MODEL_VERSION: text("V1"), INPUT_TABLE: text("SALES") },
          ...{ OUTPUT_TABLE: text("FORECAST_RESULTS"), STARTED_AT: time(day) },
        },
      });
      await write("FORECAST_RESULTS", owner, {
        length: 4,
        columns: {
          MODEL_NAME: text("M", "M", "M", "M"),
          PARTITION_KEY: text("s:A", "s:A", "s:B", "s:B"),
          DAY: { type: "date", values: Float64Array.of(day, day + 86_400_000, day, NaN) },
          STEP: { type: "integer", values: [1n, 2n, 1n, null] },
          FORECAST: number(1, 2, 3, NaN),
        },
      });
      const readRows = async () => {
        await views.showForecasts({ model: "M", table: "FORECAST_RESULTS" });
        const sql = "SELECT FORECAST_FINAL FROM FORECASTS ORDER BY PARTITION_KEY, STEP";
        return (await tables.query(sql, [], 9)).rows.map(([value]) => value);
      };
      // Without a table of overrides FORECAST counts.
      assert.deepEqual(await readRows(), [1, 2, 3, null]);
      const set = (change: string, values: Partial<Override>) => {
        const usual = { model: "M", partitionKey: "s:A", time: day, reason: "it's a promotion", expiresAt: NaN };
        const record = { changeId: change, by: "me", at: Date.parse("2026-01-01"), value: 9 };
        return write(FORECAST_OVERRIDES, change, overrideBatch([{ ...usual, ...record, ...values }]));
      };
      await set("1", { value: 10 });
      await set("2", { partitionKey: "s:B", value: 30 });
      await set("3", { model: "OTHER", time: day + 86_400_000 });
      assert.deepEqual(await readRows(), [10, 2, 30, null]);
      // The last row of a place decides: another value, one that has expired, a removal. An equal time is decided by the change.
      await set("4", { value: 11, at: Date.parse("2026-01-02") });
      await set("5", {
        partitionKey: "s:B",
        value: 31,
        expiresAt: Date.parse("2026-01-03"),
        at: Date.parse("2026-01-02"),
      });
      assert.deepEqual(await readRows(), [11, 2, 3, null]);
      await set("6", { value: NaN, at: Date.parse("2026-01-02") });
      await set("7", {
        partitionKey: "s:B",
        value: 32,
        expiresAt: Date.parse("2999-01-01"),
        at: Date.parse("2026-01-03"),
      });
      assert.deepEqual(await readRows(), [1, 2, 32, null]);
    });
    test("shows outcomes of keys of any size, and finds them by key", async (engine) => {
      const columns: KeyColumn[] = [{ name: "SKU", type: "string" }];
      const keys = KEY_SIZES.map(longKey);
      await exposeOutcomes(
        engine,
        "long",
        columns,
        keys.map((key) => [key]),
      );
      for (const [i, key] of keys.entries()) {
        const result = await engine.tables.query(
          "SELECT SKU, ATTEMPT FROM MODEL_INDEX WHERE RUN_ID = $1 AND PARTITION_KEY = $2",
          ["long", encodeKey(columns, [key])],
          9,
        );
        assert.ok(result.rows.length === 1 && result.rows[0]?.[0] === key, `key of ${KEY_SIZES[i]} bytes`);
      }
    });
  });
}

/** Exposes a run of one segment that has a succeeded partition for each key. */
async function exposeOutcomes(
  { stage, views }: Pick<Engine, "stage" | "views">,
  runId: string,
  keyColumns: KeyColumn[],
  keys: readonly PartitionKey[],
): Promise<void> {
  const rows = keys.map((key, position): PartitionOutcome => {
    return {
      partitionKey: encodeKey(keyColumns, key),
      key,
      position,
      outcome: "succeeded",
      modelKind: null,
      model: "{}",
      metrics: '{"mase":1}',
      forecast: null,
      info: null,
      nObs: 1,
      firstTs: null,
      lastTs: null,
      interval: null,
      fitMs: 1,
      seed: 1,
      dataSha256: null,
      errorType: null,
      errorMessage: null,
      log: null,
      attempt: 1,
    };
  });
  const path = `runs/${runId}/chunks/0001/1/segment.parquet`;
  const { content: bytes } = encodeSegment(keyColumns, rows);
  await stage.put(path, bytes);
  const size = { rows: rows.length, bytes: bytes.length, succeeded: rows.length, failed: 0 };
  const segment = {
    path,
    chunk: 1,
    attempt: 1,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    ...size,
    source: 0,
  };
  await views.expose({ runId, keyColumns, segments: [segment] });
}
