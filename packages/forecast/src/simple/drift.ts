import type { AnyModel } from "../model/kind.ts";
import { fitObserved } from "../model/missing-ends.ts";
import { checkForecastOptions, type Forecast, type ForecastOptions, symmetricForecast } from "../model/prediction.ts";
import { checkSeries, type Series } from "../time/series.ts";

/** A fitted random walk with drift. */
export interface DriftModel extends AnyModel {
  readonly kind: "drift";
  readonly formatVersion: 1;
  readonly nobs: number;
  readonly last: number;
  /** Number of steps from the first observation to the last; nobs - 1 when absent, if every step has an observation. */
  readonly steps?: number;
  /** Mean change per step. */
  readonly slope: number;
  readonly slopeSe: number;
  /** Variance of the change per step. */
  readonly sigma2: number;
}

/**
 * Fits the drift method (a random walk with drift): forecasts continue the straight line through the first and the last
 * observation. Intervals include the uncertainty of the slope.
 *
 * A change over g steps, g - 1 of them without an observation, has mean g × slope and variance g σ². Slope and σ² are
 * estimated by weighted least squares.
 *
 * @param y - observations, at least 3 of them, NaN where missing
 * @throws {RangeError} if there are too few observations, or one is infinite
 * @see Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 5.2
 */
export function drift(y: Series): DriftModel {
  return fitObserved(y, (series) => {
    const nobs = checkSeries(series, 3);
    const steps = series.length - 1;
    const slope = sumOfChanges(series, (change) => change) / steps;
    const squares = sumOfChanges(series, (change, over) => (change - over * slope) ** 2 / over);
    const last = series[steps]!;
    return modelOf({ nobs, last, slope }, steps, squares);
  });
}

/** Returns the sum of a term of each change from one observation to the next, over how many steps it is. */
function sumOfChanges(series: Float64Array, term: (change: number, over: number) => number): number {
  let sum = 0;
  let before = 0;
  for (let t = 1; t < series.length; t++) {
    if (Number.isNaN(series[t]!)) continue;
    sum += term(series[t]! - series[before]!, t - before);
    before = t;
  }
  return sum;
}

function modelOf(line: Pick<DriftModel, "nobs" | "last" | "slope">, steps: number, squares: number): DriftModel {
  const sigma2 = squares / (line.nobs - 2);
  const gaps = steps === line.nobs - 1 ? {} : { steps };
  return { kind: "drift", formatVersion: 1, ...line, slopeSe: Math.sqrt(sigma2 / steps), sigma2, ...gaps };
}

export function forecastDrift(model: DriftModel, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const mean = new Float64Array(h);
  const se = new Float64Array(h);
  for (let i = 0; i < h; i++) {
    const step = i + 1;
    mean[i] = model.last + step * model.slope;
    se[i] = Math.sqrt(step * model.sigma2 + (step * model.slopeSe) ** 2);
  }
  return symmetricForecast(mean, se, levels);
}

/**
 * Returns the slope and variance of the old and the new changes together, by Welford's recursion with steps as weights.
 */
export function updateDrift(model: DriftModel, newY: Float64Array): DriftModel {
  let { nobs, last, slope, steps = nobs - 1 } = model;
  let squares = model.sigma2 * (nobs - 2);
  let over = 0;
  for (const value of newY) {
    over++;
    if (Number.isNaN(value)) continue;
    const off = value - last - over * slope;
    steps += over;
    slope += off / steps;
    squares += (off * (value - last - over * slope)) / over;
    nobs++;
    last = value;
    over = 0;
  }
  return { ...model, ...modelOf({ nobs, last, slope }, steps, squares) };
}

/** Returns one-step forecasts of a random walk with drift; NaN before the first observation. */
export function fittedDrift({ slope }: DriftModel, y: Float64Array): Float64Array {
  const fitted = new Float64Array(y.length);
  let expected = NaN;
  for (let t = 0; t < y.length; t++) {
    fitted[t] = expected;
    expected = (Number.isNaN(y[t]!) ? expected : y[t]!) + slope;
  }
  return fitted;
}
