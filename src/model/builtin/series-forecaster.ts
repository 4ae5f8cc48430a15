import { type Accuracy, accuracy, type FittedModel, type ModelOptions } from "@manymodel/forecast";
import { type ModelFunctions, type MovingFamily, movingFunctions } from "@manymodel/forecast/families";
import { at } from "../../core/aligned.ts";
import { boundSeries } from "../bounded-series.ts";
import { defineModel, type FitContext, type ModelDefinition, type Prediction } from "../define-model.ts";
import type { Frame } from "../frame.ts";
import { observed } from "../observed.ts";
import { type RegressorColumns, regressorRows } from "../regressors.ts";
import { NO_AXIS, type SeriesAxis } from "../series-axis.ts";
import { forecastsAtLag, measures, naiveAtLag, naiveFrom } from "./at-lag.ts";
import type { ForecasterExports } from "./options.ts";

/** A forecast that is asked for. */
export interface AskedForecast {
  readonly horizon: number;
  readonly levels: readonly number[];
  readonly exports: unknown;
  /** The steps to come. */
  readonly axis: SeriesAxis;
}

/** The use that a forecaster makes of what drives a series. */
export interface ForecasterDrivers {
  /** Returns the regressors of a series. */
  regressors(exports: unknown, axis: SeriesAxis): RegressorColumns;
  /** Fits a method's model with regressors. */
  fit(exports: ForecasterExports, y: Float64Array, xreg: RegressorColumns): FittedModel;
  /** Returns the axis of the steps that follow those of another one. */
  stepsAfter(axis: SeriesAxis, steps: number): SeriesAxis;
  /** Forecasts as many steps as the regressors of a model are known for. */
  predict(forecast: ModelFunctions<FittedModel>["forecast"], model: FittedModel, request: AskedForecast): Prediction;
  /** Returns the regressors of a model over the steps that it takes in, as options of `update`. */
  known(model: FittedModel, exports: unknown, axis: SeriesAxis, steps: number): ModelOptions;
  /** Returns what a reader is told of the regressors. */
  info(model: FittedModel): object;
}

/** Returns metrics by their names with a prefix. */
const named = (prefix: string, measured: Accuracy): { readonly [name: string]: number } =>
  Object.fromEntries(Object.entries(measured).map(([name, value]) => [`${prefix}${name}`, value]));

/**
 * Fits one model per partition by a method of a family, to the target at the partition's own interval: steps without a row are
 * missing values. With a holdout, the last observations are forecast from a fit to the ones before them (metrics
 * `holdout_*`), then the model is fitted to all. A series of which too little is left for that has no holdout metrics.
 *
 * @param drivers - regressors, where the source states any; a step at which one is missing counts as missing
 */
export function seriesForecaster(
  { fits, kinds }: MovingFamily,
  drivers?: ForecasterDrivers,
): ModelDefinition<object, ForecasterExports, FittedModel> {
  const { forecast, fitted, supports, update } = movingFunctions<FittedModel>(kinds);

  function fit(
    exports: ForecasterExports,
    y: Float64Array,
    xreg: RegressorColumns | undefined,
    earlier?: FittedModel,
  ): FittedModel {
    if (drivers !== undefined && xreg !== undefined) return drivers.fit(exports, y, xreg);
    const { method, period, periods } = exports;
    const fitMethod = fits[method];
    if (fitMethod === undefined) throw new TypeError(`${method} is not a method of this model definition`);
    return fitMethod(y, period, periods, earlier);
  }

  /**
   * Returns the accuracy over the last observations of a model fitted to those before, as metrics `holdout_*`;
   * undefined where these allow no fit; and that model. With a lag also of forecasts made that many steps before (`holdout_lag_*`), and
   * against seasonal naive forecasts.
   */
  function trial(
    exports: ForecasterExports,
    y: Float64Array,
    xreg: RegressorColumns | undefined,
    data: Frame,
  ): { readonly model: FittedModel; readonly metrics: { readonly [name: string]: number } } | undefined {
    const { period, holdout, lag } = exports;
    const n = y.length - holdout;
    const training = y.subarray(0, n);
    const { actual, columns } = withoutMissing(y, xreg, n);
    const between = (from: number, to: number) => columns && { xreg: regressorRows(columns, from, to) };
    try {
      const model = fit(exports, training, xreg && regressorRows(xreg, 0, n));
      const mean = boundSeries(forecast(model, { h: holdout, ...between(n, y.length) }).mean, data, exports, n);
      if (lag === undefined)
        return { model, metrics: named("holdout_", accuracy(actual.subarray(n), mean, { training, period })) };
      const naive = naiveFrom(y, n, period);
      const whole = named("holdout_", measures(actual.subarray(n), mean, naive, { training, period }));
      if (lag > holdout || !supports(model, "update")) return { model, metrics: whole };
      const first = n + lag - 1;
      const moving = {
        forecast: (current: FittedModel, from: number, h: number) =>
          forecast(current, { h, levels: [], ...between(from, from + h) }).mean,
        update: (current: FittedModel, step: number) =>
          update(current, actual.subarray(step, step + 1), between(step, step + 1)),
      };
      const atLag = forecastsAtLag(moving, model, { origin: n, lag, length: y.length });
      const ahead = boundSeries(atLag, data, exports, first);
      const options = { training, period };
      const moved = measures(actual.subarray(first), ahead, naiveAtLag(y, first, lag, period), options);
      return { model, metrics: { ...whole, ...named("holdout_lag_", moved) } };
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /**
   * Returns the accuracy of the one-step forecasts over the series itself, and the information criterion, where there
   * are such.
   */
  function inSample(
    model: FittedModel,
    y: Float64Array,
    period: number,
    xreg: RegressorColumns | undefined,
  ): Partial<Accuracy> & { aicc?: number | null } {
    if (!supports(model, "fitted")) return {};
    const expected = fitted(model, y, xreg && { xreg });
    const comparable = y.map((value, t) => (Number.isNaN(at(expected, t)) ? NaN : value));
    const measures = accuracy(comparable, expected, { training: y, period });
    const errors = model.kind === "regression" ? model.errors : model;
    return "aicc" in errors ? { ...measures, aicc: errors.aicc } : measures;
  }

  const predict = (model: FittedModel, request: AskedForecast): Prediction =>
    drivers?.predict(forecast, model, request) ?? forecast(model, { h: request.horizon, levels: request.levels });

  return defineModel({
    fit({ data, exports, axis = NO_AXIS }: FitContext<object, ForecasterExports>) {
      const { period, horizon, holdout } = exports;
      const y = data.series(exports.target);
      const xreg = drivers?.regressors(exports, axis);
      // The holdout comes first: its fit knows nothing of the values held out, and the final search may start from it.
      const trialResult = holdout > 0 && y.length >= 2 * holdout ? trial(exports, y, xreg, data) : undefined;
      const model = fit(exports, y, xreg, trialResult?.model);
      const ahead = drivers?.stepsAfter(axis, horizon) ?? axis;
      const { mean } = predict(model, { horizon, levels: [], exports, axis: ahead });
      return {
        model,
        metrics: {
          ...inSample(model, y, period, xreg),
          ...trialResult?.metrics,
        },
        ...(mean.length > 0 && { forecast: mean }),
        ...(drivers !== undefined && { info: drivers.info(model) }),
      };
    },
    update({ model, data, exports, axis = NO_AXIS }) {
      const y = observed(data, exports.target);
      return { model: update(model, y, drivers?.known(model, exports, axis, y.length)), steps: y.length };
    },
    predict: ({ model, horizon, levels, exports, axis = NO_AXIS }) =>
      predict(model, { horizon, levels, exports, axis }),
  });
}

/**
 * Returns a series and its regressors without gaps from a step on: what is not known cannot be held against a forecast, so an
 * observation without a regressor is missing, and the regressor is 0 there.
 */
function withoutMissing(y: Float64Array, xreg: RegressorColumns | undefined, from: number) {
  if (xreg === undefined) return { actual: y, columns: undefined };
  const actual = Float64Array.from(y);
  const columns = regressorRows(xreg, 0, y.length);
  for (const values of Object.values(columns))
    for (let t = from; t < y.length; t++)
      if (Number.isNaN(at(values, t))) {
        actual[t] = Number.NaN;
        values[t] = 0;
      }
  return { actual, columns };
}
