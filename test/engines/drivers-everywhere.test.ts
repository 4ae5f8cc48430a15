import { autoArima, forecast, normal, random } from "@manymodel/forecast";
import { describe, expect, it } from "vitest";
import { inProcessWorkers } from "../../src/engines/memory/workers.ts";
import { EVERY_ENGINE } from "../every-engine.ts";
import { serve } from "../serving/serving.ts";
import { fillTable } from "../workspace.ts";

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 5);
const CONFIG = `
source: { table: SALES, partition_by: SKU, order_by: DAY, target: QTY, period: 7, regressors: [PROMO] }
train: { horizon: 7, holdout: 7 }
`;
const COLUMNS = [
  { name: "SKU", type: "string" },
  { name: "DAY", type: "date" },
  { name: "QTY", type: "number" },
  { name: "PROMO", type: "boolean" },
] as const;

/** 84 days of a weekly season in which a promotion adds 30, and 5 planned days of the 7 that are forecast. */
const uniform = random(5);
const promo = Array.from({ length: 89 }, () => uniform() < 0.25);
const qty = Array.from({ length: 84 }, (_, t) =>
  Math.round(100 + 10 * (t % 7) + (promo[t] === true ? 30 : 0) + 4 * normal(uniform)),
);
const numbers = (from: number, to: number) => promo.slice(from, to).map(Number);
const model = autoArima(qty, { period: 7, xreg: { PROMO: numbers(0, 84) } });
const { mean, lower } = forecast(model, { h: 5, levels: [95], xreg: { PROMO: numbers(84, 89) } });

describe.each(EVERY_ENGINE)("drivers (%s)", (engine, missing, open) => {
  it.skipIf(missing)(
    "forecasts by planned promotions, up to the first day that has none, alike by batch, server and single forecast",
    async () => {
      const mm = await open(CONFIG);
      // The driver of the account's local server cannot read from a thread.
      Object.assign(mm.engine, { workers: inProcessWorkers() });
      const rows = promo.map((value, t) => ["A", START + t * DAY, qty[t] ?? null, value]);
      await fillTable(mm, "SALES", [...COLUMNS], rows);
      const run = await mm.train();
      expect(run.index).toMatchObject({ succeeded: 1 });
      const version = await mm.models.register({ run });
      expect(await mm.score({ levels: [95] })).toMatchObject({ ok: 1, errors: 0, shortened: 1, rows: 6 });
      const batch = await mm.tables.query(
        "SELECT STEP, FORECAST, LO_95, STATUS, ERROR_TYPE, ERROR_MESSAGE FROM FORECAST_RESULTS ORDER BY STEP",
      );
      const [last, ...steps] = [...batch.rows].sort((a, b) => Number(a[0] ?? 0) - Number(b[0] ?? 0));
      expect(steps.map((row) => row.slice(1, 4))).toEqual(Array.from(mean, (value, i) => [value, lower[0]?.[i], "OK"]));
      expect(last?.slice(0, 5)).toEqual([null, null, null, "ERROR", "missing-future"]);
      expect(last?.[5]).toMatch(/there is no PROMO at DAY 2026-04-04, step 6 of 7; add the row to the input/);
      if (engine !== "local") return;
      const single = await mm.forecast(version.model, "A", { levels: [95] });
      expect(single).toMatchObject({
        status: "OK",
        errorType: "missing-future",
        mean: [...mean],
        lower: [[...(lower[0] ?? [])]],
      });
      const { ask } = await serve(mm);
      const planned = rows.slice(84).map(([, day, , value]) => ({
        DAY: new Date(Number(day)).toISOString().slice(0, 10),
        PROMO: value,
      }));
      const route = `POST /v1/models/${version.model}/${version.version}/predict`;
      const answer = await ask(route, { keys: ["A"], levels: [95], rows: [planned] });
      expect(answer.body.predictions[0]).toMatchObject({ status: "OK", errorType: "missing-future", mean: [...mean] });
      const info = await mm.tables.query("SELECT INFO FROM TRAINING_RESULTS");
      const { effects, notes } = JSON.parse(String(info.rows[0]?.[0]));
      expect(effects.PROMO).toEqual({ effect: model.coef.PROMO, standardError: model.se.PROMO });
      expect(Math.abs(effects.PROMO.effect - 30)).toBeLessThan(3 * effects.PROMO.standardError);
      expect(notes).toEqual([]);
    },
  );
});
