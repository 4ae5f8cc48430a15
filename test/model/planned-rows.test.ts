import { describe, expect, it } from "vitest";
import type { ColumnBatch } from "../../src/core/columns/column.ts";
import { frame } from "../../src/model/frame.ts";
import { findTarget, observedRows } from "../../src/model/planned-rows.ts";
import { fillTable, openWorkspace, runRows } from "../workspace.ts";

const DAY = 86_400_000;
const COLUMNS = [
  { name: "SKU", type: "string" },
  { name: "DAY", type: "date" },
  { name: "QTY", type: "number" },
  { name: "PROMO", type: "number" },
] as const;

const promo = (t: number) => Number(t % 9 === 4);
const sales = (t: number) => 40 + 3 * Math.sin((2 * Math.PI * t) / 7) + ((t * 7919) % 11) / 5 + 8 * promo(t);
/** Returns days of sales of two series, then as many planned days without any. */
const rows = (observed: number, planned: number) =>
  ["A", "B"].flatMap((sku) =>
    Array.from({ length: observed + planned }, (_, t) => [
      sku,
      t * DAY,
      t < observed && t !== 50 ? sales(t) : null,
      promo(t),
    ]),
  );

const builtin = (name: string) => new URL(`../../dist/model/builtin/${name}.js`, import.meta.url);

describe.each(["memory", "local"] as const)("rows planned ahead in the training table, %s engine", (engine) => {
  it.each([
    ["simple", { method: "snaive" }],
    ["arima", { method: "auto-arima" }],
    ["store-sales", { time: "DAY", regressors: ["PROMO"] }],
    ["sensor-anomalies", { time: "DAY", method: "ets" }],
  ] as const)("change nothing of %s, and the forecast starts after the last observation", async (module, options) => {
    const mm = await openWorkspace(engine);
    await fillTable(mm, "SOLD", [...COLUMNS], rows(106, 0));
    await fillTable(mm, "PLANNED", [...COLUMNS], rows(106, 14));
    const exports = { target: "QTY", period: 7, horizon: 14, holdout: 14, ...options };
    const read = async (table: string) => {
      const { columns, length } = await mm.engine.output.published(table, null, [
        "SKU",
        "DAY",
        "STEP",
        "FORECAST",
        "STATUS",
      ]);
      return Array.from({ length }, (_, row) => [
        String(columns.SKU!.values[row]),
        Number(columns.STEP!.values[row]),
        Number(columns.DAY!.values[row]) / DAY,
        Number(columns.FORECAST!.values[row]),
        columns.STATUS!.values[row],
      ]).sort((a, b) =>
        String(a[0]) < String(b[0]) ? -1 : String(a[0]) > String(b[0]) ? 1 : Number(a[1]) - Number(b[1]),
      );
    };
    const results: unknown[] = [];
    for (const table of ["SOLD", "PLANNED"]) {
      const run = await mm.foreachPartition("unit_id").dopar(builtin(module), {
        dataQuery: { table, keyColumn: "SKU", orderBy: ["DAY"] },
        exports,
        mode: "local",
      });
      const trained = await runRows(mm, run.runId);
      results.push(
        trained.map(({ model, metrics, forecast, nObs, lastTs }) => ({ model, metrics, forecast, nObs, lastTs })),
      );
      await mm.registry.logManyModel({ name: table, version: "V1", run, horizon: 14 });
      await mm.registry.runBatch({ model: table, version: "V1", inputTable: "PLANNED", outputTable: `F_${table}` });
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[1]).toMatchObject([{ nObs: 106, lastTs: "1970-04-16" }, { nObs: 106 }]);
    const forecasts = await read("F_PLANNED");
    expect(forecasts.map(([sku, step, day, , status]) => [sku, step, day, status])).toEqual(
      ["A", "B"].flatMap((sku) => Array.from({ length: 14 }, (_, i) => [sku, i + 1, 106 + i, "OK"])),
    );
    expect(forecasts).toEqual(await read("F_SOLD"));
  });
});

describe("the column that a model forecasts", () => {
  const columns = [...COLUMNS];
  it("is the one that the exports name", () => {
    expect(findTarget({ target: "qty" }, columns)?.name).toBe("QTY");
    for (const exports of [{ target: "AMOUNT" }, { target: 7 }, {}, null])
      expect(findTarget(exports, columns)).toBeUndefined();
  });
});

describe("rows up to the last observation", () => {
  const batch: ColumnBatch = {
    length: 4,
    columns: {
      Y: { type: "number", values: Float64Array.of(1, NaN, 3, NaN) },
      UP: { type: "boolean", values: Uint8Array.of(1, 0, 2, 2) },
      EMPTY: { type: "string", values: [null, null, null, null] },
      NONE: { type: "number", values: new Float64Array(4).fill(NaN) },
    },
  };
  it.each([
    ["Y", 3],
    ["UP", 2],
    ["EMPTY", 0],
    ["NONE", 0],
    ["OTHER", 4],
    [undefined, 4],
  ])("of %s are %i", (target, expected) =>
    expect(observedRows(frame(batch), findTarget({ target }, frame(batch).columns))).toBe(expected),
  );
});
