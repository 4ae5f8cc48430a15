import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ArimaModel, arima, autoArima, forecast, normal, random } from "../../src/index.ts";

interface Fixture {
  readonly series: readonly { id: string; frequency: number; values: readonly (number | null)[] }[];
  readonly fixed: readonly {
    id: string;
    order: [number, number, number];
    seasonal: [number, number, number];
    drift: boolean;
    lambda?: number;
    label: string;
    coef: Record<string, number>;
    variance: Record<string, number>;
    loglik: number;
    aicc: number;
    nobs: number;
    mean: number[];
    lower95: number[];
    upper95: number[];
  }[];
  readonly auto: readonly { id: string; label: string; d: number; D: number; aicc: number; loglik: number }[];
}

// R 4.2.2, forecast 8.20, on R's own datasets; see the file's provenance.
const fixture = JSON.parse(readFileSync(new URL("../fixtures/arima.json", import.meta.url), "utf8")) as Fixture;
const series = new Map(
  fixture.series.map(({ id, frequency, values }) => [id, { frequency, y: Float64Array.from(values, (v) => v ?? NaN) }]),
);

/** R starts differenced series with a variance of 1e6 instead of infinity; that moves its log-likelihood by this much. */
const KAPPA = 3.5e-3;
/** The least gain of log-likelihood, for series where ours is another optimum. */
const HIGHER: Readonly<Record<string, number>> = { "lynx ARIMA(3,0,1) with non-zero mean": 0.8 };

describe("arima against R's Arima on R's own series", () => {
  for (const record of fixture.fixed) {
    const lambda = record.lambda === undefined ? "" : `, lambda ${record.lambda}`;
    it(`${record.id}: ${record.label}${lambda}`, () => {
      const { y, frequency } = series.get(record.id)!;
      const { order, seasonal, drift: includeDrift } = record;
      const options = { order, seasonal, period: frequency, includeDrift };
      const model = arima(y, record.lambda === undefined ? options : { ...options, lambda: record.lambda });
      expect(model.method).toBe(record.label);
      expect(model.nobs).toBe(record.nobs);
      expect(Object.keys(model.coef)).toEqual(Object.keys(record.coef));
      const higher = HIGHER[`${record.id} ${record.label}`];
      if (higher !== undefined) return expect(model.loglik).toBeGreaterThan(record.loglik + higher);
      const differenced = order[1] + seasonal[1] > 0;
      const tolerance = differenced ? KAPPA : 1e-4;
      expect(Math.abs(model.loglik - record.loglik)).toBeLessThan(tolerance);
      expect(Math.abs(model.aicc! - record.aicc)).toBeLessThan(2.1 * tolerance);
      for (const [name, value] of Object.entries(record.coef))
        expect(Math.abs(model.coef[name]! - value), name).toBeLessThan(0.02 * Math.sqrt(record.variance[name]!));
      const { mean, lower, upper } = forecast(model, { h: record.mean.length });
      for (const [ours, theirs] of [
        [mean, record.mean],
        [lower[1]!, record.lower95],
        [upper[1]!, record.upper95],
      ] as const)
        for (const [i, value] of theirs.entries())
          expect(Math.abs(ours[i]! - value)).toBeLessThan(1.5e-3 * Math.abs(value));
    });
  }
});

/** The least gain of AICc, for series where ours is another order. */
const LESS: Readonly<Record<string, number>> = { LakeHuron: 6, UKgas: 1.3, lynx: 6.4, nottem: 1.9, presidents: 1.9 };

describe("autoArima against R's auto.arima on R's own series", () => {
  for (const record of fixture.auto)
    it(`${record.id}: ${record.label}${Object.hasOwn(LESS, record.id) ? " or better" : ""}`, () => {
      const { y, frequency } = series.get(record.id)!;
      const model = autoArima(y, { period: frequency });
      expect([model.order.d, model.order.D]).toEqual([record.d, record.D]);
      const less = LESS[record.id];
      if (less === undefined) expect(model.method).toBe(record.label);
      else expect(model.aicc).toBeLessThan(record.aicc - less);
    });
});

describe("arima as plain data", () => {
  it("forecasts to the same bits after a JSON round trip, with and without missing values", () => {
    const { y } = series.get("AirPassengers")!;
    const gaps = y.map((value, t) => (t % 29 === 0 ? NaN : value));
    for (const values of [y, gaps]) {
      const model = autoArima(values, { period: 12, d: 1, D: 1, maxP: 1, maxQ: 1 });
      const copy = JSON.parse(JSON.stringify(model)) as ArimaModel;
      expect(forecast(copy, { h: 24 })).toEqual(forecast(model, { h: 24 }));
    }
  });

  it("gives standard errors near R's", () => {
    const compared = fixture.fixed.filter(
      ({ id, label }) => (id === "lynx" || id === "UKgas") && !Object.hasOwn(HIGHER, `${id} ${label}`),
    );
    expect(compared).toHaveLength(5);
    for (const record of compared) {
      const { y, frequency: period } = series.get(record.id)!;
      const { order, seasonal, drift: includeDrift } = record;
      const options = { order, seasonal, period, includeDrift };
      const model = arima(y, record.lambda === undefined ? options : { ...options, lambda: record.lambda });
      for (const [name, value] of Object.entries(record.variance))
        expect(Math.abs(model.se[name]! / Math.sqrt(value) - 1), `${record.label} ${name}`).toBeLessThan(0.05);
    }
  });

  it("goes on from a model of the beginning, and begins anew where that has other differences", () => {
    const { y } = series.get("AirPassengers")!;
    const fresh = autoArima(y, { period: 12 });
    const beginning = autoArima(y.subarray(0, 132), { period: 12 });
    expect(autoArima(y, { period: 12, searchFrom: beginning }).aicc).toBeLessThan(fresh.aicc! + 1e-3);
    const other = autoArima(y, { period: 12, d: 2, D: 0 });
    expect(autoArima(y, { period: 12, searchFrom: other })).toEqual(fresh);
  });

  it("takes regressors by name and gives their coefficients back", () => {
    const { y } = series.get("LakeHuron")!;
    const year = Array.from(y, (_, t) => 1875 + t - 1920);
    const model = arima(y, { order: [2, 0, 0], xreg: { year } });
    // R: arima(LakeHuron, order = c(2, 0, 0), xreg = time(LakeHuron) - 1920)
    expect(model.coef.ar1).toBeCloseTo(1.00482, 3);
    expect(model.coef.intercept).toBeCloseTo(579.0994, 3);
    expect(model.coef.year).toBeCloseTo(-0.021568, 5);
    expect(model.loglik).toBeCloseTo(-101.198267, 4);
    const next = { year: [53, 54] };
    expect(forecast(model, { h: 2, xreg: next }).mean[0]).toBeCloseTo(579.39725, 2);
    expect(() => forecast(model, { h: 2 })).toThrow(/xreg has no column "year"/);
  });
});

describe("series that are hard to fit", () => {
  it.each([
    ["one value", [5], 5],
    ["a constant", [5, 5, 5, 5], 5],
    ["a constant with a gap", [NaN, 3, NaN, 3], 3],
    ["zeros", [0, 0, 0, 0, 0, 0], 0],
  ])("%s: its mean", (_, y, mean) => {
    const model = autoArima(y, { period: 3 });
    expect(model.order).toMatchObject({ p: 0, d: 0, q: 0, P: 0, D: 0, Q: 0 });
    expect(Array.from(forecast(model, { h: 2 }).mean)).toEqual([mean, mean]);
    expect(model.sigma2).toBe(0);
  });

  it("a straight line continues, and an exact season repeats", () => {
    const line = autoArima([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(forecast(line, { h: 3 }).mean).toEqual(Float64Array.of(11, 12, 13));
    const season = autoArima([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3], { period: 3 });
    expect(forecast(season, { h: 4 }).mean).toEqual(Float64Array.of(1, 2, 3, 1));
  });

  it("forecasts finite values however much is missing", () => {
    const { y } = series.get("AirPassengers")!;
    for (const keep of [2, 5, 17]) {
      const gaps = y.map((value, t) => (t % keep === 0 ? value : NaN));
      const { mean, upper } = forecast(autoArima(gaps, { period: 12 }), { h: 24 });
      for (const value of [...mean, ...upper[1]!]) expect(Number.isFinite(value)).toBe(true);
    }
  });

  it("finds the order of a series of which half is missing", () => {
    // ARIMA(0,1,1) with ma1 = -0.6. The log-likelihoods are those of R's arima(y, order = c(0, 1, 1), method = "ML");
    // statsmodels' SARIMAX with an exact diffuse start has the same, less log(2 pi) / 2 for the diffuse state.
    // R's auto.arima chooses (2,1,0) with drift for both, with AICc 351.62 and 521.58.
    for (const [seed, share, loglik, aicc] of [
      [3, 0.6, -171.0144, 346.139],
      [4, 0.45, -252.1959, 508.465],
    ] as const) {
      const uniform = random(seed);
      let [level, before] = [100, 0];
      const y = Float64Array.from({ length: 300 }, () => {
        const error = normal(uniform);
        level += error - 0.6 * before;
        before = error;
        return uniform() < share ? NaN : level;
      });
      const model = autoArima(y);
      expect(model.method).toBe("ARIMA(0,1,1)");
      expect(model.loglik).toBeCloseTo(loglik, 3);
      expect(model.aicc).toBeCloseTo(aicc, 2);
    }
  });

  it("finds a moving average that a first fit takes to the unit circle", () => {
    // MA(1) with ma1 = 0.8. R's auto.arima chooses (0,0,1) with a mean, with these AICc.
    for (const [seed, aicc] of [
      [51, 82.7011],
      [57, 82.1657],
    ] as const) {
      const uniform = random(seed);
      let before = normal(uniform);
      const y = Float64Array.from({ length: 26 }, () => {
        const error = normal(uniform);
        const value = 10 + error + 0.8 * before;
        before = error;
        return value;
      });
      const model = autoArima(y);
      expect(model.method).toBe("ARIMA(0,0,1) with non-zero mean");
      expect(model.aicc).toBeCloseTo(aicc, 3);
    }
  });

  it("a series too short to search has its mean as model", () => {
    expect(Array.from(forecast(autoArima([1, 2, 3]), { h: 1 }).mean)).toEqual([2]);
  });

  it("says which rule a bad argument breaks", () => {
    expect(() => autoArima([])).toThrow(RangeError);
    expect(() => autoArima([NaN, NaN])).toThrow(/0 observed values/);
    expect(() => autoArima([1, -Infinity])).toThrow(/-Infinity at position 1/);
    expect(() => arima([1, 2, 3, 5], { order: [1, -1, 0] })).toThrow(/\[1, -1, 0\]/);
    expect(() => arima([1, 2, 4], { order: [3, 0, 0] })).toThrow(/3 observed values/);
    expect(() => arima([1, -2, 4, 3], { lambda: 0 })).toThrow(/-2 at position 1/);
    const xreg = { a: [1, 2, 3, 4, 5], b: [2, 4, 6, 8, 10] };
    expect(() => arima([3, 1, 2, 5, 3], { xreg })).toThrow(/xreg column "b" is a linear combination/);
    expect(() => arima([3, 1, 2, 5, 3], { xreg: { a: [1, 2] } })).toThrow(/"a" has 2 values; 5 are needed/);
  });
});
