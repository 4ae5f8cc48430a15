import type { ModelFunctions } from "../model/dispatch.ts";
import type { AnyModel, ModelOptions } from "../model/kind.ts";
import { checkOptions } from "../model/options.ts";
import { normalQuantile } from "../stats/distribution.ts";
import { median } from "../stats/median.ts";
import { type Series, toFloat64 } from "../time/series.ts";

/** Settings of `anomalies`. */
export interface AnomalyOptions extends ModelOptions {
  /** Coverage of the band in percent, in (0, 100); default 99.9, one false alarm in 1,000 Gaussian observations. */
  readonly level?: number;
}

/** Observations against their one-step forecasts; arrays have the series' length, NaN where there is no forecast. */
export interface Anomalies {
  /** Positions of the observations outside the band, ascending. */
  readonly positions: readonly number[];
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Error in units of `scale`; NaN where the observation is missing as well. */
  readonly score: Float64Array;
  /** Robust standard deviation of the one-step errors. */
  readonly scale: number;
}

/** Finds anomalies by the models `M`. */
export type FindAnomalies<M extends AnyModel> = (model: M, y: Series, options?: AnomalyOptions) => Anomalies;

/**
 * Returns a function that finds the anomalies of a series against the one-step forecasts of a model fitted to it. The band is expected ± normal quantile ×
 * scale, where the scale is 1.4826 times the median absolute error, so that anomalies do not widen their own band.
 *
 * If more than half of the errors are 0, the scale is 1.2533 times the mean absolute error instead.
 *
 * Its arguments are a model of a kind that has one-step forecasts, the series that it was fitted to, and options.
 *
 * @throws {RangeError} if the level is out of range, or the model's kind has no `fitted`
 * @see Rousseeuw & Croux (1993), doi:10.1080/01621459.1993.10476408 (the median absolute deviation)
 */
export function anomaliesBy<M extends AnyModel>(fitted: ModelFunctions<M>["fitted"]): FindAnomalies<M> {
  return (model, y, options = {}) => {
    checkOptions("anomalies", options, { xreg: true, level: true });
    const { level = 99.9, xreg } = options;
    if (!(level > 0 && level < 100))
      throw new RangeError(`level is ${level}; it must be a percentage between 0 and 100`);
    const values = toFloat64(y);
    const expected = fitted(model, values, { xreg });
    const errors = values.map((value, t) => value - expected[t]!);
    const scale = robustScale(errors);
    const reach = normalQuantile(0.5 + level / 200) * scale;
    const positions: number[] = [];
    errors.forEach((error, t) => {
      if (Math.abs(error) > reach) positions.push(t);
    });
    return {
      positions,
      expected,
      lower: expected.map((value) => value - reach),
      upper: expected.map((value) => value + reach),
      score: errors.map((error) => (error === 0 ? 0 : error / scale)),
      scale,
    };
  };
}

/** Returns 1.4826 times the median absolute error, or if that is 0, 1.2533 times the mean; NaN left out, 0 if nothing is left. */
function robustScale(errors: Float64Array): number {
  // Ascending, because a sum of the smallest first rounds least.
  const sizes = errors
    .filter((error) => !Number.isNaN(error))
    .map(Math.abs)
    .sort();
  if (sizes.length === 0) return 0;
  const middle = median(sizes);
  return middle > 0 ? 1.482602218505602 * middle : 1.2533141373155 * (sizes.reduce((a, b) => a + b) / sizes.length);
}
