import type { Differencing } from "../arima/differencing.ts";
import { design, type Regressors, withoutGaps } from "../arima/regressors.ts";
import type { FittedModel, RegressionModel } from "../model/fitted-model.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { type LeftOut, type SelectionRules, selectRegressors } from "./select-regressors.ts";

/** A method that estimates effects itself, together with its own coefficients. */
export interface JointFit {
  /** Fits a model with regressors, each finite wherever the series is observed. */
  fit(y: Float64Array, xreg: Regressors, differencing: Differencing): FittedModel;
  /** The most regressors that it takes; with more it models the series less their effects. Any number when left out. */
  readonly most?: number;
  /** Reads the effects of regressors off such a model. */
  effects(
    model: FittedModel,
    names: readonly string[],
  ): { readonly coef: readonly number[]; readonly se: readonly number[] };
}

/** Settings of `regression`. */
export interface RegressionOptions extends SelectionRules {
  /**
   * Regressors by name, one value for each time of the series; a time with a missing regressor (NaN) counts as missing.
   */
  readonly xreg: Regressors;
  /** Observations per season, an integer ≥ 1; default 1. */
  readonly period?: number;
  /**
   * The model of the errors: a method that is fitted to the series less the effects, or one that estimates both
   * together.
   */
  readonly errors: ((y: Float64Array) => FittedModel) | JointFit;
}

/**
 * Fits a regression whose errors a method models: y_t = x_t'β + η_t. A regressor is left out if BIC finds no gain, if
 * it is constant or a combination of others, or if the series is too short for it (`left`, see `selectRegressors`).
 *
 * A method without regressors of its own models y_t − (x_t − x̄)'β, so that the level of the series stays, with β by
 * feasible generalised least squares. Its intervals take β as known. A `JointFit`, such as automatic ARIMA with up to
 * eight regressors, estimates β itself.
 *
 * @param y - observations, NaN where missing
 * @throws {RangeError} if a value is infinite, a regressor has another length, or the method throws
 * @see Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, chapter 10
 */
export function regression(y: Series, { xreg, period = 1, errors, ...rules }: RegressionOptions): RegressionModel {
  const values = toFloat64(y);
  const isSeen = (column: ArrayLike<number>) => values.some((value, t) => value === value && !Number.isNaN(column[t]));
  const observedColumns = Object.fromEntries(Object.entries(xreg).filter(([, column]) => isSeen(column)));
  const unseen = Object.keys(xreg).filter((name) => !Object.hasOwn(observedColumns, name));
  const { series, columns } = withoutGaps(values, observedColumns);
  checkSeries(series);
  const all = design(series.length, { mean: false, drift: false, xreg: columns });
  const { kept, coef, se, left, differencing } = selectRegressors(series, all, period, rules);
  const names = kept.map((j) => all.names[j]!);
  const reasons: Record<string, LeftOut> = Object.fromEntries(unseen.map((name) => [name, "never-seen"]));
  for (const [j, why] of left) reasons[all.names[j]!] = why;
  const observed = [...series.keys()].filter((t) => !Number.isNaN(series[t]!));
  const constants = [...left].flatMap(([j, why]) =>
    why === "constant" ? [[all.names[j]!, all.columns[j]![observed[0]!]!] as const] : [],
  );
  const common = {
    kind: "regression",
    formatVersion: 1,
    regressors: names,
    left: reasons,
    ...(constants.length > 0 && { constant: Object.fromEntries(constants) }),
  } as const;
  if (typeof errors !== "function" && names.length > 0 && names.length <= (errors.most ?? Infinity)) {
    const chosen = Object.fromEntries(names.map((name) => [name, columns[name]!]));
    const model = errors.fit(series, chosen, differencing);
    const effects = errors.effects(model, names);
    return {
      ...common,
      coef: effects.coef,
      se: effects.se.map(orNull),
      errors: model,
      joint: true,
      method: methodOf(model, names),
    };
  }
  const mean = (column: Float64Array) => observed.reduce((sum, t) => sum + column[t]!, 0) / observed.length;
  const offset = kept.reduce((sum, j, i) => sum + coef[i]! * mean(all.columns[j]!), 0);
  const shifted = series.map((value) => value + offset);
  kept.forEach((j, i) => {
    for (let t = 0; t < shifted.length; t++) shifted[t]! -= coef[i]! * all.columns[j]![t]!;
  });
  const model = typeof errors === "function" ? errors(shifted) : errors.fit(shifted, {}, differencing);
  return { ...common, coef, se: se.map(orNull), offset, errors: model, method: methodOf(model, names) };
}

function methodOf(model: FittedModel, regressors: readonly string[]): string {
  const name = "method" in model ? model.method : model.kind;
  return regressors.length === 0 || name.startsWith("Regression") ? name : `Regression with ${name} errors`;
}

const orNull = (value: number) => (Number.isFinite(value) ? value : null);
