import { type ArimaModel, type ArimaOptions, forecast } from "../../src/index.ts";
import { type RecordedForecast, type Reference, reference } from "../reference.ts";

/** R's record of a fitted ARIMA model and its forecast. */
export interface RecordedFit {
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
  readonly forecast: RecordedForecast;
}
/** A record of `arima_fixed.json`: an order given, and what R made of it. */
export interface FixedRecord extends Reference<RecordedFit> {
  readonly call: {
    order: [number, number, number];
    seasonal: [number, number, number];
    fit_method: "ML" | "CSS-ML" | "CSS";
    args?: { lambda?: number; "include.drift"?: boolean };
    xreg?: string;
  };
}

/** Returns the records of fixed orders fitted by maximum likelihood; undefined where they are not present. */
export function fixedRecords(): readonly FixedRecord[] | undefined {
  return reference<readonly FixedRecord[]>("arima_fixed")?.filter(({ ok, call }) => ok && call.fit_method !== "CSS");
}

/** Returns our options for the call in R's record. Its one regressor is the year less 1920, from 1875 on. */
export function optionsOf({ call, result }: FixedRecord, n: number): ArimaOptions {
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

/** Returns the regressor of the records that have one. */
const years = (from: number, count: number) => Array.from({ length: count }, (_, t) => 1875 + from + t - 1920);

/** Returns the largest relative difference of forecasts and bounds. */
export function relativeDifference(model: ArimaModel, { forecast: expected }: RecordedFit, n: number): number {
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
