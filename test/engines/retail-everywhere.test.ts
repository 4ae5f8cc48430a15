import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connect, ManyModel } from "manymodel";
import { describe, expect, it } from "vitest";
import { inProcessWorkers } from "../../src/engines/memory/workers.ts";
import { EVERY_ENGINE } from "../every-engine.ts";
import { serve } from "../serving/serving.ts";
import { temporaryFolder } from "../workspace.ts";

const example = fileURLToPath(new URL("../../examples/retail/", import.meta.url));
const SKUS = Number(process.env.MANYMODEL_RETAIL_SKUS ?? 4);

/** Returns the data of the example, imported, in workspaces of its two configurations. */
async function openRetail(open: (yaml: string) => Promise<ManyModel>) {
  const folder = await temporaryFolder();
  await promisify(execFile)(process.execPath, [path.join(example, "data.mjs"), String(SKUS)], { cwd: folder });
  const skus = await open(await readFile(path.join(example, "manymodel.yaml"), "utf8"));
  // The driver of the account's local server cannot read from a thread.
  if (skus.engine.address.engine === "snowflake") Object.assign(skus.engine, { workers: inProcessWorkers() });
  for (const table of ["SALES", "PLAN", "LATER"])
    await skus.tables.import(path.join(folder, `${table.toLowerCase()}.csv`), { table });
  const file = path.join(folder, "stores.yaml");
  await writeFile(file, await readFile(path.join(example, "stores.yaml"), "utf8"));
  await using configured = await connect(file);
  return { skus, stores: new ManyModel(configured.config, skus.engine), folder };
}

/** The numbers of the first engine, which the others must repeat to the bit. */
let first: unknown;

describe.each(EVERY_ENGINE)("a chain of stores (%s)", (_, missing, open) => {
  it.skipIf(missing !== undefined)(
    "is screened, refined, registered, scored, reconciled and exported with drivers, floors and lead times",
    async () => {
      const { skus, stores, folder } = await openRetail(open);
      const { worst_percent: worstPercent, candidates } = skus.config.refine ?? {};
      if (worstPercent === undefined || candidates === undefined) throw new Error("the example says what it refines");
      const screen = await skus.train(undefined, { runId: "screen" });
      expect(screen.index).toMatchObject({ succeeded: SKUS, failed: 0 });
      const refined = await skus.refine({ from: screen.runId, runId: "refined", worstPercent, candidates });
      expect(refined.index).toMatchObject({ succeeded: (SKUS * worstPercent) / 100, failed: 0, skipped: 0 });
      const best = await skus.runs.champions({ runs: ["screen", "refined"], runId: "champions" });
      const { model } = await skus.models.register({ run: best.runId, alias: "champion" });
      expect(await skus.score()).toMatchObject({ ok: SKUS, errors: 0, rows: 28 * SKUS });

      const run = await stores.train();
      await stores.models.register({ run });
      expect(await stores.score()).toMatchObject({ ok: 4, errors: 0, rows: 4 * 28 });
      await skus.reconcile();
      await expect(skus.totals({ table: "RECONCILED_FORECASTS", group: "store" })).rejects.toThrow(
        "RECONCILED_FORECASTS WHERE LEVEL = 'store'",
      );

      const rows = async (sql: string) => {
        const { rows, truncated } = await skus.tables.query(sql, [], { limit: 100 * SKUS });
        expect(truncated).toBe(false);
        return rows;
      };
      const batch = await rows(
        "SELECT SKU, STEP, FORECAST, LO_95, HI_95, LEAD_TIME, ORDER_UP_TO, SAFETY_STOCK FROM FORECASTS ORDER BY SKU, STEP",
      );
      const sums = await rows(
        "SELECT LEVEL, CATEGORY, STORE, SKU, STEP, FORECAST, LO_95, HI_95 FROM RECONCILED_FORECASTS ORDER BY LEVEL, CATEGORY, STORE, SKU, STEP",
      );
      expect({ batch, sums }).toEqual((first ??= { batch, sums }));
      for (const [, , forecast, low] of batch)
        expect(Math.min(Number(forecast), Number(low))).toBeGreaterThanOrEqual(0);
      expect(batch.filter(([, step, , , , lead]) => step === lead)).toHaveLength(SKUS);
      for (const [, , , , , lead, level, stock] of batch)
        if (lead !== null) expect(Number(level)).toBeGreaterThan(Number(stock));
      const ofLevels = new Map<string, number>();
      for (const [level, , , , step, forecast] of sums)
        if (step === 9) ofLevels.set(String(level), (ofLevels.get(String(level)) ?? 0) + Number(forecast));
      expect(ofLevels.size).toBe(4);
      const total = ofLevels.get("sku") ?? 0;
      expect(total).toBeGreaterThan(0);
      for (const [level, sum] of ofLevels) expect(sum / total, level).toBeCloseTo(1, 10);

      // The promotion of SKU-001 moves from the second week to the third, and the peak with it.
      const planned = await skus.forecast(model, "SKU-001");
      const later = await skus.forecast(model, "SKU-001", { future: "LATER" });
      const week = (values: ArrayLike<number>, number: number) =>
        Array.from(values)
          .slice(7 * number, 7 * number + 7)
          .reduce((sum, value) => sum + value, 0);
      expect(week(planned.mean, 1)).toBeGreaterThan(1.2 * week(later.mean, 1));
      expect(week(later.mean, 2)).toBeGreaterThan(1.2 * week(planned.mean, 2));
      expect(week(planned.mean, 0)).toBeCloseTo(week(later.mean, 0), 8);

      // One SKU alone, and by a server, as in the batch.
      const ofFirst = batch.filter(([sku]) => sku === "SKU-001");
      expect([...planned.mean]).toEqual(ofFirst.map(([, , forecast]) => forecast));
      expect(planned.order?.orderUpTo).toBe(ofFirst.find(([, step, , , , lead]) => step === lead)?.[6]);
      const csv = await readFile(path.join(folder, "plan.csv"), "utf8");
      const ahead = csv.split("\n").flatMap((line) => {
        const [sku, , day, promo, price] = line.split(",");
        return sku === "SKU-001" ? [{ sku, day, promo: Number(promo), price: Number(price) }] : [];
      });
      const { ask } = await serve(skus);
      const answer = await ask(`POST /v1/models/${model}/champion/predict`, {
        keys: ["SKU-001"],
        rows: [ahead],
        leadTime: 3,
      });
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      expect(answer.body.predictions[0]).toMatchObject({ status: "OK", mean: [...planned.mean] });
      expect(answer.body.predictions[0].order.orderUpTo).toBe(planned.order?.orderUpTo);

      const exported = path.join(folder, "orders.csv");
      expect(await skus.tables.export("FORECASTS", exported, { where: "STEP = LEAD_TIME" })).toMatchObject({
        rows: SKUS,
      });
      expect((await readFile(exported, "utf8")).split("\n")[0]).toContain("ORDER_UP_TO");
    },
  );
});
