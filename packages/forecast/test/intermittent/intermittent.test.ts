import { describe, expect, it } from "vitest";
import { adida, croston, fitted, forecast, imapa, sba, tsb, update } from "../../src/index.ts";
import { smoothWith } from "../../src/smoothing/simple-smoothing.ts";
import { absent, type Reference, reference, referenceSeries } from "../reference.ts";

const demand = [0, 0, 4, 0, 0, 0, 2, 0, 6, 0, 0, 3];
const first = (model: Parameters<typeof forecast>[0]) => forecast(model, { h: 1 }).mean[0]!;

describe("intermittent demand", () => {
  it("croston smooths sizes and intervals apart", () => {
    // Sizes 4, 2, 6, 3 and intervals 3, 4, 2, 3, by hand with alpha ½: 3.75 and 2.875.
    expect(first(croston(demand, { alpha: 0.5 }))).toBeCloseTo(3.75 / 2.875, 12);
    expect(first(sba(demand, { alpha: 0.5 }))).toBeCloseTo((0.75 * 3.75) / 2.875, 12);
  });
  it("tsb falls while no demand comes", () => {
    const model = tsb(demand, { alpha: 0.5, beta: 0.2 });
    expect(first(update(model, [0, 0, 0]))).toBeCloseTo(first(model) * 0.8 ** 3, 12);
  });
  it("optimal smoothing has no larger errors than any of a grid", () => {
    const errors = (alpha: number | "optimal") => {
      const expected = fitted(croston(demand, { alpha }), demand);
      return demand.reduce((sum, value, t) => sum + (expected[t]! >= 0 ? (value - expected[t]!) ** 2 : 0), 0);
    };
    for (let alpha = 0.05; alpha <= 1; alpha += 0.05)
      expect(errors("optimal")).toBeLessThanOrEqual(errors(alpha) * 1.0001);
  });
  it("adida and imapa forecast a regular demand by its mean", () => {
    const regular = Array.from({ length: 40 }, (_, t) => (t % 4 === 3 ? 8 : 0));
    const model = adida(regular);
    expect(model.blockLength).toBe(4);
    expect(first(model)).toBeCloseTo(2, 9);
    expect(first(imapa(regular))).toBeGreaterThan(1.5);
  });
  it("adida and imapa smooth with an alpha from 0.1 to 0.3, at its bounds too", () => {
    const jump = [...Array.from({ length: 40 }, (_, t) => (t % 2 ? 0 : 5)), 20, 0, 20, 0, 20, 0, 20, 0];
    const noise = Array.from({ length: 60 }, (_, t) => ((t * 37) % 11 < 4 ? (t * 53) % 7 : 0));
    for (const fit of [adida, imapa])
      for (const y of [jump, noise])
        for (const { alpha } of fit(y).blocks!) {
          expect(alpha).toBeGreaterThanOrEqual(0.1);
          expect(alpha).toBeLessThanOrEqual(0.3);
        }
    // Blocks of 2: 20 of 5, whose level is 5, and 4 of 20 at the greatest alpha.
    expect(adida(jump).blocks![0]!.alpha).toBeCloseTo(0.3, 6);
    expect(first(adida(jump))).toBeCloseTo((20 - 15 * 0.7 ** 4) / 2, 1);
  });
  it("adida and imapa start at the first block, but at the likeliest level if demand comes at almost every step", () => {
    // Blocks of 3 steps are [0, 0, 4], [0, 0, 0], [2, 0, 6], [0, 0, 3].
    expect(adida(demand).blocks!.map(({ initial }) => initial)).toEqual([4]);
    expect(imapa(demand).blocks!.map(({ initial }) => initial)).toEqual([0, 0, 4]);
    const frequent = [9, 4, 5, 0, 4, 5, 3, 4, 6, 4];
    const [block] = adida(frequent).blocks!;
    expect(block).toMatchObject({ length: 1, initial: smoothWith(Float64Array.from(frequent), block!.alpha).initial });
  });
  it("bounds are quantiles of the demand of a step: never negative, 0 below where demand is rare", () => {
    for (const model of [croston(demand), sba(demand), tsb(demand), adida(demand), imapa(demand)]) {
      const { lower, upper, mean } = forecast(model, { h: 3 });
      expect([...lower[0]!, ...lower[1]!]).toEqual([0, 0, 0, 0, 0, 0]);
      expect(upper[1]![2]).toBeGreaterThan(upper[0]![2]!);
      expect(upper[0]![0]).toBeGreaterThan(mean[0]!);
    }
  });
  it("demand that came at every step until a gap is not certain after it", () => {
    for (const quiet of [
      [0, 0, 0, 0, 0, 0],
      [...new Array<number>(900).fill(NaN), 0, 0, 0, 0, 0, 0],
    ])
      for (const fit of [croston, sba]) {
        const { lower, upper, mean } = forecast(fit([4, 5, ...quiet]), { h: 2 });
        expect(mean[0]).toBeCloseTo(fit === sba ? 4.1 * 0.95 : 4.1, 12);
        expect([...lower[1]!], "two of eight steps had a demand").toEqual([0, 0]);
        expect(upper[1]![0]).toBeGreaterThan(mean[0]!);
      }
    const steady = forecast(croston([4, 4, 4, 4]), { h: 1 });
    expect([steady.lower[1]![0], steady.upper[1]![0]]).toEqual([4, 4]);
  });
  it("no demand forecasts 0; a negative one is refused", () => {
    for (const fit of [croston, sba, tsb, adida, imapa]) {
      expect(first(fit([0, 0, 0]))).toBe(0);
      expect(() => fit([1, -2])).toThrow(/-2 at position 1/);
    }
    expect(() => croston(demand, { alpha: 0 })).toThrow(/alpha is 0/);
  });
  describe.each([
    ["adida", adida],
    ["imapa", imapa],
  ] as const)("%s over new values", (_, fit) => {
    /**
     * Returns ADIDA by its definition: blocks that end with the fitted series, summed, smoothed, spread over their
     * steps.
     */
    const byDefinition = (y: readonly number[], fittedTo: number, length: number, alpha: number, initial: number) => {
      let level = initial;
      for (let start = fittedTo % length; start + length <= y.length; start += length)
        level += alpha * (y.slice(start, start + length).reduce((sum, value) => sum + value, 0) - level);
      return level / length;
    };
    const later = [0, 5, 0, 0, 0, 0, 1, 9, 0, 0, 0, 2, 0];
    const all = [...demand, ...later];
    const model = fit(demand);
    const filtered = (y: readonly number[]) =>
      model.blocks!.reduce(
        (sum, { length, alpha, initial }) => sum + byDefinition(y, demand.length, length, alpha, initial),
        0,
      ) / model.blocks!.length;

    it("equals smoothing of whole blocks, and changes only when a block is whole", () => {
      expect(model.blocks!.map(({ length }) => length)).toEqual(model.kind === "adida" ? [3] : [1, 2, 3]);
      for (let n = 0; n <= later.length; n++)
        expect(first(update(model, later.slice(0, n)))).toBeCloseTo(filtered(all.slice(0, 12 + n)), 12);
    });
    it("is the same updated in pieces and at once, with missing values left out", () => {
      const gaps = later.flatMap((value) => [value, NaN]);
      const pieces = [gaps.slice(0, 1), gaps.slice(1, 8), [], gaps.slice(8)];
      const moved = pieces.reduce((before, piece) => update(before, piece), model);
      // The last value is missing, and says so; without a trend that changes no forecast.
      expect(moved).toEqual({ ...update(model, later), trailing: 1 });
      expect(forecast(moved, { h: 3 })).toEqual(forecast(update(model, later), { h: 3 }));
      expect(JSON.parse(JSON.stringify(moved))).toEqual(moved);
      expect(moved.nobs).toBe(all.length);
      expect(moved.probability).toBe(8 / all.length);
    });
    it("has the one-step forecasts that the filter gives", () => {
      const expected = fitted(model, all);
      for (let t = 0; t < all.length; t++) expect(expected[t], `step ${t}`).toBeCloseTo(filtered(all.slice(0, t)), 12);
      expect(fitted(model, [NaN, ...demand])).toEqual(Float64Array.of(NaN, ...expected.slice(0, 12)));
    });
    it("refuses a negative demand", () => {
      expect(() => update(model, [1, -2])).toThrow(/-2 at position 1/);
    });
  });
  it("a model without demand is the same when updated in pieces and at once", () => {
    for (const fit of [croston, sba, tsb, adida, imapa]) {
      const model = fit([0, 0, 0, 0]);
      expect(update(update(model, [0, 3]), [0, 7])).toEqual(update(model, [0, 3, 0, 7]));
    }
  });
  const series = referenceSeries();
  const records =
    reference<readonly (Reference<{ mean: number[]; fitted: (number | null)[] }> & { alpha: number })[]>("croston");
  it.skipIf(records === undefined)(`croston is R's to 1e-12${records === undefined ? `: ${absent}` : ""}`, () => {
    let compared = 0;
    for (const { id, alpha, result } of records!) {
      const { values } = series!.get(id)!;
      const model = croston(values, { alpha });
      const expected = fitted(model, values);
      expect(Math.abs(first(model) / result.mean[0]! - 1)).toBeLessThan(1e-12);
      result.fitted.forEach((value, t) => {
        if (value === null || Number.isNaN(expected[t]!)) return;
        expect(Math.abs(expected[t]! - value)).toBeLessThan(1e-11);
        compared++;
      });
    }
    expect(compared).toBe(7008);
    expect(records).toHaveLength(60);
  });
});
