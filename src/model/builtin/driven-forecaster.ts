import { type Accuracy, accuracy, type FittedModel, type RegressionModel } from "@manymodel/forecast";
import { joinKinds, type MovingFamily, movingFunctions, REGRESSION } from "@manymodel/forecast/families";
import { at } from "../../core/aligned.ts";
import { boundSeries } from "../bounded-series.ts";
import { defineModel, type FitContext, type ModelDefinition } from "../define-model.ts";
import type { Frame } from "../frame.ts";
import { observed } from "../observed.ts";
import { type RegressorColumns, regressorRows, regressors } from "../regressors.ts";
import { NO_AXIS, stepsAfter } from "../series-axis.ts";
import { type DrivenFits, fitDriven, knownRegressors, predictDriven } from "./driven-fit.ts";
import { effectsOf, notesOf } from "./driven-info.ts";
import type { ForecasterExports } from "./options.ts";

/**
 * Fits a regression per partition on what drives its series (`regressors`), whose errors a method of a family models: automatic
 * ARIMA and linear regression estimate both together, other methods model the series less its effects (see `regression`).
 * Everything else is as in `seriesForecaster`. `info` has the effect of each regressor with its standard error, and a typed note on
 * each that has none.
 *
 * Forecasts end before the first step at which a regressor of the model has no value.
 *
 * @param isUndriven - whether a method forecasts a series without regressors
 */
export function drivenForecaster(
  family: MovingFamily & DrivenFits,
  isUndriven: (method: string, y: Float64Array, period: number) => boolean = () => false,
): ModelDefinition<object, ForecasterExports, FittedModel> {
  const { forecast, fitted, supports, update } = movingFunctions<FittedModel>(joinKinds(family.kinds, REGRESSION));

  const fit = (exports: ForecasterExports, y: Float64Array, xreg: RegressorColumns) =>
    fitDriven(family, { ...exports, exports }, y, isUndriven(exports.method, y, exports.period) ? {} : xreg);

  /** Accuracy over the last observations of a model fitted to those before; undefined where these allow no fit. */
  function trial(
    exports: ForecasterExports,
    y: Float64Array,
    xreg: RegressorColumns,
    data: Frame,
  ): Accuracy | undefined {
    const { period, holdout } = exports;
    const n = y.length - holdout;
    const training = y.subarray(0, n);
    const actual = Float64Array.from(y.subarray(n));
    const ahead = regressorRows(xreg, n, y.length);
    for (const values of Object.values(ahead))
      values.forEach((value, t) => {
        if (!Number.isNaN(value)) return;
        // What is not known cannot be held against the forecast.
        actual[t] = Number.NaN;
        values[t] = 0;
      });
    try {
      const { mean } = forecast(fit(exports, training, regressorRows(xreg, 0, n)), { h: holdout, xreg: ahead });
      return accuracy(actual, boundSeries(mean, data, exports, n), { training, period });
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** Accuracy of the one-step forecasts over the series itself, and the information criterion, where there are such. */
  function inSample(model: RegressionModel, y: Float64Array, period: number, xreg: RegressorColumns) {
    if (!supports(model, "fitted")) return {};
    const expected = fitted(model, y, { xreg });
    const comparable = y.map((value, t) => (Number.isNaN(at(expected, t)) ? Number.NaN : value));
    const measures = accuracy(comparable, expected, { training: y, period });
    return "aicc" in model.errors ? { ...measures, aicc: model.errors.aicc } : measures;
  }

  return defineModel({
    fit({ data, exports, axis = NO_AXIS }: FitContext<object, ForecasterExports>) {
      const { period, horizon, holdout } = exports;
      const y = data.series(exports.target);
      const xreg = regressors(exports, axis);
      const model = fit(exports, y, xreg);
      const trialResult = holdout > 0 && y.length >= 2 * holdout ? trial(exports, y, xreg, data) : undefined;
      const ahead = predictDriven(forecast, model, { horizon, levels: [], exports, axis: stepsAfter(axis, horizon) });
      return {
        model,
        metrics: {
          ...inSample(model, y, period, xreg),
          ...(trialResult &&
            Object.fromEntries(Object.entries(trialResult).map(([name, value]) => [`holdout_${name}`, value]))),
        },
        ...(ahead.mean.length > 0 && { forecast: ahead.mean }),
        info: { effects: effectsOf(model), notes: notesOf(model) },
      };
    },
    update({ model, data, exports, axis = NO_AXIS }) {
      const y = observed(data, exports.target);
      return { model: update(model, y, knownRegressors(model, exports, axis, y.length)), steps: y.length };
    },
    predict: ({ model, horizon, levels, exports, axis = NO_AXIS }) =>
      predictDriven(forecast, model, { horizon, levels, exports, axis }),
  });
}
