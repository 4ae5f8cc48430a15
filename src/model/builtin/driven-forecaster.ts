import type { FittedModel } from "@manymodel/forecast";
import { joinKinds, type MovingFamily, REGRESSION } from "@manymodel/forecast/families";
import type { ModelDefinition } from "../define-model.ts";
import { regressors } from "../regressors.ts";
import { stepsAfter } from "../series-axis.ts";
import { type DrivenFits, fitDriven, knownRegressors, predictDriven } from "./driven-fit.ts";
import { drivenInfo } from "./driven-info.ts";
import type { ForecasterExports } from "./options.ts";
import { seriesForecaster } from "./series-forecaster.ts";

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
  return seriesForecaster(
    { fits: family.fits, kinds: joinKinds(family.kinds, REGRESSION) },
    {
      regressors,
      fit: (exports, y, xreg) =>
        fitDriven(family, { ...exports, exports }, y, isUndriven(exports.method, y, exports.period) ? {} : xreg),
      stepsAfter,
      predict: predictDriven,
      known: knownRegressors,
      info: drivenInfo,
    },
  );
}
