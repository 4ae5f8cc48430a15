import { describe, expect, it } from "vitest";
import {
  drift,
  type FittedModel,
  fitted,
  forecast,
  holtWinters,
  mean,
  naive,
  snaive,
  update,
} from "../../src/index.ts";

const y = [12, 15, 11, 18, NaN, 16, 13, 21, 16, 19, 15, 24, 18, 22, 17, 27];
const newY = [20, NaN, 19, 30, 24];
const complete = (values: readonly number[]) =>
  values.map((value, t) => (Number.isNaN(value) ? values[t - 4]! : value));

describe("update", () => {
  const exact: Readonly<Record<string, (values: readonly number[]) => FittedModel>> = {
    mean,
    drift,
    naive,
    snaive: (values) => snaive(values, { period: 4 }),
  };
  for (const [name, fit] of Object.entries(exact))
    it(`${name}: point forecasts equal those of a fit to everything`, () => {
      const updated = forecast(update(fit(y), newY), { h: 6 });
      const refitted = forecast(fit([...y, ...newY]), { h: 6 });
      updated.mean.forEach((value, i) => {
        expect(value).toBeCloseTo(refitted.mean[i]!, 12);
      });
    });

  it("holt-winters: continues from its last states", () => {
    const all = [...complete(y), 20, 24, 19, 30, 24];
    const model = holtWinters(all.slice(0, 16), { period: 4 });
    const whole = fitted({ ...model, nobs: 21 }, all);
    for (let t = 16; t < all.length; t++)
      expect(forecast(update(model, all.slice(16, t)), { h: 1 }).mean[0]).toBeCloseTo(whole[t]!, 10);
  });

  it("refuses an infinite value, naming it", () => {
    expect(() => update(naive(y), [1, Infinity])).toThrow(/Infinity at position 1/);
  });
});

describe("a model of a kind that is not known", () => {
  it("is refused with the kinds there are", () => {
    expect(() => forecast({ kind: "oracle" } as unknown as FittedModel, { h: 1 })).toThrow(
      'a model of kind "oracle" is not known; the kinds are naive, snaive',
    );
  });
});
