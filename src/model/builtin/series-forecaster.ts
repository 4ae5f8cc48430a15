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
   * Returns the accuracy over the last observations of a model fitted to those before, and that model; undefined where these allow no
   * fit. With a lag also of forecasts made that many steps before (`lag_*`), and against seasonal naive forecasts.
   */
  function trial(
    exports: ForecasterExports,
    y: Float64Array,
    xreg: RegressorColumns | undefined,
    data: Frame,
  ): { readonly model: FittedModel; readonly metrics: Metrics } | undefined {
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
      const options = { training, period };
      const observations = actual.subarray(n);
      const holdoutPart = { y, origin: n, period };
      const measured = holdoutMeasures({ ...holdoutPart, lag }, observations, mean);
      const whole = { ...measured, pinball: scaledPinball(observations, ahead, options) };
      if (lag === undefined || lag > holdout || !supports(model, "update")) return { model, metrics: whole };
      const first = n + lag - 1;
      const moving = {
        forecast: (current: FittedModel, from: number, h: number) =>
          forecast(current, { h, levels: [], ...between(from, from + h) }).mean,
        update: (current: FittedModel, step: number) =>
          update(current, actual.subarray(step, step + 1), between(step, step + 1)),
      };
      const atLag = forecastsAtLag(moving, model, { origin: n, lag, length: y.length });
      const orders = boundSeries(atLag, data, exports, first);
      const moved = lagMeasures({ ...holdoutPart, lag }, actual.subarray(first), orders);
      return { model, metrics: { ...whole, ...moved } };
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
    const comparable = y.map((value, t) => (Number.isNaN(at(expected, t)) ? NaN : value));
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
      const ends = Array.from({ length: origins }, (_, i) => Math.max(0, y.length - (origins - 1 - i) * holdout));
      const trialOf = (end: number) => trial(exports, y.subarray(0, end), xreg && regressorRows(xreg, 0, end), data);
      const trials = holdout > 0 ? ends.map(trialOf) : [];
      const model = fit(exports, y, xreg, trials.at(-1)?.model);
      const ahead = drivers?.stepsAfter(axis, horizon) ?? axis;
      const { mean } = predict(model, { horizon, levels: [], exports, axis: ahead });
      return {
        model,
        metrics: {
          ...UNMEASURED,
          ...inSample(model, y, period, xreg),
          ...originMetrics(trials.map((one) => one?.metrics)),
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
 * The metrics of most fits, none of them known. An object that has its keys from the start is filled in a twentieth of the time
 * that it takes to give it so many one by one.
 */
const UNMEASURED: Readonly<Record<string, number | undefined>> = {
  ...{ me: undefined, rmse: undefined, mae: undefined, mape: undefined },
  ...{ smape: undefined, wape: undefined, mase: undefined, rmsse: undefined, aicc: undefined },
  ...{ holdout_me: undefined, holdout_rmse: undefined, holdout_mae: undefined, holdout_mape: undefined },
  ...{ holdout_smape: undefined, holdout_wape: undefined, holdout_mase: undefined, holdout_rmsse: undefined },
};

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
