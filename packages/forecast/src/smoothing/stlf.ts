import { interpolateSeasonal } from "../decompose/interpolate-seasonal.ts";
import { mstl } from "../decompose/mstl.ts";
import { ets } from "../ets/index.ts";
import type { FittedModel, StlfModel } from "../model/fitted-model.ts";
import type { AnyKind, ModelForecastOptions, ModelOptions, SimulateOptions } from "../model/kind.ts";
import { fitObserved } from "../model/missing-ends.ts";
import { checkOptions } from "../model/options.ts";
import type { Forecast } from "../model/prediction.ts";
import { checkSeries, type Series } from "../time/series.ts";

/**
 * Fits STL with a forecaster: any model, by default an ETS model without a season ("ZZN"), forecasts the series less
 * its seasonal components (`mstl`), and the last season of each component repeats. Intervals are those of the model:
 * seasonal effects count as known. Defaults are those of R's `stlf`.
 *
 * @param y - observations; missing values are filled by `interpolateSeasonal`
 * @param options.period - observations per season, an integer of at least 2
 * @param options.periods - several of them, instead
 * @param options.fit - fits the model to the seasonally adjusted series; default `ets` of the form "ZZN"
 * @throws {RangeError} unless exactly one of `period` and `periods` is given, if a period is not allowed, if the series
 *   holds at most two seasons of every period, or if `fit` throws
 * @see Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 5.7
 */
export function stlf(
  y: Series,
  options: { period?: number; periods?: readonly number[]; fit?: (adjusted: Float64Array) => FittedModel },
): StlfModel {
  checkOptions("stlf", options, { period: true, periods: true, fit: true });
  if (options?.period === undefined && options?.periods === undefined)
    throw new RangeError("stlf needs the option period, such as { period: 12 }");
  const { period, periods = period === undefined ? [] : [period], fit = etsWithoutSeason } = options;
  if (period !== undefined && options.periods !== undefined) throw new RangeError("give period or periods, not both");
  if (periods.length === 0) throw new RangeError("periods is empty; give a period of at least 2");
  for (const one of periods)
    if (!Number.isSafeInteger(one) || one < 2)
      throw new RangeError(`period is ${one}; a seasonal decomposition needs an integer of at least 2`);
  return fitObserved(y, (observed) => decomposed(observed, periods, fit));
}

function decomposed(
  values: Float64Array,
  periods: readonly number[],
  fit: (adjusted: Float64Array) => FittedModel,
): StlfModel {
  checkSeries(values);
  const { parts, adjusted } = seasonallyAdjusted(values, periods);
  const seasonal = parts.seasonal.map((component, i) => Array.from(component.subarray(-parts.periods[i]!)));
  return { kind: "stlf", formatVersion: 1, periods: parts.periods, seasonal, model: fit(adjusted) };
}

function seasonallyAdjusted(values: Float64Array, periods: readonly number[]) {
  const filled = interpolateSeasonal(values, { period: Math.min(...periods) });
  const parts = mstl(values, { periods });
  const adjusted = filled.map((value, t) =>
    parts.seasonal.reduce((remainder, component) => remainder - component[t]!, value),
  );
  return { parts, adjusted };
}

const etsWithoutSeason = (adjusted: Float64Array) => ets(adjusted, { spec: "ZZN" });

function seasonalEffect({ seasonal }: StlfModel, step: number): number {
  return seasonal.reduce((sum, effects) => sum + effects[step % effects.length]!, 0);
}

/** Forecasts of the seasonally adjusted series, with the season added back. */
export function forecastStlf(model: StlfModel, options: ModelForecastOptions, any: AnyKind["forecast"]): Forecast {
  const inner = any(model.model, options);
  const add = (values: Float64Array) => values.map((value, i) => value + seasonalEffect(model, i));
  return { mean: add(inner.mean), levels: inner.levels, lower: inner.lower.map(add), upper: inner.upper.map(add) };
}

/**
 * Returns one-step forecasts of the seasonally adjusted series, with the season added back, as R's `stlf` has them: the
 * series is decomposed anew, so that its seasonal effects are those of all of it.
 */
export function fittedStlf(
  { periods, model }: StlfModel,
  y: Float64Array,
  options: ModelOptions,
  any: AnyKind["fitted"],
): Float64Array {
  const { parts, adjusted } = seasonallyAdjusted(y, periods);
  return any(model, adjusted, options).map((value, t) =>
    parts.seasonal.reduce((sum, component) => sum + component[t]!, value),
  );
}

/** Moves the model of the adjusted series, and the seasons on. */
export function updateStlf(
  model: StlfModel,
  newY: Float64Array,
  options: ModelOptions,
  any: AnyKind["update"],
): StlfModel {
  const adjusted = newY.map((value, t) => value - seasonalEffect(model, t));
  const seasonal = model.seasonal.map((effects) => effects.map((_, i) => effects[(i + newY.length) % effects.length]!));
  return { ...model, seasonal, model: any(model.model, adjusted, options) };
}

/** Returns paths of the seasonally adjusted series, with the season added back. */
export function simulateStlf(model: StlfModel, options: SimulateOptions, any: AnyKind["simulate"]): Float64Array[] {
  return any(model.model, options).map((path) => path.map((value, i) => value + seasonalEffect(model, i)));
}
