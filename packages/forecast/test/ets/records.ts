import { plainSquares } from "../../src/ets/squares.ts";
import { type EtsForm, type EtsModel, type EtsParameters, fitted, update } from "../../src/index.ts";
import type { RecordedForecast, Reference } from "../reference.ts";

/** R's record of a fitted exponential smoothing model and its forecast. */
export interface RecordedEts {
  readonly method: string;
  readonly components: readonly [EtsForm["error"], EtsForm["trend"], EtsForm["season"], "TRUE" | "FALSE"];
  readonly par: Readonly<Record<string, number>>;
  /** Level, slope, then the season's effects, that of the last step before the series first. */
  readonly initstate: Readonly<Record<string, number>>;
  readonly loglik: number;
  readonly aic: number;
  readonly aicc: number;
  readonly sigma2: number;
  readonly interval_kind: string;
  readonly forecast: RecordedForecast;
}

/** A record of `ets_fixed.json`: a form given, and what R made of it. */
export interface RecordedFixedEts extends Reference<RecordedEts> {
  readonly call: { readonly model: string; readonly damped: boolean; readonly restrict: boolean };
}

/** Returns our model with the parameters and initial states of R's record. */
export function etsAt(
  y: Float64Array,
  frequency: number,
  { method, components, par, initstate }: RecordedEts,
): EtsModel {
  const [error, trend, season, damped] = components;
  const form: EtsForm = { error, trend, season, damped: damped === "TRUE" };
  const period = season === "N" ? 1 : frequency;
  const { alpha = 0, beta = 0, gamma = 0, phi = 1 } = par;
  const parameters: EtsParameters = { alpha, beta, gamma, phi };
  const effects = season === "N" ? [] : Array.from({ length: period }, (_, j) => initstate[`s${period - j}`]!);
  const initial = { level: initstate.l!, slope: initstate.b ?? 0, season: effects };
  const x = [alpha, beta, gamma, phi, initial.level, initial.slope, ...effects.slice(0, -1)];
  const squares = plainSquares(form, y, period).value(Float64Array.from(x));
  const nobs = y.filter((value) => value === value).length;
  const loglik = (-nobs / 2) * Math.log(squares);
  const count = Object.keys(par).length;
  const criteria = { aic: -2 * loglik + 2 * (count + 1), aicc: null, bic: 0 };
  const before: EtsModel = {
    kind: "ets",
    formatVersion: 1,
    method,
    ...form,
    period,
    nobs,
    ...parameters,
    initial,
    state: initial,
    sigma2: 0,
    loglik,
    ...criteria,
    seed: 1,
  };
  const expected = fitted(before, y);
  const sum = y.reduce((total, value, t) => {
    const residual = (value - expected[t]!) / (error === "M" ? expected[t]! : 1);
    return residual === residual ? total + residual * residual : total;
  }, 0);
  return { ...update(before, y), nobs, sigma2: sum / (nobs - count) };
}
