import { normal, random } from "manymodel/forecast";
import { describe, expect, it } from "vitest";
import { inProcessWorkers } from "../../src/engines/memory/workers.ts";
import { EVERY_ENGINE } from "../every-engine.ts";
import { fillTable } from "../workspace.ts";

const config = `
source: { table: CUSTOMERS, partition_by: REGION, order_by: ID, target: CHURNED }
model:
  name: boosted-classification
  options:
    features: [TENURE, PLAN, AUTOPAY, SINCE]
    rounds: 10
    keep: [SINCE, PLAN]
    costs: { false_positive: 1, false_negative: 3 }
    explain: true
train: { holdout: 50 }
`;
const COLUMNS = [
  { name: "REGION", type: "string" },
  { name: "ID", type: "string" },
  { name: "TENURE", type: "number" },
  { name: "PLAN", type: "string" },
  { name: "AUTOPAY", type: "boolean" },
  { name: "SINCE", type: "date" },
  { name: "CHURNED", type: "number" },
] as const;
const DAY = 86_400_000;

function customers(): unknown[][] {
  const uniform = random(8);
  return Array.from({ length: 300 }, (_, i) => {
    const [tenure, isPro, autopay] = [Math.abs(normal(uniform)), uniform() < 0.5, uniform() < 0.5];
    const eta = 1 - 2 * tenure + (isPro ? 1 : -1);
    return [
      i % 3 === 0 ? "ISLES" : "COAST",
      `c${String(i).padStart(3, "0")}`,
      uniform() < 0.1 ? null : tenure,
      isPro ? "pro" : "basic",
      autopay,
      Date.UTC(2024, 0, 1) + (i % 400) * DAY,
      // No customer of the isles has left.
      i % 3 === 0 ? 0 : uniform() < 1 / (1 + Math.exp(-eta)) ? 1 : 0,
    ];
  });
}

const answers = new Map<string, unknown>();

describe.each(EVERY_ENGINE)("models of rows (%s)", (engine, missing, open) => {
  it.skipIf(missing)("give the same classes, kept columns and explanations on every engine", async () => {
    const mm = await open(config);
    // The driver of the account's local server cannot read from a thread.
    Object.assign(mm.engine, { workers: inProcessWorkers() });
    await fillTable(mm, "CUSTOMERS", [...COLUMNS], customers());
    const { runId: run } = await mm.train();
    await mm.models.register({ run });
    await mm.score({ levels: [90] });
    const { columns, rows } = await mm.tables.query(
      `SELECT REGION, ID, FORECAST, LO_90, PLAN, CLASS, CONTRIBUTIONS, STATUS, ERROR_TYPE, SINCE FROM FORECAST_RESULTS ORDER BY REGION, ID`,
      [],
      { limit: 1000 },
    );
    expect(rows).toHaveLength(300);
    expect(columns).toHaveLength(10);
    for (const [region, , forecast, low, plan, isLeaver, contributions, status, type] of rows) {
      expect(["pro", "basic"]).toContain(plan);
      if (region === "ISLES") {
        // Jeffreys: (0 + ½) / (100 + 1).
        expect([forecast, low, isLeaver, contributions, status, type]).toEqual([
          0.5 / 101,
          0,
          0,
          null,
          "FALLBACK",
          "base-rate",
        ]);
        continue;
      }
      const parts: Record<string, number> = JSON.parse(String(contributions));
      const score = Object.values(parts).reduce((sum, part) => sum + part);
      expect(1 / (1 + Math.exp(-score))).toBeCloseTo(Number(forecast), 9);
      expect(status).toBe("OK");
    }
    answers.set(
      engine,
      rows.map((row) => row.slice(0, 9)),
    );
    expect(answers.get(engine)).toEqual(answers.get("local"));
  });
});
