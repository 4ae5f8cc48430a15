import { describe, expect, it } from "vitest";
import { type ArimaModel, type ArimaOptions, arima, autoArima, forecast } from "../../../src/forecast/index.ts";
import { createDesignedProblem, exactAt } from "./recorded-likelihood.ts";
import { absent, type Reference, reference, referenceSeries } from "../../reference.ts";

interface Fit {
  readonly p: number;
  readonly d: number;
  readonly q: number;
  readonly P: number;
  readonly D: number;
  readonly Q: number;
  readonly m: number;
  readonly has_drift: boolean;
  readonly has_mean: boolean;
  readonly label: string;
  readonly coef: Record<string, number>;
  readonly var_coef_diag: Record<string, number>;
  readonly loglik: number;
  readonly aicc: number;
  readonly forecast: { h: number; mean: number[]; lower80: number[]; upper80: number[]; lower95: number[]; upper95: number[] };
}
interface FixedRecord extends Reference<Fit> {
  readonly call: {
    order: [number, number, number];
    seasonal: [number, number, number];
    fit_method: "ML" | "CSS-ML" | "CSS";
    args?: { lambda?: number; "include.drift"?: boolean };
    xreg?: string;
  };
}

const series = referenceSeries();
const fixed = reference<readonly FixedRecord[]>("arima_fixed")?.filter(({ ok, call }) => ok && call.fit_method !== "CSS");

/** What R's record says of the call, as ours takes it. Its one regressor is the year less 1920, from 1875 on. */
function optionsOf({ call, result }: FixedRecord, n: number): ArimaOptions {
  const { order, seasonal, args = {} } = call;
  return {
    order,
    seasonal,
    period: result.m,
    includeDrift: args["include.drift"] ?? false,
    ...(args.lambda === undefined ? {} : { lambda: args.lambda }),
    ...(call.xreg === undefined ? {} : { xreg: { year: years(0, n) } }),
  };
}
const years = (from: number, count: number) => Array.from({ length: count }, (_, t) => 1875 + from + t - 1920);

/**
 * R's record of gas, lambda = 0, "ML" has a log-likelihood that its own coefficients do not have: by the exact density it
 * is 725.3394, not 725.3528 (R's covariance of the initial state is inaccurate for a seasonal model whose ar1 is nearly
 * zero). The best there is, is 725.3446.
 */
const wrong = ({ id, call }: FixedRecord) => id === "gas" && call.args?.lambda === 0 && call.fit_method === "ML";

describe.skipIf(fixed === undefined || series === undefined)(`R's Arima of fixed orders (${absent})`, () => {
  const fits = (fixed ?? []).map((record) => {
    const y = series!.get(record.id)!.values;
    return { record, y, options: optionsOf(record, y.length) };
  });

  it("has the log-likelihood R records at R's coefficients, within 5e-3", () => {
    for (const { record, y, options } of fits) {
      const loglik = exactAt(createDesignedProblem(y, options), record.result.coef, options);
      expect(Math.abs(loglik - record.result.loglik), `${record.id} ${record.result.label}`).toBeLessThan(wrong(record) ? 1.4e-2 : 5e-3);
    }
  });

  it("finds an optimum no worse than R's, by the same function, and the same coefficients and forecasts where it agrees", () => {
    let agree = 0;
    let forecasts = 0;
    for (const { record, y, options } of fits) {
      const { result } = record;
      const model = arima(y, options);
      const theirs = exactAt(createDesignedProblem(y, options), result.coef, options);
      expect(model.loglik, `${record.id} ${result.label}`).toBeGreaterThan(theirs - 1e-3);
      if (Math.abs(model.loglik - result.loglik) > 1e-4) continue;
      agree++;
      for (const [name, value] of Object.entries(result.coef))
        expect(Math.abs(model.coef[name]! - value), `${record.id} ${result.label} ${name}`).toBeLessThan(
          0.02 * Math.sqrt(result.var_coef_diag[name]!),
        );
      if (relativeDifference(model, result, y.length) < 1e-3) forecasts++;
    }
    expect(agree).toBeGreaterThan(70);
    expect(forecasts / agree).toBeGreaterThanOrEqual(0.95);
  });
});

/** The largest relative difference of forecasts and bounds. */
function relativeDifference(model: ArimaModel, { forecast: expected }: Fit, n: number): number {
  const { h } = expected;
  const xreg = model.regressors === undefined ? {} : { xreg: { year: years(n, h) } };
  const { mean, lower, upper } = forecast(model, { h, ...xreg });
  const pairs = [
    [mean, expected.mean],
    [lower[0]!, expected.lower80],
    [upper[0]!, expected.upper80],
    [lower[1]!, expected.lower95],
    [upper[1]!, expected.upper95],
  ] as const;
  return Math.max(...pairs.flatMap(([a, b]) => b.map((value, i) => Math.abs(a[i]! - value) / Math.abs(value))));
}

describe.skipIf(series === undefined)(`R's auto.arima (${absent})`, () => {
  for (const [name, options] of [
    ["auto_arima", {}],
    ["m3_auto.arima", {}],
    ["auto_arima_full", { stepwise: false, approximation: false }],
  ] as const) {
    const records = reference<readonly Reference<Fit>[]>(name);
    it.skipIf(records === undefined)(`${name}: d and D as R's on 98 %, the same order or no worse an AICc on 97 %`, () => {
      let differenced = 0;
      const worse: string[] = [];
      for (const { id, method, result } of records!) {
        const { values, frequency } = series!.get(id)!;
        const lambda = method.includes("lambda0") ? { lambda: 0 } : {};
        const model = autoArima(values, { period: frequency, ...options, ...lambda });
        const same = model.order.d === result.d && model.order.D === result.D;
        if (same) differenced++;
        const label = model.method === result.label && same;
        if (!label && !(same && model.aicc <= result.aicc + 0.05))
          worse.push(`${id}: ${model.method} ${model.aicc.toFixed(2)}, R ${result.label} ${result.aicc.toFixed(2)}`);
      }
      expect(differenced / records!.length).toBeGreaterThanOrEqual(0.98);
      expect(worse.length / records!.length, worse.join("; ")).toBeLessThanOrEqual(0.03);
    });
  }
});
