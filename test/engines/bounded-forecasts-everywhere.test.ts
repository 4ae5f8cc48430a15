import { describe, expect, it } from "vitest";
import { inProcessWorkers } from "../../src/engines/memory/workers.ts";
import { EVERY_ENGINE } from "../every-engine.ts";
import { serve } from "../serving/serving.ts";
import { fillTable } from "../workspace.ts";

const DAY = 86_400_000;
const config = (more: string) => `
source: { table: SALES, partition_by: SKU, order_by: DAY, target: QTY${more} }
model: naive
train: { horizon: 3, holdout: 2 }
`;

describe.each(EVERY_ENGINE)("bounded forecasts (%s)", (engine, missing, open) => {
  // Naive forecasts repeat the last value, 1; differences are all 2, so that bounds are 1 ± 1.96 · 2 · √h: -2.9, -4.5, -5.8 and
  // 4.9, 6.5, 7.8, outwards 5, 7, 8.
  it.skipIf(missing)(
    "bounds every batch, single forecast and stored forecast alike, by numbers and by a column of planned rows",
    async () => {
      const mm = await open(config(", lower_bound: 0, upper_bound: CAP, integer: true"));
      // The driver of the account's local server cannot read from a thread.
      Object.assign(mm.engine, { workers: inProcessWorkers() });
      const columns = [
        { name: "SKU", type: "string" },
        { name: "DAY", type: "date" },
        { name: "QTY", type: "number" },
        { name: "CAP", type: "number" },
      ] as const;
      const past = Array.from({ length: 10 }, (_, i) => ["A", i * DAY, i % 2 === 0 ? 3 : 1, 100]);
      await fillTable(mm, "SALES", [...columns], [...past, ["A", 10 * DAY, null, 4], ["A", 11 * DAY, null, 6]]);
      const { runId: run } = await mm.train();
      const { model } = await mm.models.register({ run });
      await mm.score({ levels: [95] });
      const batch = await mm.tables.query("SELECT FORECAST, LO_95, HI_95 FROM FORECAST_RESULTS ORDER BY STEP");
      expect(batch.rows).toEqual([
        [1, 0, 4],
        [1, 0, 6],
        [1, 0, 6],
      ]);
      if (engine !== "local") return;
      const single = await mm.forecast(model, "A", { levels: [95] });
      expect(single).toMatchObject({ status: "OK", mean: [1, 1, 1], lower: [[0, 0, 0]], upper: [[4, 6, 6]] });
      const { ask } = await serve(mm);
      const planned = [
        { SKU: "A", DAY: "1970-01-11", CAP: 4 },
        { SKU: "A", DAY: "1970-01-12", CAP: 6 },
      ];
      const answer = await ask(`POST /v1/models/${model}/V1/predict`, { keys: ["A"], levels: [95], rows: [planned] });
      expect(answer.body.predictions[0]).toMatchObject({ mean: [1, 1, 1], lower: [[0, 0, 0]], upper: [[4, 6, 6]] });
    },
  );
});
