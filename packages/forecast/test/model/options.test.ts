import { describe, expect, it } from "vitest";
import * as library from "../../src/index.ts";

const y = Array.from({ length: 48 }, (_, t) => 100 + t + 10 * Math.sin((2 * Math.PI * t) / 12) + ((t * 7) % 5));
const { arima, autoArima, ets, forecast, naive } = library;

/** Options as somebody without types may write them. */
const untyped = (options: object) => options as never;

describe("options", () => {
  it("that a function does not have are refused by name", () => {
    expect(() => ets(y, untyped({ frequency: 12 }))).toThrow("frequency: unknown option of ets; it is called period");
    expect(() => autoArima(y, untyped({ frequency: 12 }))).toThrow("it is called period");
    expect(() => forecast(naive(y), untyped({ h: 2, level: [95] }))).toThrow(
      "level: unknown option of forecast; it is called levels",
    );
    expect(() => library.acf(y, untyped({ lags: 3 }))).toThrow("lags: unknown option of acf; it has maxLag");
  });

  it("are refused by every function that has any", () => {
    const calls = library as unknown as Record<string, (...given: unknown[]) => unknown>;
    const first = [
      ..."tbats bats holtWinters autoArima arima boxCoxLambda contest croston sba tsb stlf snaive features".split(" "),
      ..."detectPeriods changePoints mstl stl ces adf ocsb ljungBox pp nsdiffs kpss seasonalStrength ndiffs".split(" "),
      ..."linearModel windowAverage seasonalWindowAverage ets dynamicOptimizedTheta theta acf pacf".split(" "),
    ];
    for (const name of first)
      expect(() => calls[name]!(y, { bogus: 1 }), name).toThrow(`bogus: unknown option of ${name}; it has `);
    const model = naive(y);
    const second = {
      accuracy: y,
      invBoxCox: 1,
      crossValidate: ["naive"],
      conformal: y,
      scoreReadings: y,
      anomalies: y,
    };
    for (const [name, options] of Object.entries(second)) {
      const [a, b] =
        name === "crossValidate" || name === "invBoxCox" || name === "accuracy" ? [y, options] : [model, y];
      expect(() => calls[name]!(a, b, { bogus: 1 }), name).toThrow(`bogus: unknown option of ${name}; it has `);
    }
    for (const name of ["fitted", "update"])
      expect(() => calls[name]!(model, y, { bogus: 1 }), name).toThrow(`bogus: unknown option of ${name}; it has xreg`);
    for (const name of ["forecast", "simulate"])
      expect(() => calls[name]!(model, { bogus: 1 }), name).toThrow(`bogus: unknown option of ${name}; it has h, `);
  });

  it("that are needed are asked for by name", () => {
    const calls = library as unknown as Record<string, (...given: unknown[]) => unknown>;
    for (const name of ["snaive", "holtWinters", "stl", "nsdiffs", "seasonalStrength", "ocsb"])
      expect(() => calls[name]!(y), name).toThrow(`${name} needs the option period, such as { period: 12 }`);
    expect(() => calls.stlf!(y)).toThrow("stlf needs the option period");
    expect(() => calls.nsdiffs!(y, 12)).toThrow("the options of nsdiffs are 12; use an object, such as { period: 12 }");
    expect(() => calls.forecast!(naive(y))).toThrow("forecast needs the option h, such as { h: 12 }");
  });

  it("of a seasonal ARIMA model are an order and a period beside it", () => {
    expect(() => arima(y, { order: [0, 1, 1], seasonal: [0, 1, 1] })).toThrow(
      "seasonal is [0, 1, 1], but period is missing",
    );
    expect(() => arima(y, untyped({ seasonal: { order: [0, 1, 1], period: 12 } }))).toThrow(
      'seasonal is {"order":[0,1,1],"period":12}; it must be three numbers, such as [0, 1, 1]; period is an option of its own',
    );
  });

  it("of accuracy are its actual values and the forecast's means, in this order", () => {
    const result = forecast(naive(y), { h: 3 });
    expect(() => library.accuracy(result as never, [1, 2, 3])).toThrow("accuracy takes (actual, forecast.mean)");
  });
});
