import type { ForecastOptions } from "../model/prediction.ts";
import { checkForecastOptions, type Forecast } from "../model/prediction.ts";
import { normalQuantile } from "../stats/distribution.ts";
import { sampleQuantile } from "../stats/quantile.ts";
import { random } from "../stats/random.ts";
import { invBoxCox } from "../time/box-cox.ts";
import type { EtsModel } from "./ets-model.ts";
import { advance, expectation, startMoving } from "./recursion.ts";
import { samplePath } from "./simulate.ts";
import { analyticMoments } from "./variance.ts";

/** Paths that intervals are taken from where they are simulated. */
const PATHS = 5000;

/**
 * Forecasts of an ETS model. Intervals are Gaussian with the analytic variance where there is one; else (a multiplicative
 * trend, or a multiplicative season with additive errors) quantiles of 5,000 sample paths of the model's `seed`, the same
 * each time. They do not include the uncertainty of the parameters. With `lambda`, bounds are transformed back.
 *
 * @throws {RangeError} if an option is not allowed
 */
export function forecastEts(model: EtsModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const { mean, variance, bound } = distribution(model, h);
  const lower = levels.map((level) => bound(0.5 - level / 200));
  const upper = levels.map((level) => bound(0.5 + level / 200));
  const { lambda } = model;
  if (lambda === undefined) return { mean, levels, lower, upper };
  return {
    mean: invBoxCox(mean, lambda, model.biasAdjust ? { variance } : {}),
    levels,
    lower: lower.map((values) => invBoxCox(values, lambda)),
    upper: upper.map((values) => invBoxCox(values, lambda)),
  };
}

interface Distribution {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  /** Returns the quantiles of every step for a probability. */
  bound(p: number): Float64Array;
}

/** Returns the forecast distribution on the scale of the model. */
function distribution(model: EtsModel, h: number): Distribution {
  const moments = analyticMoments(model, h);
  if (moments !== undefined) {
    const { mean, variance } = moments;
    const se = variance.map(Math.sqrt);
    const bound = (p: number) => {
      const quantile = Math.sign(p - 0.5) * normalQuantile(Math.max(p, 1 - p));
      const values = new Float64Array(h);
      for (let i = 0; i < h; i++) values[i] = mean[i]! + quantile * se[i]!;
      return values;
    };
    return { mean, variance, bound };
  }
  const uniform = random(model.seed);
  const columns = Array.from({ length: h }, () => new Float64Array(PATHS));
  for (let path = 0; path < PATHS; path++) {
    const sample = samplePath(model, h, uniform);
    for (let i = 0; i < h; i++) columns[i]![path] = sample[i]!;
  }
  const variance = new Float64Array(h);
  columns.forEach((column, i) => {
    column.sort();
    const centre = column.reduce((sum, value) => sum + value, 0) / PATHS;
    variance[i] = column.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (PATHS - 1);
  });
  const bound = (p: number) => Float64Array.from(columns, (column) => sampleQuantile(column, p));
  return { mean: pointForecasts(model, h), variance, bound };
}

/** Returns the expectations if no error followed. */
function pointForecasts(model: EtsModel, h: number): Float64Array {
  const state = startMoving(model.state);
  const mean = new Float64Array(h);
  for (let i = 0; i < h; i++) {
    mean[i] = expectation(model, model.phi, state);
    advance(model, model, state, 0);
  }
  return mean;
}
