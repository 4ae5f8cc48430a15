import { autoArima } from "../arima/index.ts";
import { ces } from "../ces/index.ts";
import { ets } from "../ets/index.ts";
import type { FittedModel } from "../model/fitted-model.ts";
import { snaive } from "../simple/naive.ts";
import { stlf } from "../smoothing/stlf.ts";
import { dynamicOptimizedTheta } from "../theta/index.ts";

/**
 * Returns the ETS whose trend is damped beside a multiplicative season: an undamped one multiplies more with every
 * season ahead.
 *
 * @throws {RangeError} as `ets`
 */
function cautiousEts(y: Float64Array, period: number): FittedModel {
  const model = ets(y, { period });
  const grows = model.trend !== "N" && !model.damped && model.season === "M";
  return grows ? ets(y, { period, damped: true }) : model;
}

/**
 * Returns a model of what the seasons leave. @throws {RangeError} if no period fits more than twice into the series
 */
const adjusted =
  (fit: (values: Float64Array) => FittedModel) =>
  (y: Float64Array, period: number, periods: readonly number[] = [period]): FittedModel => {
    const whole = [...new Set(periods.map(Math.round))].filter((one) => one > 1 && y.length > 2 * one);
    return stlf(y, { periods: whole, fit });
  };

/** Members of `best` that are no methods of their own. */
export const COMPOSED = {
  "cautious-ets": cautiousEts,
  "damped-ets": (y: Float64Array) => ets(y, { damped: true }),
  "last-season": (y: Float64Array, period: number, periods: readonly number[] = [period]) =>
    snaive(y, { period: Math.max(...periods) }),
  "stl-arima": adjusted((values) => autoArima(values)),
  "stl-ces": adjusted((values) => ces(values)),
  "stl-theta": adjusted((values) => dynamicOptimizedTheta(values)),
};
