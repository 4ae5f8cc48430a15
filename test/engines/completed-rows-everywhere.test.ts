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

describe.each(EVERY_ENGINE)("on %s", (_, missing, open) => {
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
