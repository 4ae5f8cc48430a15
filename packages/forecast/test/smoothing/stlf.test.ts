import { describe, expect, it } from "vitest";
import { drift, ets, fitted, forecast, METHODS, naive, normal, random, stlf, update } from "../../src/index.ts";
import { absent, type Reference, reference, referenceSeries } from "../reference.ts";
import { fitAsRecorded, type StlfRecord } from "./stlf-record.ts";

const y = Float64Array.from({ length: 98 }, (_, t) => 50 + t / 2 + 6 * Math.sin((2 * Math.PI * t) / 7));

describe("stlf", () => {
  it("continues a line with a season, to half the line's rise in a step", () => {
    const { mean } = forecast(stlf(y, { period: 7, fit: drift }), { h: 14 });
    mean.forEach((value, i) =>
      expect(Math.abs(value - (50 + (98 + i) / 2 + 6 * Math.sin((2 * Math.PI * (98 + i)) / 7)))).toBeLessThan(0.25),
    );
  });
  it("is plain data, also with two periods, and moves on with its seasons", () => {
    const model = stlf(y, { periods: [28, 7], fit: naive });
    expect(model.periods).toEqual([7, 28]);
    expect(forecast(JSON.parse(JSON.stringify(model)), { h: 9 })).toEqual(forecast(model, { h: 9 }));
    const { mean } = forecast(model, { h: 30 });
    const later = forecast(update(model, mean.subarray(0, 10)), { h: 20 }).mean;
    later.forEach((value, i) => expect(value).toBeCloseTo(mean[10 + i]!, 9));
  });
  // The interval of additive noise does not depend on the level; that at 1e3 is the measure.
  it.each([1e6, 1e8, 1e9])("keeps the interval of unit noise at a level of %s", (level) => {
    const uniform = random(2);
    const noise = Float64Array.from({ length: 60 }, () => normal(uniform));
    const width = (shift: number) => {
      const model = stlf(
        noise.map((value) => shift + value),
        { period: 6 },
      );
      const { lower, upper } = forecast(model, { h: 1, levels: [95] });
      return upper[0]![0]! - lower[0]![0]!;
    };
    expect(width(level) / width(1e3)).toBeCloseTo(1, 2);
    expect(width(level) / width(1e5)).toBeCloseTo(1, 4);
  });
  it("forecasts the seasonally adjusted series by default with ets without a season", () => {
    expect(stlf(y, { period: 7 }).model).toMatchObject({ kind: "ets", season: "N" });
    expect(METHODS.stlf(y, 7)).toEqual(stlf(y, { period: 7 }));
  });
  it("is plain ets, asked for by name, without two full seasons", () => {
    expect(METHODS.stlf(y.subarray(0, 14), 7)).toEqual(ets(y.subarray(0, 14), { period: 7 }));
    expect(METHODS.stlf(y, 1)).toEqual(ets(y));
    expect(() => stlf(y.subarray(0, 14), { period: 7 })).toThrow(/none of the periods 7 fits more than twice/);
  });
  it("refuses a period that is not whole, none, or both options", () => {
    expect(() => stlf(y, { period: 7.5, fit: naive })).toThrow(/7.5/);
    expect(() => stlf(y, { fit: naive })).toThrow(/needs the option period/);
    expect(() => stlf(y, { period: 7, periods: [7], fit: naive })).toThrow(/not both/);
  });
  const series = referenceSeries();
  it.skipIf(series === undefined)(`is R's on AirPassengers to 1e-9${series === undefined ? `: ${absent}` : ""}`, () => {
    // R 4.2.2, forecast 8.20: stlf(AirPassengers, method = "naive", h = 24) and "rwdrift", steps 1 to 3.
    const { values } = series!.get("AirPassengers")!;
    const walk = [443.509067147778, 424.997286290215, 465.938587592148];
    const drifting = [445.937173797377, 429.853499589412, 473.222907540944];
    const near = (got: Float64Array, expected: number[]) =>
      expected.forEach((value, i) => expect(Math.abs(got[i]! / value - 1)).toBeLessThan(1e-9));
    near(forecast(stlf(values, { period: 12, fit: naive }), { h: 24 }).mean, walk);
    near(forecast(stlf(values, { period: 12, fit: drift }), { h: 24 }).mean, drifting);
    // fitted(stlf(AirPassengers, method = "naive")), at 2, 13, 100 and 144.
    const expected = fitted(stlf(values, { period: 12, fit: naive }), values);
    const judged = [111.799440749209, 120.962037532253, 351.395171353053, 421.398309276141];
    near(
      Float64Array.from([1, 12, 99, 143], (t) => expected[t]!),
      judged,
    );
  });
  const records = reference<readonly Reference<StlfRecord>[]>("simple");
  it.skipIf(records === undefined)(
    `is R's forecast 8.20 to 1e-6 with the ETS parameters R ended at${records === undefined ? `: ${absent}` : ""}`,
    () => {
      let compared = 0;
      for (const { id, method, ok, result } of records!) {
        const { values, frequency } = series!.get(id)!;
        // Missing values are filled in another way than R's.
        if (method !== "stlf" || !ok || values.some(Number.isNaN)) continue;
        const fit = fitAsRecorded(result);
        const got = forecast(stlf(values, { period: frequency, fit }), { h: result.forecast.mean.length });
        const scale = Math.max(...values.map(Math.abs));
        result.forecast.mean.forEach((value, i) =>
          expect(Math.abs(got.mean[i]! - value) / scale, `${id} mean[${i}]`).toBeLessThan(1e-6),
        );
        compared++;
      }
      expect(compared).toBeGreaterThan(25);
    },
  );
});
