import { describe, expect, it } from "vitest";
import { ets, linearModel, METHODS } from "../../../packages/forecast/src/index.ts";
import { LIBRARY_DEFINITIONS } from "../../../src/api/builtin-models.ts";
import { libraryModel } from "../../../src/dashboard/series/library-model.ts";

const y = Float64Array.from({ length: 48 }, (_, t) => 10 + (t % 4) + Math.sin(t));

describe("libraryModel", () => {
  it("knows the models of every method, also after JSON", () => {
    for (const [method, fit] of Object.entries(METHODS)) {
      const stored = JSON.parse(JSON.stringify(fit(y, 4))) as unknown;
      expect(libraryModel(stored), method).toBe(stored);
    }
  });

  it("knows a model that cannot forecast without regressors, and one within another", () => {
    const linear = linearModel(y, { xreg: { promo: y.map((_, t) => t % 3) } });
    expect(libraryModel({ kind: "store-sales", formatVersion: 1, linear })).toBe(linear);
    const model = ets(y, { period: 4 });
    expect(libraryModel({ kind: "sensor-anomalies", formatVersion: 1, model })).toBe(model);
  });

  it("does not take a definition's own model for one of the library", () => {
    for (const stored of [null, "ets", {}, { kind: "average", mean: 3 }, { kind: "naive", last: 3 }])
      expect(libraryModel(stored)).toBeUndefined();
  });
});

it("the definitions that store a model of the library are the families, all methods and the contest", () => {
  expect([...LIBRARY_DEFINITIONS].sort()).toEqual([
    "arima",
    "contest",
    "forecaster",
    "learned",
    "simple",
    "smoothing",
    "tbats",
  ]);
});
