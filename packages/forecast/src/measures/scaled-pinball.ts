import type { Forecast } from "../model/prediction.ts";
import type { Series } from "../time/series.ts";
import { scaled, seasonalChange } from "./accuracy.ts";

/**
 * Returns the scaled pinball loss of a forecast and its bounds: twice the mean pinball loss, divided by the mean
 * absolute error of the seasonal naive method in sample. The point forecast counts as the median, each bound as a
 * quantile. Unitless. Without levels it is the MASE. The M5 competition's loss is half of it, with period 1.
 *
 * @param actual - observed values at the steps of the forecast; NaN (missing) is left out
 * @param options - `training`: the series the model was fitted to; `period`: observations per season, 1 for a non-seasonal series
 * @returns a value of at least 0; NaN if no value is observed, a bound is NaN or missing, or `training` has no scale (see `mase`)
 * @see Makridakis et al. (2022), doi:10.1016/j.ijforecast.2021.10.009
 */
export function scaledPinball(
  actual: Series,
  { mean, levels, lower, upper }: Pick<Forecast, "mean" | "levels" | "lower" | "upper">,
  options: { readonly training: Series; readonly period: number },
): number {
  let sum = addLosses(0, actual, mean, 0.5);
  for (let l = 0; l < levels.length; l++) {
    sum = addLosses(sum, actual, lower[l]!, 0.5 - levels[l]! / 200);
    sum = addLosses(sum, actual, upper[l]!, 0.5 + levels[l]! / 200);
  }
  let observed = 0;
  for (let t = 0; t < actual.length; t++) if (!Number.isNaN(actual[t]!)) observed++;
  const count = observed * (1 + 2 * levels.length);
  return scaled((2 * sum) / count, seasonalChange(options.training, options.period).absolute);
}

/** Adds the pinball losses of a quantile forecast to a sum, step by step. */
function addLosses(sum: number, actual: Series, quantiles: Series, p: number): number {
  let total = sum;
  for (let t = 0; t < actual.length; t++) {
    if (Number.isNaN(actual[t]!)) continue;
    const error = actual[t]! - quantiles[t]!;
    total += Math.max(p * error, (p - 1) * error);
  }
  return total;
}
