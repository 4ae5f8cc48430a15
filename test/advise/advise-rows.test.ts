import { normal, random } from "@manymodel/forecast";
import { describe, expect, it } from "vitest";
import { adviseRows } from "../../src/advise/advise-rows.ts";
import { fillTable, openWorkspace } from "../workspace.ts";

const COLUMNS = [
  { name: "REGION", type: "string" },
  { name: "X", type: "number" },
  { name: "PLAN", type: "string" },
  { name: "LEFT", type: "number" },
] as const;

/**
 * Returns advice on regions of some rows: the odds of leaving are by `slope` of the region, and nobody leaves the last.
 */
async function adviceOn(regions: number, rows: number, slope: (region: number) => number) {
  const mm = await openWorkspace("memory");
  const uniform = random(5);
  const data = Array.from({ length: regions * rows }, (_, i) => {
    const [region, x] = [i % regions, normal(uniform)];
    const left = region === regions - 1 ? 0 : Number(uniform() < 1 / (1 + Math.exp(-slope(region) * x)));
    return [`R${10 + region}`, x, x > 0 ? null : "basic", left];
  });
  await fillTable(mm, "T", [...COLUMNS], data);
  const query = { table: "T", keyColumns: ["REGION"] };
  return adviseRows(mm.engine, { query, target: "left", features: ["X", "PLAN"], sample: 50, seed: 1 });
}

describe("advice on classifiers", () => {
  it("is for many models where regions leave for opposite reasons", async () => {
    const { verdict, classes, notes } = await adviceOn(12, 200, (region) => (region % 2 === 0 ? 2 : -2));
    expect(verdict).toBe("many");
    expect(classes).toMatchObject({ partitions: 12, rows: 2400, tried: 11, oneClass: 1, length: [200, 200, 200] });
    // Of opposite slopes one model learns nothing.
    expect(classes.auc.pooled).toBeLessThan(0.6);
    expect(classes.auc.own).toBeGreaterThan(0.75);
    expect(classes.features[1]?.missing).toBeCloseTo(0.5, 1);
    expect(notes.join()).toContain("1 of 12 sampled partitions have one class only");
  });
  it("is for one model where all regions are alike and small", async () => {
    const { verdict, classes } = await adviceOn(50, 24, () => 1);
    expect(verdict).toBe("global");
    expect(classes.ownToPooled.low).toBeGreaterThan(1);
  });
  it("refuses a target that is no class", async () => {
    const mm = await openWorkspace("memory");
    await fillTable(mm, "T", [...COLUMNS], [["A", 1, "x", 2]]);
    const spec = { query: { table: "T", keyColumns: ["REGION"] }, target: "LEFT", sample: 1, seed: 1 };
    await expect(adviseRows(mm.engine, { ...spec, features: ["X"] })).rejects.toThrow("has 2; a class is 0 or 1");
    await expect(adviseRows(mm.engine, { ...spec, features: ["NO"] })).rejects.toThrow('no column "NO" (features)');
  });
});
