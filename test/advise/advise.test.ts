import { describe, expect, it } from "vitest";
import { normal, random } from "../../packages/forecast/src/index.ts";
import { advise } from "../../src/advise/advise.ts";
import { pooledForecast, pooledModel } from "../../src/advise/pooled-model.ts";
import { relativeError } from "../../src/advise/relative-error.ts";
import { fillTable, openWorkspace } from "../workspace.ts";

const DAY = 86_400_000;
const COLUMNS = [
  { name: "UNIT", type: "string" },
  { name: "DAY", type: "date" },
  { name: "Y", type: "number" },
  { name: "PROMO", type: "boolean" },
] as const;
const QUERY = { table: "T", keyColumns: ["UNIT"], orderBy: ["DAY"] };

/** Returns a workspace with the rows of some series, and advice on it. */
async function adviceOn(series: readonly (readonly number[])[], options: { period?: number; horizon?: number } = {}) {
  const mm = await openWorkspace("memory");
  const rows = series.flatMap((y, unit) => y.map((value, t) => [`U${100 + unit}`, t * DAY, value, null]));
  await fillTable(mm, "T", [...COLUMNS], rows);
  const spec = {
    query: QUERY,
    target: "y",
    period: 1,
    horizon: 7,
    sample: 40,
    seed: 1,
    workers: 2,
    budgetMs: 1,
    ...options,
  };
  let now = 0;
  return advise(mm.engine, spec, () => now++);
}

describe("relativeError", () => {
  it("by hand: the geometric mean of the ratios, and who is better", () => {
    const { ratio, low, high, better } = relativeError([1, 2, 0, 4], [2, 4, 0, 2]);
    expect(ratio).toBeCloseTo((0.5 * 0.5 * 1 * 2) ** (1 / 4), 12);
    expect(low).toBeLessThan(ratio);
    expect(high).toBeGreaterThan(ratio);
    expect(better).toBe(0.5);
    expect(relativeError([0, 0], [1, 1]).ratio).toBeCloseTo(0.01, 12);
    expect(relativeError([1], [2]).ratio).toBeNaN();
  });
});

describe("pooledModel", () => {
  it("learns one process from many series of any size, and looks back on its own forecasts", () => {
    const uniform = random(3);
    const wave = (t: number) => Math.sin((2 * Math.PI * t) / 7);
    const series = Array.from({ length: 20 }, (_, i) => {
      const size = 10 ** (i % 4);
      return {
        size,
        y: Float64Array.from({ length: 60 }, (_, t) => size * (20 + 5 * wave(t + i) + 0.01 * normal(uniform))),
        origin: i,
      };
    });
    const model = pooledModel(series, 7)!;
    for (const one of series.slice(0, 4)) {
      const got = pooledForecast(model, one, 14)!;
      got.forEach((value, h) =>
        expect(Math.abs(value / one.size - (20 + 5 * wave(60 + h + one.origin)))).toBeLessThan(0.1),
      );
    }
    expect(pooledModel(series.slice(0, 1), 7), "too few rows").toBeUndefined();
  });
});

describe("advise", () => {
  const uniform = random(8);
  it("many models, where each series has a season of its own", async () => {
    const advice = await adviceOn(
      Array.from({ length: 40 }, () => {
        const shape = Array.from({ length: 7 }, () => 10 * normal(uniform));
        return Array.from({ length: 140 }, (_, t) => 100 + shape[t % 7]! + normal(uniform));
      }),
    );
    expect(advice).toMatchObject({ verdict: "many", profile: { period: 7, periodFrom: "found", partitions: 40 } });
    expect(advice.profile.covariates).toEqual([{ name: "PROMO", type: "boolean", missing: 1 }]);
    expect(advice.notes.join()).toContain("Set source.period: auto, or 7");
    expect(advice.evidence.ownToPooled.high).toBeLessThan(1);
  });
  it("one model, if short series share their future", async () => {
    const advice = await adviceOn(
      Array.from({ length: 40 }, () => {
        let x = 3 * normal(uniform);
        const y = [];
        for (let t = 0; t < 24; t++) {
          x = -0.9 * x + normal(uniform);
          y.push(50 + x);
        }
        return y;
      }),
      { horizon: 2 },
    );
    expect(advice).toMatchObject({ verdict: "global", profile: { periodFrom: "none found" } });
    expect(advice.evidence.ownToPooled.low).toBeGreaterThan(1);
    expect(advice.reasons.join()).toContain("Series are short");
  });
  it("says so when too little can be backtested, and which partitions cannot be used", async () => {
    const advice = await adviceOn([[1, 2], [1, 2, 3, 4, 5], ...Array.from({ length: 10 }, () => [1, 2, 3])]);
    expect(advice.verdict).toBe("unknown");
    expect(advice.profile.unusable).toEqual([{ partition: 'UNIT = "U100"', reason: "fewer than 3 observed values" }]);
  });
  it("says of each reason how many partitions cannot be used for it, and one of them", async () => {
    const usable = Array.from({ length: 3 }, () => [1, 2, 3, 4]);
    const { notes } = await adviceOn([[1], ...usable, [1, Infinity, 3], [1, 2], [1, NaN, 3]]);
    expect(notes.filter((note) => note.includes("cannot be used"))).toEqual([
      '3 sampled partitions cannot be used: fewer than 3 observed values (such as UNIT = "U100").',
      '1 sampled partition cannot be used: a value is Infinity (UNIT = "U104").',
    ]);
  });
  it("is the same for the same seed; a target that is none is named", async () => {
    const series = Array.from({ length: 50 }, () => Array.from({ length: 60 }, () => normal(uniform)));
    const [a, b] = [await adviceOn(series), await adviceOn(series)];
    expect(b.evidence).toEqual(a.evidence);
    expect(a.profile.sampled).toBe(40);
    const mm = await openWorkspace("memory");
    await fillTable(mm, "T", [...COLUMNS], [["A", 0, 1, null]]);
    const spec = { query: QUERY, target: "Z", period: 1, horizon: 7, sample: 40, seed: 1, workers: 2, budgetMs: 1 };
    await expect(advise(mm.engine, spec)).rejects.toThrow('T has no column "Z" (target); it has UNIT, DAY, Y, PROMO');
    await expect(advise(mm.engine, { ...spec, target: "PROMO" })).rejects.toThrow("holds booleans");
  });
});
