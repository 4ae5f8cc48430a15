import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { inProcessWorkers } from "../../src/engines/memory/workers.ts";
import { completedRows } from "../../src/runs/completed-rows.ts";
import { EVERY_ENGINE } from "../every-engine.ts";
import { temporaryFolder } from "../workspace.ts";

/** Transactions: nothing on days without a sale, two on one day, and a plan for days after the newest sale. */
const SALES = `sku,day,qty,promo
A,2026-01-01,4,0
A,2026-01-01,2,1
A,2026-01-05,6,0
A,2026-01-09,,1
B,2026-01-02,3,0
C,2026-01-03,1,0
C,2026-01-08,5,0
`;

const YAML = `source:
  table: SALES
  partition_by: sku
  order_by: day
  target: qty
  interval: P1D
  fill: zero
  duplicates: sum
model: mean
train: { mode: local, horizon: 2, holdout: 0 }
batch: { levels: [80] }
`;

/** Returns daily sales of 2 on weekdays and 4 at weekends, from Thursday the 1st of January on: 18 a week. */
function dailySales(days: number): string {
  const row = (i: number) => {
    const day = new Date(Date.UTC(2026, 0, 1 + i));
    return `A,${day.toISOString().slice(0, 10)},${day.getUTCDay() % 6 === 0 ? 4 : 2}`;
  };
  return `sku,day,qty\n${Array.from({ length: days }, (_, i) => row(i)).join("\n")}\n`;
}

const WEEKLY = `source:
  table: DAYS
  partition_by: sku
  order_by: day
  target: qty
  period: auto
  resample: P1W
model: snaive
train: { mode: local, horizon: 2, holdout: 0 }
batch: { levels: [80] }
`;

describe.each(EVERY_ENGINE)("on %s", (_, missing, open) => {
  it.skipIf(missing !== undefined)(
    "trains on weeks, takes newer whole weeks in, and dates forecasts by Mondays",
    async () => {
      const mm = await open(WEEKLY);
      Object.assign(mm.engine, { workers: inProcessWorkers() });
      const file = path.join(await temporaryFolder(), "days.csv");
      // Thursday the 1st to Wednesday the 28th of January: the weeks of the 5th, 12th and 19th are whole.
      await writeFile(file, dailySales(28));
      await mm.tables.import(file, { table: "DAYS" });
      const run = await mm.train();
      const { rows } = await mm.tables.query(
        "SELECT R.N_OBS, R.FIRST_TS, R.LAST_TS, R.INTERVAL, R.INFO FROM TRAINING_RESULTS R",
      );
      expect(rows.map(([n, ...others]) => [Number(n), ...others])).toEqual([
        [3, "2026-01-05", "2026-01-19", "P7D", '{"period":1}'],
      ]);
      expect(await completedRows(mm.engine.tables, run.manifest, run.index)).toEqual({ merged: 0, resampled: 3 });
      await mm.models.register({ run });
      const dates = async () => {
        const answer = await mm.tables.query("SELECT DAY, FORECAST FROM FORECAST_RESULTS ORDER BY STEP");
        return answer.rows.map(([day, value]) => [String(day).slice(0, 10), Number(value)]);
      };
      expect(await mm.score()).toMatchObject({ ok: 1, rows: 2 });
      expect(await dates()).toEqual([
        ["2026-01-26", 18],
        ["2026-02-02", 18],
      ]);
      // To Tuesday the 10th of February: the weeks of the 26th and the 2nd are whole, too.
      await writeFile(file, dailySales(41));
      await mm.tables.import(file, { table: "DAYS", replace: true });
      expect(await mm.score()).toMatchObject({ ok: 1, rows: 2 });
      expect(await dates()).toEqual([
        ["2026-02-09", 18],
        ["2026-02-16", 18],
      ]);
    },
  );

  it.skipIf(missing !== undefined)("trains and scores rows that are complete to the panel's newest day", async () => {
    const mm = await open(YAML);
    // The driver of the account's local server cannot read from a thread.
    Object.assign(mm.engine, { workers: inProcessWorkers() });
    const file = path.join(await temporaryFolder(), "sales.csv");
    await writeFile(file, SALES);
    await mm.tables.import(file, { table: "SALES" });
    const run = await mm.train();
    expect(run.manifest.snapshot).toMatchObject({ rows: 7, panel: { interval: "P1D", later: 1, repeated: 1 } });
    expect(await completedRows(mm.engine.tables, run.manifest, run.index)).toEqual({ filled: 16, merged: 1 });
    const trained = await mm.tables.query("SELECT PARTITION_KEY, N_OBS FROM TRAINING_RESULTS ORDER BY PARTITION_KEY");
    // A: 1st to 8th, without the planned 9th; B: 2nd to 8th; C: 3rd to 8th.
    expect(trained.rows.map(([key, rows]) => [key, Number(rows)])).toEqual([
      ["s:A", 8],
      ["s:B", 7],
      ["s:C", 6],
    ]);
    await mm.models.register({ run });
    expect(await mm.score()).toMatchObject({ ok: 3, rows: 6 });
    const { mean } = await mm.forecast("MANY_MODEL_FORECAST", "B");
    // One sale of 3 in the seven days from the 2nd to the 8th.
    expect(mean[0]).toBeCloseTo(3 / 7, 12);
  });
});
