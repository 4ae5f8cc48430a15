import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { whyNotPlain } from "../../../../src/core/columns/plain-data.ts";
import { type FittedModel, forecast, METHODS } from "../../src/index.ts";

const value = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);
const series = fc.oneof(
  fc.array(value, { minLength: 1, maxLength: 12 }),
  fc.array(value, { minLength: 13, maxLength: 50 }),
  fc.tuple(value, fc.integer({ min: 1, max: 60 })).map(([v, n]) => new Array<number>(n).fill(v)),
  fc.tuple(fc.integer({ min: 3, max: 60 }), value).map(([n, slope]) => Array.from({ length: n }, (_, t) => slope * t)),
);

describe("every built-in method, on any short, constant, gappy or linear series", () => {
  for (const [name, method] of Object.entries(METHODS))
    it(`${name}: a plain model with finite forecasts, or a RangeError that says why`, () => {
      const numRuns = name === "auto-arima" ? 150 : 300;
      let count = 0;
      fc.assert(
        fc.property(series, fc.constantFrom(1, 4, 7), (values, period) => {
          let model: FittedModel;
          try {
            // Without -0, which JSON does not keep.
            model = method(
              Float64Array.from(values, (v) => v + 0),
              period,
            );
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
            return;
          }
          expect(whyNotPlain(model, "model")).toBeUndefined();
          const { mean, lower, upper } = forecast(model, { h: 9 });
          // A single observation tells no variance, and neither do several without a one-step error.
          const single = values.filter((value) => !Number.isNaN(value)).length === 1;
          const unknown = single || ("sigma2" in model && model.sigma2 === null);
          expect(mean.every(Number.isFinite)).toBe(true);
          for (const bounds of [...lower, ...upper])
            expect(bounds.every(unknown ? Number.isNaN : Number.isFinite)).toBe(true);
          expect(forecast(JSON.parse(JSON.stringify(model)), { h: 9 })).toEqual({ ...forecast(model, { h: 9 }) });
          count++;
        }),
        { numRuns },
      );
      expect(count).toBeGreaterThan(numRuns / 4);
    });
});
