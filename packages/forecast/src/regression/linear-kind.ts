import type { ModelForecastOptions, ModelOptions, SimulateOptions } from "../model/kind.ts";
import { checkForecastOptions, type Forecast, symmetricForecast } from "../model/prediction.ts";
import { studentQuantile } from "../stats/distribution.ts";
import { normal, random } from "../stats/random.ts";
import { fittedValues, knownPart, type LinearModel, lagCoefficients } from "./linear.ts";

/**
 * Forecasts of a linear model with intervals of Student's t. Without lags the variance is σ²(1 + x'(X'X)⁻¹x), so that the
 * coefficients' uncertainty counts; with lags it is σ² times the sum of squared psi weights, and does not count it.
 */
export function forecastLinear(model: LinearModel, options: ModelForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const { mean, columns } = knownPart(model, model.length, h, options.xreg);
  const quantileOf = (p: number) => studentQuantile(p, model.df);
  const se = new Float64Array(h);
  if (model.lags.length === 0) {
    for (let t = 0; t < h; t++) {
      let variance = 1;
      for (let k = 0; k < columns.length; k++) {
        let sum = 0;
        for (let i = 0; i <= k; i++) sum += model.root[i]![k - i]! * columns[i]![t]!;
        variance += sum * sum;
      }
      se[t] = Math.sqrt(model.sigma2 * variance);
    }
    return symmetricForecast(mean, se, levels, quantileOf);
  }
  recurse(model, mean);
  const { expected = 0 } = model;
  const psi = new Float64Array(expected + h);
  let squares = 0;
  for (let t = 0; t < psi.length; t++) {
    psi[t] = t === 0 ? 1 : 0;
    for (const { lag, coef } of lagCoefficients(model)) if (t >= lag) psi[t]! += coef * psi[t - lag]!;
    squares += psi[t]! ** 2;
    if (t >= expected) se[t - expected] = Math.sqrt(model.sigma2 * squares);
  }
  if (!Number.isFinite(mean[h - 1]! + se[h - 1]!))
    throw new RangeError(
      `the lags' coefficients let forecasts grow beyond any number within h = ${h} steps; use fewer lags or ridge`,
    );
  return symmetricForecast(mean, se, levels, quantileOf);
}

/** Adds the lags' part to a path in place, in time order. */
function recurse(model: LinearModel, path: Float64Array): void {
  const lags = lagCoefficients(model);
  for (let t = 0; t < path.length; t++)
    for (const { lag, coef } of lags)
      path[t]! += coef * (t >= lag ? path[t - lag]! : model.last[model.last.length + t - lag]!);
}

/** Returns paths with Gaussian errors; without lags each path draws its own coefficients as well, given σ². */
export function simulateLinear(model: LinearModel, { h, paths = 1, seed, xreg }: SimulateOptions): Float64Array[] {
  const uniform = random(seed);
  const { mean, columns } = knownPart(model, model.length, h, xreg);
  const sigma = Math.sqrt(model.sigma2);
  return Array.from({ length: paths }, () => {
    const path = mean.slice();
    const draws = model.root.map(() => sigma * normal(uniform));
    model.root.forEach((row, i) => {
      const change = row.reduce((sum, value, k) => sum + value * draws[i + k]!, 0);
      for (let t = 0; t < h; t++) path[t]! += change * columns[i]![t]!;
    });
    const last = sampleLast(model, sigma, uniform);
    for (let t = 0; t < h; t++) path[t]! += sigma * normal(uniform);
    recurse({ ...model, last }, path);
    return path;
  });
}

/** Returns the last values as they may have been: where they were expected and not observed, with errors. */
function sampleLast(model: LinearModel, sigma: number, uniform: () => number): readonly number[] {
  const { last, expected = 0 } = model;
  const errors: number[] = [];
  for (let t = 0; t < expected; t++) {
    let error = sigma * normal(uniform);
    for (const { lag, coef } of lagCoefficients(model)) error += coef * (errors[t - lag] ?? 0);
    errors.push(error);
  }
  return last.map((value, i) => value + (errors[expected - last.length + i] ?? 0));
}

/** Returns one-step forecasts of a linear model over the series it was fitted to. */
export function fittedLinear(model: LinearModel, y: Float64Array, { xreg }: ModelOptions): Float64Array {
  return fittedValues(model, y, 0, [], xreg);
}
