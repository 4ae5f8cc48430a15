import { type Accuracy, accuracy, type FittedModel, type ModelOptions, scaledPinball } from "@manymodel/forecast";
import { type ModelFunctions, type MovingFamily, movingFunctions } from "@manymodel/forecast/families";
import { at } from "../../core/aligned.ts";
import { boundSeries } from "../bounded-series.ts";
import { defineModel, type FitContext, type ModelDefinition, type Prediction } from "../define-model.ts";
import type { Frame } from "../frame.ts";
import { observed } from "../observed.ts";
import { type RegressorColumns, regressorRows } from "../regressors.ts";
import { NO_AXIS, type SeriesAxis } from "../series-axis.ts";
import { forecastsAtLag, holdoutMeasures, lagMeasures } from "./at-lag.ts";
import type { ForecasterExports } from "./options.ts";
import { type Metrics, originMetrics } from "./origin-metrics.ts";

/** A forecast that is asked for. */
export interface AskedForecast {
  readonly horizon: number;
  readonly levels: readonly number[];
  readonly exports: unknown;
  /** The steps to come. */
  readonly axis: SeriesAxis;
}

/** A model that was fitted to the observations before a holdout, and the accuracy of its forecasts there. */
interface Trial {
  readonly model: FittedModel;
  readonly measured: ReturnType<typeof holdoutMeasures>;
  readonly pinball: number;
  /** The measures at a lag (`lag_*`). */
  readonly moved?: Metrics;
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

/**
 * Fits one model per partition by a method of a family, to the target at the partition's own interval: steps without a row are
 * missing values. With a holdout, the last observations are forecast from a fit to the ones before them (metrics
 * `holdout_*`), then the model is fitted to all. A series of which too little is left for that has no holdout metrics. With several
 * origins the observations before those are forecast in the same way (see `originMetrics`).
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
    if (fitMethod === undefined) throw new TypeError(`there is no method ${method} here`);
    return fitMethod(y, period, periods, earlier);
  }

  /**
   * Fits a model to the observations before the last ones, and forecasts these; undefined where there are too few for a fit. With a lag
   * also by forecasts made that many steps before, and against seasonal naive forecasts.
   */
  function trial(
    exports: ForecasterExports,
    y: Float64Array,
    xreg: RegressorColumns | undefined,
    data: Frame,
  ): Trial | undefined {
    const { period, holdout, lag } = exports;
    const n = y.length - holdout;
    if (n < holdout) return undefined;
    const training = y.subarray(0, n);
    const { actual, columns } = withoutMissing(y, xreg, n);
    const between = (from: number, to: number) => columns && { xreg: regressorRows(columns, from, to) };
    try {
      const model = fit(exports, training, xreg && regressorRows(xreg, 0, n));
      const bound = (values: Float64Array) => boundSeries(values, data, exports, n);
      const { mean: point, levels, lower, upper } = forecast(model, { h: holdout, ...between(n, y.length) });
      const mean = bound(point);
      const ahead = { mean, levels, lower: lower.map(bound), upper: upper.map(bound) };
      const observations = actual.subarray(n);
      const measured = holdoutMeasures({ y, origin: n, period, lag }, observations, mean);
      const pinball = scaledPinball(observations, ahead, { training, period });
      if (lag === undefined || lag > holdout || !supports(model, "update")) return { model, measured, pinball };
      const first = n + lag - 1;
      const moving = {
        forecast: (current: FittedModel, from: number, h: number) =>
          forecast(current, { h, levels: [], ...between(from, from + h) }).mean,
        update: (current: FittedModel, step: number) =>
          update(current, actual.subarray(step, step + 1), between(step, step + 1)),
      };
      const atLag = forecastsAtLag(moving, model, { origin: n, lag, length: y.length });
      const orders = boundSeries(atLag, data, exports, first);
      const moved = lagMeasures({ y, origin: n, period, lag }, actual.subarray(first), orders);
      return { model, measured, pinball, moved };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return undefined;
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
    const comparable = expected.includes(NaN) ? y.map((value, t) => (Number.isNaN(at(expected, t)) ? NaN : value)) : y;
    const measures = accuracy(comparable, expected, { training: y, period });
    const errors = model.kind === "regression" ? model.errors : model;
    return "aicc" in errors ? { ...measures, aicc: errors.aicc } : measures;
  }

  const predict = (model: FittedModel, request: AskedForecast): Prediction =>
    drivers?.predict(forecast, model, request) ?? forecast(model, { h: request.horizon, levels: request.levels });

  return defineModel({
    fit({ data, exports, axis = NO_AXIS }: FitContext<object, ForecasterExports>) {
      const { period, horizon, holdout, origins = 1 } = exports;
      const y = data.series(exports.target);
      const xreg = drivers?.regressors(exports, axis);
      // The holdout comes first: its fit knows nothing of the values held out, and the final search may start from it.
      const trials: (Trial | undefined)[] = [];
      for (let later = origins - 1; later >= 0 && holdout > 0; later--) {
        const end = Math.max(0, y.length - later * holdout);
        trials.push(trial(exports, y.subarray(0, end), xreg && regressorRows(xreg, 0, end), data));
      }
      const model = fit(exports, y, xreg, trials.at(-1)?.model);
      const ahead = drivers?.stepsAfter(axis, horizon) ?? axis;
      const { mean } = predict(model, { horizon, levels: [], exports, axis: ahead });
      const metrics = metricsOf(inSample(model, y, period, xreg), trials);
      if (drivers === undefined) return { model, metrics, forecast: mean };
      return { model, metrics, ...(mean.length > 0 && { forecast: mean }), info: drivers.info(model) };
    },
    update({ model, data, exports, axis = NO_AXIS }) {
      const y = observed(data, exports.target);
      return { model: update(model, y, drivers?.known(model, exports, axis, y.length)), steps: y.length };
    },
    predict: ({ model, horizon, levels, exports, axis = NO_AXIS }) =>
      predict(model, { horizon, levels, exports, axis }),
  });
}

const NOT_MEASURED: Partial<Trial["measured"]> = {};
const NOT_TRIED: Partial<Trial> = {};

/**
 * Returns the metrics of a fit. The measures of most fits are named in one literal: an object that gets so many names one by one takes
 * several times as long, and as long again to become JSON.
 *
 * @param trials - a trial for each origin, the last one last; undefined where an origin allows no forecast
 */
function metricsOf(
  measures: Partial<Accuracy> & { readonly aicc?: number | null },
  trials: readonly (Trial | undefined)[],
): Metrics {
  const { measured: holdout = NOT_MEASURED, pinball } = trials.at(-1) ?? NOT_TRIED;
  const metrics = {
    me: measures.me,
    rmse: measures.rmse,
    mae: measures.mae,
    mape: measures.mape,
    smape: measures.smape,
    wape: measures.wape,
    mase: measures.mase,
    rmsse: measures.rmsse,
    aicc: measures.aicc,
    holdout_me: holdout.me,
    holdout_rmse: holdout.rmse,
    holdout_mae: holdout.mae,
    holdout_mape: holdout.mape,
    holdout_smape: holdout.smape,
    holdout_wape: holdout.wape,
    holdout_mase: holdout.mase,
    holdout_rmsse: holdout.rmsse,
    holdout_value_added: holdout.value_added,
    holdout_pinball: pinball,
  };
  // Of a single origin without a lag these are all, and each is its own mean.
  if (trials.length < 2 && holdout.value_added === undefined) return metrics as Metrics;
  const origins = trials.map((trial) => trial && { ...trial.measured, pinball: trial.pinball, ...trial.moved });
  return Object.assign(metrics as Metrics, originMetrics(origins));
}

/**
 * Returns a series and its regressors without gaps from a step on: what is not known cannot be held against a forecast, so an
 * observation without a regressor is missing, and the regressor is 0 there.
 */
function withoutMissing(
  y: Float64Array,
  xreg: RegressorColumns | undefined,
  from: number,
): { readonly actual: Float64Array; readonly columns?: RegressorColumns } {
  if (xreg === undefined) return { actual: y };
  const actual = Float64Array.from(y);
  const columns = regressorRows(xreg, 0, y.length);
  for (const values of Object.values(columns))
    for (let t = from; t < y.length; t++)
      if (Number.isNaN(at(values, t))) {
        actual[t] = NaN;
        values[t] = 0;
      }
  return { actual, columns };
}
