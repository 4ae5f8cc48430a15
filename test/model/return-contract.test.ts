import { describe, expect, it } from "vitest";
import { checkFitResult, checkPrediction } from "../../src/model/return-contract.ts";

describe("checkFitResult", () => {
  it("keeps model, metrics, forecast and info as JSON", () => {
    const model = { kind: "mean", mean: 0.1 + 0.2 };
    expect(
      checkFitResult({
        model,
        metrics: { mae: 1, mape: NaN, n: null },
        forecast: Float64Array.of(1, 2),
        info: { a: 1 },
      }),
    ).toEqual({
      modelKind: "mean",
      model: '{"kind":"mean","mean":0.30000000000000004}',
      metrics: '{"mae":1,"mape":null,"n":null}',
      forecast: "[1,2]",
      info: '{"a":1}',
    });
    expect(checkFitResult({ model: { a: 1 } })).toEqual({
      modelKind: null,
      model: '{"a":1}',
      metrics: null,
      forecast: null,
      info: null,
    });
  });

  const bad: [string, unknown, string][] = [
    ["a number", 7, "the body returned 7; it must return an object"],
    ["NaN", NaN, "the body returned NaN"],
    ["a function", () => 1, "the body returned a function"],
    ["nothing", undefined, "the body returned undefined"],
    ["an array", [1], "the body returned [1]"],
    ["no model", { metrics: {} }, "model is undefined"],
    ["the R original's fields", { model_obj: {}, model: "ARIMA" }, 'unknown field "model_obj"'],
    ["a model that is text", { model: "ARIMA(1,0,0)" }, 'model is "ARIMA(1,0,0)"'],
    ["NaN in a model", { model: { a: [NaN] } }, "model.a[0] is NaN"],
    ["a function in a model", { model: { predict() {} } }, "model.predict is a function"],
    ["an infinite metric", { model: {}, metrics: { mape: Infinity } }, "metrics.mape is Infinity"],
    ["a metric that is text", { model: {}, metrics: { mape: "1" } }, 'metrics.mape is "1"'],
    ["a NaN forecast", { model: {}, forecast: [1, NaN] }, "forecast[1] is NaN"],
    ["a forecast that is a number", { model: {}, forecast: 3 }, "forecast is 3"],
  ];
  for (const [name, returned, message] of bad)
    it(`refuses ${name}`, () => expect(() => checkFitResult(returned)).toThrow(message));
});

describe("checkPrediction", () => {
  it("accepts bounds for the levels asked, or none", () => {
    const full = checkPrediction({ mean: [1], levels: [80], lower: [[0]], upper: [[2]] }, 1, [80]);
    expect(full).toEqual({ mean: Float64Array.of(1), lower: [Float64Array.of(0)], upper: [Float64Array.of(2)] });
    expect(checkPrediction({ mean: [1] }, 1, [80]).lower[0]).toEqual(Float64Array.of(NaN));
  });

  const bad: [string, unknown, string][] = [
    ["another length", { mean: [1, 2] }, "predict must return 3 values in mean; it has 2"],
    [
      "a field of its own",
      { mean: [1, 2, 3], label: ["a", "b", "c"] },
      'predict returned an unknown field "label"; it may return mean',
    ],
    ["NaN", { mean: [1, NaN, 3] }, "mean[1] is NaN"],
    ["other levels", { mean: [1, 2, 3], levels: [90], lower: [[]], upper: [[]] }, "levels asked, [80]"],
    [
      "bounds of another length",
      { mean: [1, 2, 3], levels: [80], lower: [[1]], upper: [[1, 2, 3]] },
      "3 values in lower[0]",
    ],
    ["an array", [1, 2, 3], "predict returned [1,2,3]"],
  ];
  for (const [name, returned, message] of bad)
    it(`refuses ${name}`, () => expect(() => checkPrediction(returned, 3, [80])).toThrow(message));
});
