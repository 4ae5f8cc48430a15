import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { ManyModel } from "manymodel";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ColumnInfo, columnsOf } from "../../src/core/columns/column.ts";
import { FORECAST_OVERRIDES, overrideBatch } from "../../src/core/override.ts";
import { postWebhook } from "../../src/monitor/webhook.ts";
import { fillTable, openWorkspace } from "../workspace.ts";

const DAY = 86_400_000;
const forecaster = new URL("../../src/model/builtin/forecaster.ts", import.meta.url);

const COLUMNS: ColumnInfo[] = [
  { name: "store", type: "string" },
  { name: "sku", type: "integer" },
  { name: "day", type: "date" },
  { name: "qty", type: "number" },
];
/** One store has no name, one a name that looks like several. */
const STORES = ["a,b", null, "north"];
const YAML =
  "source: { table: SALES, partition_by: [store, sku], order_by: [store, sku, day], target: qty }\nregister: { name: M }\n";

const usual = (_: string | null, day: number) => 9 + 2 * (day % 2);

/**
 * Returns sales of 9 and 11 in turn, forecast by their mean: 10, and the holdout's mean absolute error is 1. After day
 * 20 as told.
 */
function sales(days: number, since: (store: string | null, day: number) => number | undefined) {
  return STORES.flatMap((store) =>
    Array.from({ length: days }, (_, day) => {
      const y = day < 20 ? usual(store, day) : since(store, day);
      return y === undefined ? [] : [[store, 7n, day * DAY, y]];
    }).flat(),
  );
}

async function trained(mm: ManyModel, holdout = 4, days = 20) {
  await fillTable(
    mm,
    "SALES",
    COLUMNS,
    sales(days, () => 10),
  );
  const exports = { method: "mean", target: "qty", period: 1, horizon: 12, holdout };
  const { runId } = await mm
    .foreachPartition("unit_id")
    .dopar(forecaster, { exports, mode: "local", modelRunId: "first" });
  await mm.registry.logManyModel({ name: "M", version: "V1", run: runId, horizon: 12 });
  await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" });
}

/** Returns a table's rows: some of its columns, in the order of key and of whatever else is named. */
async function rowsOf(mm: ManyModel, table: string, columns: string[], orderBy: string[] = []) {
  const { source } = mm.engine;
  const snapshot = await source.snapshot({ table, keyColumns: ["PARTITION_KEY"], columns, orderBy });
  const { batch } = await source.read(
    snapshot,
    Array.from({ length: snapshot.partitions }, (_, i) => i),
  );
  return Array.from({ length: batch.length }, (_, row) => columns.map((name) => batch.columns[name]!.values[row]));
}

const LEDGER = ["PARTITION_KEY", "ORIGIN", "day", "STEP", "ACTUAL", "FORECAST", "ERROR", "SCALED_ERROR", "HIT_95"];
const ledger = (mm: ManyModel) => rowsOf(mm, "ACCURACY_LEDGER", LEDGER, ["day", "STEP"]);
const statuses = (mm: ManyModel) => rowsOf(mm, "MONITOR_STATUS", ["PARTITION_KEY", "VERDICT", "REASONS", "N"]);

for (const engine of ["local", "memory"] as const)
  describe(`monitoring on the ${engine} engine`, () => {
    it("enters arrived observations once, for any keys", async () => {
      const mm = await openWorkspace(engine, YAML);
      await trained(mm);
      await fillTable(
        mm,
        "SALES",
        COLUMNS,
        sales(22, (store, day) => (store === "north" ? (day === 20 ? 15 : undefined) : 12)),
      );
      const first = await mm.monitor();
      expect(first).toMatchObject({ newEntries: 5, partitions: 3, verdicts: { "no-data": 3 }, alert: false });
      const rows = await ledger(mm);
      expect(rows).toEqual([
        ["n:,i:7", 19 * DAY, 20 * DAY, 1, 12, 10, 2, 2, 1],
        ["n:,i:7", 19 * DAY, 21 * DAY, 2, 12, 10, 2, 2, 1],
        ["s:a%2cb,i:7", 19 * DAY, 20 * DAY, 1, 12, 10, 2, 2, 1],
        ["s:a%2cb,i:7", 19 * DAY, 21 * DAY, 2, 12, 10, 2, 2, 1],
        ["s:north,i:7", 19 * DAY, 20 * DAY, 1, 15, 10, 5, 5, 0],
      ]);
      const again = await mm.monitor();
      expect(again).toEqual({ ...first, newEntries: 0 });
      expect(await ledger(mm)).toEqual(rows);
      expect(await statuses(mm)).toHaveLength(3);

      // Later observations, one of them of a day that was missing; one that was entered has been corrected since.
      await fillTable(
        mm,
        "SALES",
        COLUMNS,
        sales(23, (_, day) => (day === 20 ? 16 : 12)),
      );
      expect(await mm.monitor()).toMatchObject({ newEntries: 4 });
      const later = await ledger(mm);
      expect(later).toHaveLength(9);
      expect(later).toEqual(expect.arrayContaining(rows));
    });

    it("scores overrides beside forecasts, those that were set before their time began", async () => {
      const mm = await openWorkspace(engine, YAML);
      await trained(mm);
      const [partitionKey, usual] = ["s:north,i:7", { model: "M", reason: "a promotion", by: "me", expiresAt: NaN }];
      const batch = overrideBatch([
        { ...usual, partitionKey, changeId: "1", time: 20 * DAY, value: 14, at: 19 * DAY },
        // It is set when the day is over.
        { ...usual, partitionKey, changeId: "2", time: 21 * DAY, value: 12, at: 22 * DAY },
      ]);
      await mm.engine.output.create(FORECAST_OVERRIDES, columnsOf(batch));
      const part = await mm.engine.output.write(FORECAST_OVERRIDES, batch);
      await mm.engine.output.publish(FORECAST_OVERRIDES, "1", [part]);
      await fillTable(
        mm,
        "SALES",
        COLUMNS,
        sales(22, (_, day) => (day === 20 ? 15 : 12)),
      );
      // Every forecast is 10: |15 - 10| = 5 becomes |15 - 14| = 1.
      const summary = { overridden: 1, maeForecast: 5, maeFinal: 1, valueAdded: 4 };
      expect((await mm.monitor()).overrides).toEqual(summary);
      expect((await mm.monitor()).overrides).toEqual(summary);
      const finals = await rowsOf(
        mm,
        "ACCURACY_LEDGER",
        ["PARTITION_KEY", "STEP", "FORECAST", "FORECAST_FINAL"],
        ["STEP"],
      );
      expect(finals.filter(([key]) => key === partitionKey)).toEqual([
        [partitionKey, 1, 10, 14],
        [partitionKey, 2, 10, 10],
      ]);
    });

    it("continues the ledger after the forecasts have been replaced", async () => {
      const mm = await openWorkspace(engine, YAML);
      await trained(mm);
      await fillTable(mm, "SALES", COLUMNS, sales(26, usual));
      await mm.monitor();
      // Of models as they were trained, six of these eight steps have met their observations already.
      const batch = { model: "M", version: "V1", inputTable: "SALES", horizon: 8 };
      await mm.registry.runBatch({ ...batch, advance: false });
      await fillTable(mm, "SALES", COLUMNS, sales(30, usual));
      expect(await mm.monitor()).toMatchObject({ newEntries: 6, verdicts: { ok: 3 } });
      expect((await statuses(mm)).map(([, , , n]) => n)).toEqual(expect.arrayContaining([6, 8]));
      expect((await ledger(mm)).filter(([key]) => key === "n:,i:7")).toHaveLength(8);
      // Of models that have moved on, all steps are new.
      await mm.registry.runBatch(batch);
      await fillTable(mm, "SALES", COLUMNS, sales(34, usual));
      expect(await mm.monitor()).toMatchObject({ newEntries: 12, verdicts: { ok: 3 } });
      expect((await ledger(mm)).filter(([key]) => key === "n:,i:7")).toHaveLength(12);
    });

    it("finds drifting and silent series, and has a row for unknown partitions", async () => {
      const mm = await openWorkspace(engine, YAML);
      await trained(mm);
      const since = (store: string | null, day: number) =>
        store === "north" ? 30 : store === null ? undefined : usual(store, day);
      const news = [["new", 7n, 25 * DAY, 1]];
      await fillTable(mm, "SALES", COLUMNS, [...sales(32, since), ...news]);
      const summary = await mm.monitor();
      expect(summary).toMatchObject({ partitions: 4, newEntries: 24, alert: true, webhook: null });
      expect(summary.offenders.map(({ partitionKey, reasons }) => [partitionKey, reasons])).toEqual([
        ["n:,i:7", ["missing"]],
        ["s:north,i:7", expect.arrayContaining(["too-low", "coverage-95", "ratio", "level"])],
      ]);
      expect(summary.offenders[1]).toMatchObject({ ratio: 20, n: 12, since: "1970-01-21" });
      expect(summary.medianRatio).toBe(20);
      expect((await statuses(mm)).map((row) => row.slice(0, 2))).toEqual([
        ["n:,i:7", "drift"],
        ["s:a%2cb,i:7", "ok"],
        ["s:new,i:7", "no-data"],
        ["s:north,i:7", "drift"],
      ]);
    });

    it("compares with something else where there was no holdout", async () => {
      const mm = await openWorkspace(engine, YAML);
      await trained(mm, 0);
      await fillTable(
        mm,
        "SALES",
        COLUMNS,
        sales(22, () => 12),
      );
      expect(await mm.monitor()).toMatchObject({ medianRatio: null });
      // In sample the mean is off by 1 on every day.
      expect(new Set((await ledger(mm)).map((row) => row[7]))).toEqual(new Set([2]));
      expect(new Set((await rowsOf(mm, "MONITOR_STATUS", ["SCALE_OF"])).flat())).toEqual(new Set(["in-sample"]));
    });

    it("does not enter a time that has two observations", async () => {
      const mm = await openWorkspace(engine, YAML);
      await trained(mm);
      const twice = [["north", 7n, 20 * DAY, 11]];
      await fillTable(mm, "SALES", COLUMNS, [...sales(22, () => 10), ...twice]);
      expect(await mm.monitor()).toMatchObject({ newEntries: 5 });
    });

    it("names missing tables and columns, and writes nothing then", async () => {
      const mm = await openWorkspace(engine, YAML);
      await trained(mm);
      const fails = (options: Parameters<ManyModel["monitor"]>[0], message: string) =>
        expect(mm.monitor(options)).rejects.toThrow(message);
      await fails({ version: "V9" }, 'there is no version or alias "V9" of model "M"');
      await fails({ forecasts: "NOWHERE" }, 'there is no table "NOWHERE" of forecasts');
      await fails({ forecasts: "SALES" }, 'SALES has no column "MODEL_NAME"');
      await fails({ target: "store" }, "column store of SALES holds strings; it must be numbers");
      await mm.registry.logManyModel({ name: "M", version: "V2", run: "first", horizon: 2 });
      await fails({ version: "V2" }, "FORECAST_RESULTS has no forecasts of M V2; it has those of M V1.");
      await mm.registry.deleteModelVersion("M", "V1");
      await fails({ version: "V1" }, 'there is no version or alias "V1"');
      expect(await rowsOf(mm, "MONITOR_STATUS", ["VERDICT"])).toEqual([]);
    });
  });

it("never takes another table for its ledger, nor one for both", async () => {
  const mm = await openWorkspace("local", `${YAML}monitor: { ledger_table: FORECAST_RESULTS }\n`);
  await trained(mm);
  await expect(mm.monitor()).rejects.toThrow("FORECAST_RESULTS is not an accuracy ledger");
  const same = await openWorkspace("local", `${YAML}monitor: { ledger_table: X, status_table: x }\n`);
  await trained(same);
  await expect(same.monitor()).rejects.toThrow(/x is not a table of monitoring/i);
});

it("meets observations in a file, in another time zone", async () => {
  const mm = await openWorkspace(
    "local",
    "source: { table: HOURS, partition_by: id, order_by: at, target: y }\nregister: { name: M }\n",
  );
  const columns: ColumnInfo[] = [
    { name: "id", type: "string" },
    { name: "at", type: "timestamp" },
    { name: "y", type: "number" },
  ];
  const rows = Array.from({ length: 20 }, (_, i) => ["A", Date.UTC(2026, 9, 24, i), 9 + 2 * (i % 2)]);
  await fillTable(mm, "HOURS", columns, rows);
  const exports = { method: "mean", target: "y", period: 1, horizon: 12, holdout: 4 };
  const { runId } = await mm.foreachPartition("unit_id").dopar(forecaster, { exports, mode: "local" });
  await mm.registry.logManyModel({ name: "M", version: "V1", run: runId, horizon: 12 });
  await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "HOURS" });
  // The night in which summer time ends: 20 … 23 h UTC of the 24th, then 0 and 1 h of the 25th, both 2 h in Berlin.
  const lines = ["22:00:00+02", "23:00:00+02"].map((at) => `A,2026-10-24 ${at},12`);
  const night = ["02:00:00+02", "02:00:00+01"].map((at) => `A,2026-10-25 ${at},13`);
  await writeFile(path.join(mm.config.directory, "news.csv"), `${["id,at,y", ...lines, ...night].join("\n")}\n`);
  expect(await mm.monitor({ actuals: "news.csv" })).toMatchObject({ newEntries: 4 });
  const entered = await rowsOf(mm, "ACCURACY_LEDGER", ["at", "STEP", "ACTUAL", "ORIGIN"], ["at"]);
  const origin = Date.UTC(2026, 9, 24, 19);
  expect(entered).toEqual([
    [Date.UTC(2026, 9, 24, 20), 1, 12, origin],
    [Date.UTC(2026, 9, 24, 21), 2, 12, origin],
    [Date.UTC(2026, 9, 25, 0), 5, 13, origin],
    [Date.UTC(2026, 9, 25, 1), 6, 13, origin],
  ]);
});

describe("the webhook", () => {
  async function listening(answer: RequestListener) {
    const server = createServer(answer).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }
  const at = async () => {};

  it("is tried again while the server cannot", async () => {
    let requests = 0;
    const url = await listening((_, response) => response.writeHead(++requests < 3 ? 503 : 204).end());
    expect(await postWebhook(url, {}, 5000, at)).toEqual({ delivered: true, attempts: 3, status: 204, error: null });
  });
  it("is not tried again where it is refused, and follows no redirection", async () => {
    let inside = 0;
    const elsewhere = await listening((_, response) => {
      inside++;
      response.end();
    });
    for (const status of [400, 301, 302, 303, 307, 308])
      for (const location of ["/elsewhere", elsewhere]) {
        let requests = 0;
        const url = await listening((_, response) => {
          requests++;
          response.writeHead(status, { location }).end();
        });
        expect(await postWebhook(url, {}, 5000, at)).toMatchObject({ delivered: false, attempts: 1, status });
        expect([status, requests]).toEqual([status, 1]);
      }
    expect(inside).toBe(0);
  });
  it("gives up on a server that does not answer", async () => {
    const url = await listening(() => {});
    expect(await postWebhook(url, {}, 50, at)).toMatchObject({
      delivered: false,
      attempts: 3,
      status: null,
      error: /timeout/,
    });
  });
  it("that fails costs neither ledger nor verdicts; and is not called while few enough drift", async () => {
    const url = await listening(() => {});
    const mm = await openWorkspace("local", `${YAML}monitor: { webhook: "${url}", webhook_timeout: 20ms }\n`);
    await trained(mm);
    await fillTable(
      mm,
      "SALES",
      COLUMNS,
      sales(32, (store, day) => (store === "north" ? 30 : usual(store, day))),
    );
    expect(await mm.monitor()).toMatchObject({ alert: true, webhook: { delivered: false, attempts: 3 } });
    expect(await ledger(mm)).toHaveLength(36);
    expect(await statuses(mm)).toHaveLength(3);
    Object.assign(mm.config.monitor, { max_offenders: 0.5 });
    expect(await mm.monitor()).toMatchObject({
      alert: false,
      webhook: null,
      offenders: [{ partitionKey: "s:north,i:7" }],
    });
  });
});
