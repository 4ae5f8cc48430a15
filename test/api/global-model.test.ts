import { writeFile } from "node:fs/promises";
import path from "node:path";
import { normal, random } from "@manymodel/forecast";
import type { ManyModel } from "manymodel";
import { describe, expect, it } from "vitest";
import { EVERY_ENGINE } from "../every-engine.ts";
import { serve } from "../serving/serving.ts";
import { fillTable, openWorkspace, runRows } from "../workspace.ts";

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 5);
const DAYS = 98;
const HORIZON = 14;
const COLUMNS = [
  { name: "SKU", type: "string" },
  { name: "DAY", type: "date" },
  { name: "QTY", type: "number" },
  { name: "PROMO", type: "number" },
  { name: "CATEGORY", type: "string" },
] as const;
const CONFIG = `
source:
  table: SALES
  partition_by: SKU
  order_by: DAY
  target: QTY
  period: 7
  regressors: [PROMO]
  attributes: [CATEGORY]
  lower_bound: 0
model: { name: global, options: { rounds: 25 } }
train: { horizon: ${HORIZON}, holdout: ${HORIZON} }
batch: { future_table: future.csv, missing_model: global }
`;
const SKUS = Array.from({ length: 16 }, (_, i) => `S${String(i).padStart(2, "0")}`);
const isFood = (sku: string) => Number(sku.slice(1)) % 2 === 0;

/** Returns sales that a promotion doubles for food, and multiplies by 1.2 for anything else. */
function sales(skus = SKUS, days = DAYS): unknown[][] {
  return skus.flatMap((sku) => {
    const next = random(Number(sku.slice(1)));
    const size = Math.exp(3 + 2 * next());
    return Array.from({ length: days }, (_, t) => {
      const promo = Number(next() < 0.25);
      const lift = 1 + promo * (isFood(sku) ? 1 : 0.2);
      const week = 1 + 0.4 * Math.sin((2 * Math.PI * t) / 7);
      const quantity = Math.max(0, size * week * lift * (1 + 0.05 * normal(next)));
      return [sku, START + t * DAY, quantity, promo, isFood(sku) ? "food" : "other"];
    });
  });
}

/** Writes the plan of the days to come: a promotion on the first. */
async function writePlan(mm: ManyModel, skus = SKUS): Promise<void> {
  const rows = skus.flatMap((sku) =>
    Array.from({ length: HORIZON }, (_, t) => {
      const day = new Date(START + (DAYS + t) * DAY).toISOString().slice(0, 10);
      return `${sku},${day},${Number(t === 0)}`;
    }),
  );
  await writeFile(path.join(mm.config.directory, "future.csv"), `SKU,DAY,PROMO\n${rows.join("\n")}\n`);
}

describe("model: global", () => {
  it("is one model of all partitions, alike from any chunks, and forecasts each in every way", async () => {
    const mm = await openWorkspace("local", CONFIG);
    await fillTable(mm, "SALES", [...COLUMNS], sales());
    await writePlan(mm);
    const run = await mm.train(undefined, { mode: "local", chunks: 1 });
    const other = await mm.train(undefined, { mode: "local", chunks: 5 });
    expect(run.index).toMatchObject({ succeeded: SKUS.length, failed: 0 });
    const [rows, same] = [await runRows(mm, run.runId), await runRows(mm, other.runId)];
    for (const [i, { model, metrics, forecast, info }] of rows.entries())
      expect(same[i]).toMatchObject({ model, metrics, forecast, info });
    const learnt = async (id: string) => Buffer.from(await mm.engine.stage.get(`runs/${id}/learnt.json`));
    expect(await learnt(run.runId)).toEqual(await learnt(other.runId));
    // Seasonal naive forecasts, whose MASE is about 1, miss what promotions do.
    const mase = rows.map(({ metrics }) => JSON.parse(metrics ?? "{}").holdout_mase as number);
    expect(mase.reduce((sum, value) => sum + value / mase.length, 0)).toBeLessThan(0.6);
    expect(JSON.parse(rows[0]?.info ?? "{}").importance).toMatchObject({ PROMO: expect.any(Number) });

    const { model } = await mm.models.register({ run });
    await mm.score();
    const { rows: batch } = await mm.tables.query(
      "SELECT SKU, FORECAST, STATUS FROM FORECAST_RESULTS WHERE SKU IN ('S00', 'S01') ORDER BY SKU, STEP",
    );
    expect(batch.every(([, , status]) => status === "OK")).toBe(true);
    const means = (sku: string) => batch.flatMap(([key, value]) => (key === sku ? [Number(value)] : []));
    for (const sku of ["S00", "S01"]) {
      const { mean } = await mm.forecast(model, sku);
      expect(means(sku)).toEqual([...mean]);
      // A week later nothing is promoted.
      const lift = (mean[0] ?? 0) / (mean[7] ?? 0);
      expect(lift).toBeGreaterThan(isFood(sku) ? 1.6 : 1);
      expect(lift).toBeLessThan(isFood(sku) ? 2.4 : 1.5);
    }
    expect((await mm.runs.verify(run.runId)).problems).toEqual([]);

    const refined = await mm.refine({ from: run.runId, worst: 2, candidates: ["snaive"], workers: 1 });
    expect(refined.ranking).toMatchObject({ metric: "holdout_mase", usable: SKUS.length });
    const { from } = await mm.runs.champions({ runs: [run.runId, refined.runId] });
    expect(from).toMatchObject({ [run.runId]: SKUS.length });
  });

  it("forecasts keys that the version does not have, from the rows that there are of them", async () => {
    const mm = await openWorkspace("local", CONFIG);
    await fillTable(mm, "SALES", [...COLUMNS], sales());
    const run = await mm.train(undefined, { mode: "local", chunks: 1 });
    const { model, version } = await mm.models.register({ run });
    const newcomers = ["S90", "S91", "S92"];
    await writePlan(mm, [...SKUS, ...newcomers]);
    const firstDay = (sku: unknown) => START + (DAYS - (sku === "S92" ? 1 : 30)) * DAY;
    const recent = sales(newcomers).filter(([sku, day]) => Number(day) >= firstDay(sku));
    await fillTable(mm, "LATER", [...COLUMNS], [...sales(SKUS.slice(0, 2)), ...recent]);
    const summary = await mm.score({ inputTable: "LATER" });
    expect(summary).toMatchObject({ ok: 2, fallback: 2, noModel: 1 });
    const { rows } = await mm.tables.query(
      "SELECT SKU, FORECAST, STATUS, ERROR_TYPE, ERROR_MESSAGE FROM FORECAST_RESULTS WHERE SKU >= 'S90' ORDER BY SKU, STEP",
    );
    const why = "the version has no such partition; forecast by the model that all partitions share";
    expect(rows[0]).toEqual(["S90", expect.any(Number), "FALLBACK", "not-trained", why]);
    // Food doubles on the day that is promoted, which its attribute tells.
    expect(Number(rows[0]?.[1]) / Number(rows[7]?.[1])).toBeGreaterThan(1.5);
    // Asked for by its key, to the same bits.
    const { status, errorMessage, mean } = await mm.forecast(model, "S90", { input: "LATER" });
    expect({ status, errorMessage, mean }).toEqual({
      ...{ status: "FALLBACK", errorMessage: why },
      mean: rows.slice(0, HORIZON).map((row) => row[1]),
    });
    expect((await mm.forecast(model, "S92", { input: "LATER" })).status).toBe("NO_MODEL");
    await expect(mm.forecast(model, "S93", { input: "LATER" })).rejects.toThrow("has no partition");
    // Served from the same rows, with those of the plan, to the same bits.
    const { ask } = await serve(mm);
    const isoDay = (day: unknown) => new Date(Number(day)).toISOString().slice(0, 10);
    const rowsOfDays = recent
      .filter(([sku]) => sku === "S90")
      .map(([, day, QTY, PROMO, CATEGORY]) => ({ DAY: isoDay(day), QTY, PROMO, CATEGORY }));
    const planned = Array.from({ length: HORIZON }, (_, t) => ({
      ...{ DAY: isoDay(START + (DAYS + t) * DAY), QTY: null, PROMO: Number(t === 0), CATEGORY: null },
    }));
    const { body } = await ask(`POST /v1/models/${model}/${version}/predict`, {
      keys: ["S90", "S91"],
      rows: [[...rowsOfDays, ...planned], []],
    });
    expect(body.predictions).toMatchObject([
      {
        status: "FALLBACK",
        errorType: "not-trained",
        errorMessage: why,
        mean: rows.slice(0, HORIZON).map((row) => row[1]),
      },
      { status: "NO_MODEL", errorType: "unknown-key" },
    ]);
    const short = expect.stringContaining("no fallback: the series has no interval");
    expect(rows.at(-1)).toEqual(["S92", null, "NO_MODEL", "not-trained", short]);
    await expect(mm.score({ inputTable: "LATER", missingModel: "error" })).rejects.toThrow("fallback or global");
  });
});

const [, postgres] = EVERY_ENGINE;
const [engine, missing, open] = postgres!;
it.skipIf(missing !== undefined)(`model: global is the same model on ${engine}`, async () => {
  const yaml = CONFIG.replace("rounds: 25", "rounds: 3");
  const trained = async (mm: ManyModel) => {
    await fillTable(mm, "SALES", [...COLUMNS], sales());
    const { runId } = await mm.train(undefined, { mode: "local", chunks: 3 });
    const rows = await runRows(mm, runId);
    const learnt = Buffer.from(await mm.engine.stage.get(`runs/${runId}/learnt.json`)).toString();
    return { learnt, rows: rows.map(({ model, metrics, forecast, info }) => ({ model, metrics, forecast, info })) };
  };
  expect(await trained(await open(yaml))).toEqual(await trained(await openWorkspace("local", yaml)));
});
