import { writeFile } from "node:fs/promises";
import path from "node:path";
import { normal, random } from "@manymodel/forecast";
import { afterEach, describe, expect, it, vi } from "vitest";
import { findDrivers } from "../../src/core/drivers.ts";
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

/** Returns two SKUs of 98 days, promoted for random weeks: a promotion adds 40. */
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

/** Returns a plan of the 14 days to come, in which a week is promoted. */
const plan = (week: number) =>
  `SKU,DAY,PROMO\n${["A", "B"].flatMap((sku) => Array.from({ length: 14 }, (_, t) => `${sku},${dateOf(98 + t)},${Number(Math.floor(t / 7) === week)}`)).join("\n")}\n`;

afterEach(() => {
  vi.useRealTimers();
});

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
  it("move order levels by their effects, which count as known", async () => {
    const mm = await openWorkspace("local", CONFIG);
    const folder = mm.config.directory;
    for (const week of [0, 1]) await writeFile(path.join(folder, `week${week}.csv`), plan(week));
    await fillTable(mm, "SALES", [...COLUMNS], sales());
    const { model } = await mm.models.register({ run: await mm.train("ets", { mode: "local" }) });
    const { rows } = await mm.tables.query("SELECT INFO FROM TRAINING_RESULTS ORDER BY PARTITION_KEY");
    const { effect } = JSON.parse(String(rows[0]?.[0])).effects.PROMO;
    const order = async (week: number) =>
      (await mm.forecast(model, "A", { future: `week${week}.csv`, leadTime: 3, serviceLevel: 0.9 })).order;
    const [promoted, usual] = [await order(0), await order(1)];
    // The same paths, each of whose 3 steps is higher by the effect.
    expect((promoted?.orderUpTo ?? 0) - (usual?.orderUpTo ?? 0)).toBeCloseTo(3 * effect, 8);
    expect(promoted?.safetyStock).toBeCloseTo(usual?.safetyStock ?? 0, 8);
    expect(usual?.safetyStock).toBeGreaterThan(0);
    await mm.score({ futureTable: "week0.csv", leadTime: 3, serviceLevel: 0.9 });
    const batch = await mm.tables.query(
      "SELECT ORDER_UP_TO FROM FORECAST_RESULTS WHERE SKU = 'A' AND LEAD_TIME = STEP",
    );
    expect(batch.rows).toEqual([[promoted?.orderUpTo]]);
  });
  it("keep the years of their holidays when a run is resumed, or changed series are trained, after New Year", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-12-31T23:00:00Z") });
    const holidays = "period: 7, holidays: { country: DE }";
    const mm = await openWorkspace("local", CONFIG.replace("period: 7", holidays).replace("ets", "linear"));
    await fillTable(mm, "SALES", [...COLUMNS], sales());
    const before = await mm.train("linear", { mode: "local", runId: "before" });
    const years = (run: typeof before) => findDrivers(run.manifest.exports)?.holidayYears;
    expect(years(before)).toEqual([2001, 2036]);
    // Planned in the old year, and interrupted before anything was trained.
    const stop = new AbortController();
    await expect(
      mm.train("linear", {
        mode: "local",
        runId: "night",
        signal: stop.signal,
        onProgress: () => stop.abort(new Error("interrupted")),
      }),
    ).rejects.toThrow("interrupted");
    vi.setSystemTime(new Date("2027-01-01T01:00:00Z"));
    expect(await mm.runs.changes("night")).toEqual([]);
    const after = await mm.train("linear", { mode: "local", changedSince: "before" });
    expect(after.changed).toMatchObject({ carried: 2, trained: 0, why: null });
    expect(years(await mm.train("linear", { mode: "local" }))).toEqual([2002, 2037]);
  });
});
