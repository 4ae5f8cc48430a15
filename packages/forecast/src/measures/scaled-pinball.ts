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
  let sum = 0;
  let count = 0;
  const add = (quantiles: Series, p: number) => {
    for (let t = 0; t < actual.length; t++)
      if (!Number.isNaN(actual[t])) {
        const error = actual[t]! - quantiles[t]!;
        sum += Math.max(p * error, (p - 1) * error);
        count++;
      }
  };
  add(mean, 0.5);
  levels.forEach((level, l) => {
    add(lower[l]!, 0.5 - level / 200);
    add(upper[l]!, 0.5 + level / 200);
  });
  return scaled((2 * sum) / count, seasonalChange(options.training, options.period).absolute);
}
