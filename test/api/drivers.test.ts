import { writeFile } from "node:fs/promises";
import path from "node:path";
import { normal, random } from "@manymodel/forecast";
import { describe, expect, it } from "vitest";
import { fillTable, openWorkspace } from "../workspace.ts";

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 5);
const dateOf = (t: number) => new Date(START + t * DAY).toISOString().slice(0, 10);
const COLUMNS = [
  { name: "SKU", type: "string" },
  { name: "DAY", type: "date" },
  { name: "QTY", type: "number" },
  { name: "PROMO", type: "number" },
] as const;
const CONFIG = `
source: { table: SALES, partition_by: SKU, order_by: DAY, target: QTY, period: 7, regressors: [PROMO] }
model: ets
train: { horizon: 14, holdout: 14 }
`;

/** Two SKUs of 98 days, promoted for random weeks: a promotion adds 40. */
function sales() {
  const uniform = random(2);
  const weeks = Array.from({ length: 14 }, () => uniform() < 0.4);
  return ["A", "B"].flatMap((sku) =>
    Array.from({ length: 98 }, (_, t) => {
      const promo = Number(weeks[Math.floor(t / 7)] ?? false);
      return [sku, START + t * DAY, Math.round(100 + 8 * (t % 7) + 40 * promo + 3 * normal(uniform)), promo];
    }),
  );
}

/** A plan of the 14 days to come, in which a week is promoted. */
const plan = (week: number) =>
  `SKU,DAY,PROMO\n${["A", "B"].flatMap((sku) => Array.from({ length: 14 }, (_, t) => `${sku},${dateOf(98 + t)},${Number(Math.floor(t / 7) === week)}`)).join("\n")}\n`;

describe("drivers", () => {
  it("move a forecast with a planned promotion, alike by what-if and batch", async () => {
    const mm = await openWorkspace("local", CONFIG);
    const folder = mm.config.directory;
    for (const week of [0, 1]) await writeFile(path.join(folder, `week${week}.csv`), plan(week));
    await fillTable(mm, "SALES", [...COLUMNS], sales());
    const run = await mm.train("ets", { mode: "local" });
    const { model } = await mm.models.register({ run });
    // Nothing is planned: no step is known.
    expect(await mm.forecast(model, "A")).toMatchObject({
      status: "ERROR",
      errorType: "missing-future",
      errorMessage: expect.stringContaining("there is no PROMO at DAY 2026-04-13, step 1 of 14"),
    });
    const [first, second] = [
      await mm.forecast(model, "A", { future: "week0.csv" }),
      await mm.forecast(model, "A", { future: "week1.csv" }),
    ];
    // The same season, plus the effect in the week that is promoted.
    const effect = (first.mean[0] ?? 0) - (second.mean[0] ?? 0);
    expect(Math.abs(effect - 40)).toBeLessThan(4);
    for (const [t, value] of first.mean.entries())
      expect(value - (second.mean[t] ?? 0)).toBeCloseTo(t < 7 ? effect : -effect, 8);
    await mm.score({ futureTable: "week1.csv" });
    const batch = await mm.tables.query("SELECT FORECAST FROM FORECAST_RESULTS WHERE SKU = 'A' ORDER BY STEP");
    expect(batch.rows.map(([value]) => value)).toEqual([...second.mean]);
  });
  it("are used by every method that competes, and by a linear model of sales", async () => {
    const mm = await openWorkspace("local", CONFIG);
    await writeFile(path.join(mm.config.directory, "week1.csv"), plan(1));
    await fillTable(mm, "SALES", [...COLUMNS], sales());
    const screen = await mm.train("ets", { mode: "local", runId: "screen" });
    const refined = await mm.refine({
      from: screen.runId,
      worstPercent: 100,
      candidates: ["theta", "snaive"],
      workers: 1,
    });
    const sold = await mm.train("store-sales", { mode: "local" });
    for (const [run, name] of [
      [refined.runId, "theta"],
      [sold.runId, "store-sales"],
    ] as const) {
      const { rows } = await mm.tables.query(
        `SELECT INFO FROM TRAINING_RESULTS WHERE RUN_ID = '${run}' ORDER BY PARTITION_KEY`,
      );
      const infos = rows.map(([info]) => JSON.parse(String(info)));
      expect(infos).toHaveLength(2);
      for (const info of infos) {
        if (name === "theta") expect(info.winner).toBe("theta");
        expect(Math.abs(info.effects.PROMO.effect - 40), name).toBeLessThan(4 * info.effects.PROMO.standardError);
      }
      const { mean } = await mm.forecast("", "A", { run, future: "week1.csv" });
      expect(mean).toHaveLength(14);
      expect((mean[7] ?? 0) - (mean[0] ?? 0), name).toBeGreaterThan(30);
    }
  });
});
