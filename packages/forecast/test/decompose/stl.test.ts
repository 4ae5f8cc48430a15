import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { type StlOptions, stl } from "../../src/decompose/stl.ts";
import { absent, type Reference, reference, referenceSeries } from "../reference.ts";
import { airPassengers, classic, distance } from "../unit-root.ts";

const y = Float64Array.from({ length: 60 }, (_, t) => t + 5 * Math.sin((Math.PI * t) / 6) + Math.sin(t * t));

describe("stl", () => {
  it("adds up to the series", () => {
    for (const robust of [false, true]) {
      const { seasonal, trend, remainder } = stl(y, { period: 12, robust });
      assert.ok(
        distance(
          seasonal.map((value, t) => value + trend[t]! + remainder[t]!),
          y,
        ) < 1e-12,
      );
    }
  });
  it("finds a line and a fixed season exactly", () => {
    const season = [3, -1, -2, 0];
    const exact = Float64Array.from({ length: 40 }, (_, t) => 2 + 0.5 * t + season[t % 4]!);
    for (const seasonalWindow of [7, "periodic"] as const) {
      const { seasonal, trend, remainder } = stl(exact, { period: 4, seasonalWindow, seasonalDegree: 1 });
      const tolerance = seasonalWindow === 7 ? 1e-10 : 0.2;
      assert.ok(distance(remainder, new Float64Array(40)) < tolerance);
      assert.ok(
        distance(
          trend,
          exact.map((_, t) => 2 + 0.5 * t),
        ) < tolerance,
      );
      assert.ok(
        distance(
          seasonal,
          exact.map((_, t) => season[t % 4]!),
        ) < tolerance,
      );
    }
  });
  it("gives the same season in every cycle when periodic", () => {
    const { seasonal } = stl(y, { period: 12, seasonalWindow: "periodic" });
    for (let t = 12; t < 60; t++) assert.equal(seasonal[t], seasonal[t - 12]);
  });
  it("moves with a shift and a scale", () => {
    const a = stl(y, { period: 12, robust: true });
    const b = stl(
      y.map((value) => 100 - 4 * value),
      { period: 12, robust: true },
    );
    assert.ok(
      distance(
        b.seasonal,
        a.seasonal.map((value) => -4 * value),
      ) < 1e-9,
    );
    assert.ok(
      distance(
        b.trend,
        a.trend.map((value) => 100 - 4 * value),
      ) < 1e-9,
    );
  });
  it("gives an outlier no weight when robust", () => {
    const { weights } = stl(y.with(30, 500), { period: 12, robust: true });
    assert.equal(weights[30], 0);
    assert.ok(Math.min(...weights.subarray(0, 24)) >= 0 && Math.max(...weights) <= 1);
  });
  it("refuses missing values, a short series and options out of range, naming them", () => {
    assert.throws(() => stl(y.with(3, NaN), { period: 12 }), /1 missing value/);
    assert.throws(() => stl(y.slice(0, 24), { period: 12 }), /24 values; a period of 12 needs more than 24/);
    assert.throws(() => stl(y, { period: 1 }), /period is 1/);
    assert.throws(() => stl(y, { period: 12, seasonalWindow: 7.5 }), /seasonalWindow is 7.5/);
    assert.throws(() => stl(y, { period: 12, trendJump: 0 }), /trendJump is 0/);
  });
  it("has R's components of AirPassengers within 1e-10", () => {
    const { values, frequency: period } = classic.find(({ id }) => id === airPassengers.id)!;
    const { seasonal, trend } = stl(values, { period });
    assert.ok(distance(seasonal, airPassengers.seasonal) < 1e-10);
    assert.ok(distance(trend, airPassengers.trend) < 1e-10);
  });
});

interface Components {
  readonly components: { readonly seasonal: number[]; readonly trend: number[]; readonly remainder: number[] };
  readonly weights: number[] | null;
}
const series = referenceSeries();
const records = reference<readonly Reference<Components>[]>("mstl") ?? [];

describe(records.length > 0 ? "stl on R's records" : `stl on R's records: ${absent}`, () => {
  const cases: [string, string, Omit<StlOptions, "period">, number][] = [
    ["nottem", "stl_periodic", { seasonalWindow: "periodic" }, 1e-12],
    ["co2", "stl_s21", { seasonalWindow: 21 }, 1e-12],
    ["SKU00", "stl_s13_robust", { seasonalWindow: 13, robust: true }, 1e-12],
    // Missed by 2.8e-4 of the range: with an even number of values, the partial sort behind R's median of the absolute
    // residuals gives the 65th for the 72nd in one of the 15 passes. With that one value the components agree to 1e-12.
    ["AirPassengers", "stl_s7_robust", { seasonalWindow: 7, robust: true }, 3e-4],
  ];
  it.skipIf(records.length === 0).each(cases)(
    "%s %s, tolerance a fraction of the range",
    (id, method, options, most) => {
      const { values, frequency: period } = series!.get(id)!;
      const { components, weights } = records.find((record) => record.id === id && record.method === method)!.result;
      const range = Math.max(...values) - Math.min(...values);
      const got = stl(values, { period, ...options });
      for (const component of ["seasonal", "trend", "remainder"] as const) {
        const error = distance(got[component], components[component]) / range;
        assert.ok(error <= most, `${component}: ${error}`);
      }
      if (weights !== null && most < 1e-6) assert.ok(distance(got.weights, weights) <= 1e-10);
    },
  );
});
