import { describe, expect, it } from "vitest";
import { forecast, METHODS, supports, update } from "../../src/index.ts";
import { modelFunctions } from "../../src/model/dispatch.ts";
import { FAMILIES, type Family } from "../../src/model/families.ts";

const SERIES: Readonly<Record<string, Float64Array>> = {
  seasonal: Float64Array.from({ length: 60 }, (_, t) => 20 + t / 5 + 6 * Math.sin((2 * Math.PI * t) / 7) + (t % 3)),
  constant: new Float64Array(30).fill(4),
  zeros: new Float64Array(30),
  intermittent: Float64Array.from({ length: 40 }, (_, t) => (t % 5 === 0 ? 1 + (t % 3) : 0)),
  gaps: Float64Array.from({ length: 40 }, (_, t) => (t % 6 === 1 ? NaN : 10 + (t % 7))),
  short: Float64Array.of(3, 4, 5),
  one: Float64Array.of(7),
};

describe.each(Object.entries<Family>(FAMILIES))("the family %s", (_, { fits, kinds }) => {
  const functions = modelFunctions(kinds);
  it.each(Object.keys(fits))("knows every model that %s gives, and forecasts it as the library does", (method) => {
    let count = 0;
    for (const [name, y] of Object.entries(SERIES)) {
      let model: ReturnType<(typeof fits)[string]>;
      try {
        model = fits[method]!(y, 7);
      } catch (error) {
        expect(error, name).toBeInstanceOf(RangeError);
        continue;
      }
      count++;
      const options = { h: 9, levels: [80, 95] };
      expect(functions.forecast(model, options), name).toEqual(forecast(model, options));
      expect(functions.supports(model, "fitted")).toBe(supports(model, "fitted"));
      if (supports(model, "update")) expect(functions.update(model, [5, NaN, 6])).toEqual(update(model, [5, NaN, 6]));
    }
    expect(count).toBeGreaterThan(0);
  });
});

it("every method of one model is in one family", () => {
  const all = Object.values<Family>(FAMILIES).flatMap(({ fits }) => Object.keys(fits));
  expect(new Set(all).size).toBe(all.length);
  expect([...all, "best"].sort()).toEqual(Object.keys(METHODS).sort());
});
