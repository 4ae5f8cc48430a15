import { auc, calibrationError, normal, random } from "@manymodel/forecast";
import { populationStability } from "@manymodel/forecast/monitoring";
import { describe, expect, it } from "vitest";
import { rowMeasures } from "../../src/monitor/row-measures.ts";
import { fillTable, openWorkspace } from "../workspace.ts";

const config = `
source: { table: LAST_YEAR, partition_by: REGION, order_by: ID, target: CHURNED }
model: { name: churn, options: { features: [TENURE, PLAN] } }
train: { holdout: 60, mode: local }
batch: { input_table: TODAY }
monitor: { actuals: OUTCOMES }
`;
const configOfClasses = `
source: { table: LAST_YEAR, partition_by: REGION, order_by: ID, target: PLAN }
model: { name: boosted-classification, options: { features: [TENURE], classes: [basic, pro, team], rounds: 20 } }
train: { holdout: 60, mode: local }
batch: { input_table: TODAY }
monitor: { actuals: OUTCOMES }
`;
const FEATURES = [
  { name: "REGION", type: "string" },
  { name: "ID", type: "string" },
  { name: "TENURE", type: "number" },
  { name: "PLAN", type: "string" },
] as const;
const OUTCOME = { name: "CHURNED", type: "number" } as const;

/** Customers of two regions. In the second, today's are longer with us, and leave for the opposite reason. */
function customers(isToday: boolean) {
  const uniform = random(isToday ? 4 : 3);
  return ["STAYS", "TURNS"].flatMap((region) =>
    Array.from({ length: 400 }, (_, i) => {
      const hasTurned = isToday && region === "TURNS";
      const tenure = Math.abs(normal(uniform)) + (hasTurned ? 1 : 0);
      const plan = uniform() < 0.5 ? "pro" : "basic";
      const eta = (hasTurned ? -1 : 1) * (1 - 2 * tenure + (plan === "pro" ? 1 : -1));
      return [region, `c${i}`, tenure, plan, uniform() < 1 / (1 + Math.exp(-eta)) ? 1 : 0];
    }),
  );
}

describe("monitoring models of rows", () => {
  it("finds the segment whose features and outcomes have changed, and no other", async () => {
    const mm = await openWorkspace("local", config);
    const [before, today] = [customers(false), customers(true)];
    await fillTable(mm, "LAST_YEAR", [...FEATURES, OUTCOME], before);
    await fillTable(
      mm,
      "TODAY",
      [...FEATURES],
      today.map((row) => row.slice(0, 4)),
    );
    await fillTable(
      mm,
      "OUTCOMES",
      [FEATURES[0], FEATURES[1], OUTCOME],
      today.map((row) => [row[0], row[1], row[4]]),
    );
    const { runId: run } = await mm.train();
    await mm.models.register({ run });
    await mm.score();
    const monitored = await mm.monitor();
    expect(monitored).toMatchObject({ partitions: 2, alert: true, verdicts: { drift: 1, ok: 1 } });
    expect(monitored.offenders.map(({ partitionKey, reasons }) => [partitionKey, reasons])).toEqual([
      ["s:TURNS", ["auc", "ones_share", "psi of TENURE"]],
    ]);
    const { rows } = await mm.tables.query(
      "SELECT METRIC, FEATURE, VALUE FROM MONITOR_MEASURES WHERE REGION = 'TURNS' ORDER BY METRIC, FEATURE",
    );
    const values = new Map(rows.map(([metric, feature, value]) => [feature ?? metric, Number(value)]));
    // By the rows themselves: AUC and calibration error agree with scikit-learn's (test/measures), the index with R.
    const { rows: scores } = await mm.tables.query(
      "SELECT ID, FORECAST FROM FORECAST_RESULTS WHERE REGION = 'TURNS'", //
    );
    const risks = new Map(scores.map(([id, risk]) => [id, Number(risk)]));
    const of = (table: unknown[][]) => table.filter(([region]) => region === "TURNS");
    const actual = of(today).map((row) => Number(row[4]));
    const predicted = of(today).map((row) => risks.get(row[1] as string) ?? NaN);
    expect(values.get("auc")).toBeCloseTo(auc(actual, predicted), 12);
    expect(values.get("calibration_error")).toBeCloseTo(calibrationError(actual, predicted), 12);
    expect(values.get("ones_share")).toBeCloseTo(actual.reduce((sum, y) => sum + y, 0) / 400, 12);
    const tenure = (table: unknown[][]) => Float64Array.from(of(table), (row) => Number(row[2]));
    expect(values.get("TENURE")).toBeCloseTo(populationStability(tenure(before), tenure(today)).psi, 12);
    const { rows: statuses } = await mm.tables.query("SELECT PARTITION_KEY, VERDICT FROM MONITOR_STATUS ORDER BY 1");
    expect(statuses).toEqual([
      ["s:STAYS", "ok"],
      ["s:TURNS", "drift"],
    ]);
  });

  it("of several classes compares the accuracy with that of training, and the shares of the classes", async () => {
    const mm = await openWorkspace("local", configOfClasses);
    const uniform = random(6);
    const plans = ["basic", "pro", "team"];
    const rows = (hasTurned: boolean) =>
      ["STAYS", "TURNS"].flatMap((region) =>
        Array.from({ length: 300 }, (_, i) => {
          const tenure = 3 * uniform();
          const plan = uniform() < 0.8 ? Math.floor(tenure) : Math.floor(3 * uniform());
          return [region, `c${i}`, tenure, plans[hasTurned && region === "TURNS" ? Math.max(1, 2 - plan) : plan]];
        }),
      );
    const columns = [FEATURES[0], FEATURES[1], FEATURES[2], { name: "PLAN", type: "string" }] as const;
    const [before, now] = [rows(false), rows(true)];
    await fillTable(mm, "LAST_YEAR", [...columns], before);
    await fillTable(mm, "TODAY", [...columns.slice(0, 3)], now);
    await fillTable(
      mm,
      "OUTCOMES",
      [columns[0], columns[1], columns[3]],
      now.map(([region, id, , plan]) => [region, id, plan]),
    );
    const { runId: run } = await mm.train();
    await mm.models.register({ run });
    await mm.score();
    const monitored = await mm.monitor();
    expect(monitored.offenders.map(({ partitionKey, reasons }) => [partitionKey, reasons])).toEqual([
      ["s:TURNS", ["accuracy", "psi of PLAN"]],
    ]);
    const { rows: scores } = await mm.tables.query(
      "SELECT ID, CLASS, FORECAST, P_basic, P_pro, P_team FROM FORECAST_RESULTS WHERE REGION = 'TURNS'",
    );
    for (const [, likeliest, chance, ...chances] of scores)
      expect(chance).toBe(Math.max(...chances.map(Number), Number(chances[plans.indexOf(String(likeliest))])));
    const outcomes = new Map(now.filter(([region]) => region === "TURNS").map(([, id, , plan]) => [id, plan]));
    const hits = scores.filter(([id, likeliest]) => outcomes.get(String(id)) === likeliest).length;
    expect(
      monitored.measures?.find(({ metric, partitionKey }) => metric === "accuracy" && partitionKey === "s:TURNS"),
    ).toMatchObject({ value: hits / 300, n: 300 });
    await expect(mm.advise()).rejects.toThrow("classifiers of 0 and 1");
  });
});

describe("measures of rows", () => {
  it("compare the share of ones with the mean probability by a normal test", () => {
    // 60 ones where 50 are expected, of variance 25: z = 2, of both tails 0.0455.
    const actual = Float64Array.from({ length: 100 }, (_, i) => (i < 60 ? 1 : 0));
    const predicted = new Float64Array(100).fill(0.5);
    const [, share] = rowMeasures({ predicted, actual, hasClasses: false, registered: {}, features: [] });
    expect(share).toMatchObject({ metric: "ones_share", value: 0.6, reference: 0.5 });
    expect(share?.p).toBeCloseTo(0.04550026, 7);
    expect(share?.severity).toBeCloseTo(1, 12);
  });
  it("give numbers their RMSE, and nothing but drift where no outcome is known", () => {
    const [first] = rowMeasures({
      predicted: Float64Array.of(1, 4),
      actual: Float64Array.of(2, 2),
      hasClasses: false,
      registered: { holdout_rmse: 1 },
      features: [],
    });
    expect(first).toMatchObject({ metric: "rmse", reference: 1 });
    expect(first?.value).toBeCloseTo(Math.sqrt(5 / 2), 12);
    const none = new Float64Array(0);
    const features = [{ name: "A", before: ["x", "y"], now: ["x", "x"] }];
    expect(
      rowMeasures({ predicted: none, actual: none, hasClasses: false, registered: {}, features }).map(
        ({ metric }) => metric,
      ),
    ).toEqual(["psi"]);
  });
});
