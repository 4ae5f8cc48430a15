import { type Accuracy, accuracy, type FittedModel } from "@manymodel/forecast";
import { type MovingFamily, movingFunctions } from "@manymodel/forecast/families";
import { at } from "../../core/aligned.ts";
import { boundSeries } from "../bounded-series.ts";
import { defineModel, type FitContext, type ModelDefinition } from "../define-model.ts";
import type { Frame } from "../frame.ts";
import { observed } from "../observed.ts";
import { forecastsAtLag, measures, naiveAtLag, naiveFrom } from "./at-lag.ts";
import type { ForecasterExports } from "./options.ts";

/** Metrics by their names with a prefix. */
const named = (prefix: string, measured: Accuracy): { readonly [name: string]: number } =>
  Object.fromEntries(Object.entries(measured).map(([name, value]) => [`${prefix}${name}`, value]));

/**
 * Fits one univariate model per partition by a method of a family, to the target at the partition's own interval: steps
 * without a row are missing values. With a holdout, the last observations are forecast from a fit to the ones before them
 * (metrics `holdout_*`), then the model is fitted to all. A series of which too little is left for that has no holdout
 * metrics.
 */
export function seriesForecaster({
  fits,
  kinds,
}: MovingFamily): ModelDefinition<object, ForecasterExports, FittedModel> {
  const { forecast, fitted, supports, update } = movingFunctions<FittedModel>(kinds);

  function fit({ method, period, periods }: ForecasterExports, y: Float64Array): FittedModel {
    const fitMethod = fits[method];
    if (fitMethod === undefined) throw new TypeError(`${method} is not a method of this model definition`);
    return fitMethod(y, period, periods);
  }

  /**
   * Accuracy over the last observations of a model fitted to those before, as metrics `holdout_*`; undefined where these allow no
   * fit. With a lag also of forecasts made that many steps before (`holdout_lag_*`), and against seasonal naive forecasts.
   */
  function trial(
    exports: ForecasterExports,
    y: Float64Array,
    data: Frame,
  ): { readonly [name: string]: number } | undefined {
    const { period, holdout, lag } = exports;
    const n = y.length - holdout;
    const training = y.subarray(0, n);
    try {
      const model = fit(exports, training);
      const mean = boundSeries(forecast(model, { h: holdout }).mean, data, exports, n);
      const actual = y.subarray(n);
      if (lag === undefined) return named("holdout_", accuracy(actual, mean, { training, period }));
      const naive = naiveFrom(y, n, period);
      const whole = named("holdout_", measures(actual, mean, naive, { training, period }));
      if (lag > holdout || !supports(model, "update")) return whole;
      const first = n + lag - 1;
      const ahead = boundSeries(forecastsAtLag({ forecast, update }, model, y, n, lag), data, exports, first);
      const options = { training, period };
      return {
        ...whole,
        ...named("holdout_lag_", measures(y.subarray(first), ahead, naiveAtLag(y, first, lag, period), options)),
      };
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** Accuracy of the one-step forecasts over the series itself, and the information criterion, where there are such. */
  function inSample(model: FittedModel, y: Float64Array, period: number): Partial<Accuracy> & { aicc?: number | null } {
    if (!supports(model, "fitted")) return {};
    const expected = fitted(model, y);
    const comparable = y.map((value, t) => (Number.isNaN(at(expected, t)) ? NaN : value));
    const measures = accuracy(comparable, expected, { training: y, period });
    return "aicc" in model ? { ...measures, aicc: model.aicc } : measures;
  }

  return defineModel({
    fit({ data, exports }: FitContext<object, ForecasterExports>) {
      const { period, horizon, holdout } = exports;
      const y = data.series(exports.target);
      const model = fit(exports, y);
      const trialResult = holdout > 0 && y.length >= 2 * holdout ? trial(exports, y, data) : undefined;
      return {
        model,
        metrics: {
          ...inSample(model, y, period),
          ...trialResult,
        },
        forecast: forecast(model, { h: horizon }).mean,
      };
    },
    update({ model, data, exports }) {
      const y = observed(data, exports.target);
      return { model: update(model, y), steps: y.length };
    },
    predict: ({ model, horizon, levels }) => forecast(model, { h: horizon, levels }),
  });
}
