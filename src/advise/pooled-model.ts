import { solveNormal } from "@manymodel/forecast/regression";
import { interpolate } from "@manymodel/forecast/time";
import { at, zip } from "../core/aligned.ts";

/** A series and where it stands in the season that all share. */
export interface PooledSeries {
  readonly y: Float64Array;
  readonly origin: number | null;
}

/**
 * One linear model for all series, of their own lags and the season: of differences to the mean of the last season, in
 * units of the series' mean size, so that level and size of a series do not matter.
 */
export interface PooledModel {
  readonly lags: readonly number[];
  readonly period: number;
  readonly harmonics: number;
  readonly coef: Float64Array;
  readonly rows: number;
}

/** Ridge penalty on the average product: enough that columns which depend on each other do no harm. */
const RIDGE = 1e-6;

/**
 * Fits one linear model to all series together, by adding their normal equations up: memory does not grow with their
 * number. Regressors of y_t: a constant, the last three or four values, those a season (and a step) ago, and up to three
 * pairs of waves. A row with a missing value is left out.
 *
 * @param series - without their holdouts
 * @returns undefined if there are fewer than ten rows per coefficient
 */
export function pooledModel(series: Iterable<PooledSeries>, period: number): PooledModel | undefined {
  const lags = period > 1 ? [...new Set([1, 2, 3, period, period + 1])].sort((a, b) => a - b) : [1, 2, 3, 4];
  const harmonics = Math.min(3, Math.floor(period / 2));
  const size = 1 + lags.length + 2 * harmonics;
  const products = new Float64Array(size * size);
  const moments = new Float64Array(size);
  const row = new Float64Array(size);
  const reach = at(lags, -1);
  const shape = { lags, period, harmonics };
  let rows = 0;
  for (const { y, origin } of series) {
    const scaled = { y, origin, scale: scaleOf(y) };
    for (let t = reach; t < y.length; t++) {
      const level = fillRow(row, shape, scaled, t);
      const response = (y[t]! - level) / scaled.scale;
      if (Number.isNaN(response)) continue;
      for (let i = 0; i < size; i++) {
        const value = row[i]!;
        moments[i]! += value * response;
        for (let j = 0; j <= i; j++) products[i * size + j]! += value * row[j]!;
      }
      rows++;
    }
  }
  if (rows < 10 * size) return undefined;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) products[j * size + i] = at(products, i * size + j);
    products[i * size + i]! *= 1 + RIDGE;
  }
  solveNormal(products, moments, size);
  return { ...shape, coef: moments, rows };
}

/** Returns the next `h` values of a series, each forecast standing in for the value where a later one looks back. */
export function pooledForecast(model: PooledModel, { y, origin }: PooledSeries, h: number): Float64Array | undefined {
  const n = y.length;
  if (n < at(model.lags, -1)) return undefined;
  const scale = scaleOf(y);
  const path = new Float64Array(n + h);
  path.set(interpolate(y));
  const scaled = { y: path, origin, scale };
  const row = new Float64Array(model.coef.length);
  for (let t = n; t < n + h; t++) {
    let value = fillRow(row, model, scaled, t);
    for (const [coefficient, regressor] of zip(model.coef, row)) value += scale * coefficient * regressor;
    path[t] = value;
  }
  return path.subarray(n);
}

/** Writes the regressors of y_t; returns the mean of the season before, NaN if a value is missing. */
function fillRow(
  row: Float64Array,
  { lags, period, harmonics }: Pick<PooledModel, "lags" | "period" | "harmonics">,
  { y, origin, scale }: PooledSeries & { readonly scale: number },
  t: number,
): number {
  const window = Math.min(at(lags, -1), Math.max(4, period));
  let level = 0;
  for (let back = 1; back <= window; back++) level += y[t - back]! / window;
  let column = 0;
  row[column++] = 1;
  let missing = false;
  for (const lag of lags) {
    const value = (y[t - lag]! - level) / scale;
    row[column++] = value;
    missing ||= Number.isNaN(value);
  }
  for (let k = 1; k <= harmonics; k++) {
    const turn = origin === null ? 0 : (2 * Math.PI * ((k * (origin + t)) % period)) / period;
    row[column++] = origin === null ? 0 : Math.sin(turn);
    row[column++] = origin === null ? 0 : Math.cos(turn);
  }
  return missing ? NaN : level;
}

/** Returns the mean size of the observed values; 1 where that is 0. */
function scaleOf(y: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const value of y)
    if (!Number.isNaN(value)) {
      sum += Math.abs(value);
      count++;
    }
  return sum > 0 ? sum / count : 1;
}
