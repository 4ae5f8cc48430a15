import { describe, expect, it } from "vitest";
import { normal, random } from "../../../packages/forecast/src/index.ts";
import churn, { type ChurnModel } from "../../../src/model/builtin/churn.ts";
import { frame } from "../../../src/model/frame.ts";
import { range } from "./daily.ts";

describe("churn", () => {
  const uniform = random(5);
  const rows = range(0, 600).map(() => {
    const [a, b] = [normal(uniform), normal(uniform)];
    return { a, b, left: uniform() < 1 / (1 + Math.exp(-(2 * a - 1))) ? 1 : 0 };
  });
  const table = (list: readonly { a: number; b: number; left?: number }[]) =>
    frame({
      length: list.length,
      columns: {
        A: { type: "number", values: Float64Array.from(list, (row) => row.a) },
        B: { type: "boolean", values: Uint8Array.from(list, (row) => (row.b > 0 ? 1 : 0)) },
        LEFT: { type: "number", values: Float64Array.from(list, (row) => row.left ?? NaN) },
      },
    });
  const context = { unit_id: "S", exports: { target: "LEFT", features: ["A", "B"], holdout: 150 }, seed: 7 };
  it("gives one probability per row, and measures them on rows drawn by the seed", async () => {
    const got = await churn.fit({ ...context, data: table(rows) });
    const again = await churn.fit({ ...context, data: table(rows) });
    expect(JSON.stringify(again)).toBe(JSON.stringify(got));
    const { holdout_auc, holdout_brier, holdout_log_loss, churn_rate } = got.metrics as Record<string, number>;
    // The outcomes' own probabilities reach an AUC of about 0.86.
    expect(holdout_auc).toBeGreaterThan(0.8);
    expect(holdout_brier).toBeLessThan(churn_rate! * (1 - churn_rate!));
    expect(holdout_log_loss).toBeLessThan(0.6);
    const data = table([
      { a: -2, b: 1 },
      { a: NaN, b: 1 },
      { a: 2, b: 1 },
    ]);
    const { mean } = await churn.predict!({
      ...context,
      model: got.model as ChurnModel,
      horizon: 3,
      levels: [80],
      data,
    });
    expect(mean).toHaveLength(3);
    expect(mean[0]).toBeLessThan(0.05);
    expect(mean[1]).toBeGreaterThan(mean[0]!);
    expect(mean[2]).toBeGreaterThan(0.85);
  });
  it("needs both outcomes and a feature with values; without enough rows there is no holdout", async () => {
    const fit = async (data: ReturnType<typeof table>) => churn.fit({ ...context, data });
    await expect(fit(table(rows.map((row) => ({ ...row, left: 0 }))))).rejects.toThrow("both classes are needed");
    await expect(fit(table(rows.map((row) => ({ ...row, a: NaN }))))).rejects.toThrow("feature A has no values");
    expect((await fit(table(rows.slice(0, 200)))).metrics).not.toHaveProperty("holdout_auc");
  });
});
