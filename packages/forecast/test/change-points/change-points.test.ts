import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pelt } from "../../src/change-points/pelt.ts";
import { segmentCost } from "../../src/change-points/segment-cost.ts";
import { type ChangeKind, changePoints, normal, random } from "../../src/index.ts";

const noise = (n: number, seed: number, level: (t: number, z: number) => number) => {
  const uniform = random(seed);
  return Array.from({ length: n }, (_, t) => level(t, normal(uniform)));
};

describe("changePoints", () => {
  it("is as good as the best of all segmentations", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<ChangeKind>("mean", "mean-variance", "trend"),
        fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 8, maxLength: 40 }),
        fc.integer({ min: 3, max: 5 }),
        fc.double({ min: 0.5, max: 20, noNaN: true }),
        (kind, values, minSize, penalty) => {
          const n = values.length;
          const costs = segmentCost(kind, Float64Array.from(values.keys()), Float64Array.from(values), 2);
          const cost = (from: number, to: number) => {
            const out = new Float64Array(1);
            costs(new Float64Array(n), Int32Array.of(from), 1, to, out);
            return out[0]!;
          };
          const best = [-penalty, ...new Array<number>(n).fill(Infinity)];
          for (let to = minSize; to <= n; to++)
            for (let from = 0; from <= to - minSize; from++)
              best[to] = Math.min(best[to]!, best[from]! + cost(from, to) + penalty);
          const starts = [0, ...pelt(n, costs, penalty, minSize), n];
          let total = -penalty;
          for (let i = 1; i < starts.length; i++) total += cost(starts[i - 1]!, starts[i]!) + penalty;
          expect(Math.abs(total - best[n]!)).toBeLessThan(1e-8 * (1 + Math.abs(total)));
        },
      ),
    );
  });
  it("finds changes of mean, variance and slope where they are, missing values or not", () => {
    const steps = noise(300, 1, (t, z) => z + (t >= 100 ? 4 : 0) - (t >= 220 ? 6 : 0));
    const near = (got: readonly number[], expected: number[], by: number) => {
      expect(got.length).toBe(expected.length);
      expected.forEach((at, i) => expect(Math.abs(got[i]! - at)).toBeLessThanOrEqual(by));
    };
    near(changePoints(steps).positions, [100, 220], 2);
    near(changePoints(steps.map((v, t) => (t % 9 === 4 ? NaN : v))).positions, [100, 220], 3);
    const wild = noise(300, 2, (t, z) => (t >= 150 ? 6 : 1) * z);
    near(changePoints(wild, { kind: "mean-variance" }).positions, [150], 8);
    const bent = noise(300, 3, (t, z) => z + (t < 120 ? 0.5 * t : 60 - 0.5 * (t - 120)));
    near(changePoints(bent, { kind: "trend" }).positions, [120], 6);
  });
  it("seldom finds any in noise, autocorrelated or not", () => {
    let white = 0;
    let red = 0;
    for (let seed = 0; seed < 100; seed++) {
      let state = 0;
      white += changePoints(noise(300, seed, (_, z) => z)).positions.length > 0 ? 1 : 0;
      const values = noise(300, seed, (_, z) => {
        state = 0.5 * state + z;
        return state;
      });
      red += changePoints(values).positions.length > 0 ? 1 : 0;
    }
    expect(white).toBeLessThanOrEqual(5);
    expect(red).toBeLessThanOrEqual(10);
  });
  it("constant and short series have none; bad options are named", () => {
    expect(changePoints(new Array(50).fill(3)).positions).toEqual([]);
    expect(changePoints([1, 2]).positions).toEqual([]);
    expect(() => changePoints([1], { minSize: 0 })).toThrow("minSize is 0");
    expect(() => changePoints([1], { penalty: -1 })).toThrow("penalty is -1");
    expect(() => changePoints([NaN])).toThrow("0 observed values");
  });
});
