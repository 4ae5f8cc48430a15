import { design, type Regressors, withoutGaps } from "../arima/regressors.ts";
import type { AnyModel, ModelOptions } from "../model/kind.ts";
import { endOfObserved, rowsOf } from "../model/missing-ends.ts";
import { checkInteger, checkOptions, type OptionNames } from "../model/options.ts";
import { type LeastSquares, leastSquares } from "../stats/least-squares.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { type LinearTerms, termColumns } from "./linear-terms.ts";

/** The options of `linearModel`. */
const NAMES: OptionNames<LinearOptions> = {
  intercept: true,
  trend: true,
  fourier: true,
  calendar: true,
  effects: true,
  holidays: true,
  lags: true,
  xreg: true,
  ridge: true,
};

/** Terms of the model. */
export interface LinearOptions extends LinearTerms {
  /** Lags of the series itself, each an integer of at least 1: y_{t-lag} as a regressor. */
  readonly lags?: readonly number[];
  /**
   * Regressors by name, one value for each time of the series; a time with a missing regressor (NaN) counts as missing.
   * `forecast` needs their future values.
   */
  readonly xreg?: Regressors;
  /** Penalty λ on Σ (coefficient × the column's standard deviation)², without the intercept; default 0. */
  readonly ridge?: number;
}

/** A fitted linear model. */
export interface LinearModel extends AnyModel {
  readonly kind: "linear";
  readonly formatVersion: 1;
  readonly terms: LinearTerms;
  readonly lags: readonly number[];
  readonly xreg: readonly string[];
  readonly ridge: number;
  /** Names, coefficients and standard errors of the columns in the model. */
  readonly names: readonly string[];
  readonly coef: readonly number[];
  readonly se: readonly number[];
  /** Columns that were left out because they are zero or a combination of earlier columns. */
  readonly dropped: readonly string[];
  /** Number of rows used, and that number less the (effective) number of coefficients. */
  readonly nobs: number;
  readonly df: number;
  /** Residual variance, rss / df. */
  readonly sigma2: number;
  readonly logLik: number | null;
  /** Null if it is not defined: for an exact fit, or too few rows. */
  readonly aicc: number | null;
  /** Rows of an upper triangle R⁻¹: the coefficients' covariance is σ² R⁻¹R⁻ᵀ. Empty for a model with lags. */
  readonly root: readonly (readonly number[])[];
  /**
   * Number of observations so far, and the last of them as far as the lags reach. Missing values are replaced by
   * expected ones.
   */
  readonly length: number;
  readonly last: readonly number[];
  /**
   * Number of values at the end of `last` that are expected values, for steps after the last observation; 0 when
   * absent.
   */
  readonly expected?: number;
}

/**
 * Fits a linear regression of a series on terms of time, its own lags and regressors, by least squares or ridge
 * regression.
 *
 * A row with a missing value (y or one of its lags) is left out. Columns that depend linearly on earlier ones are left
 * out and listed in `dropped`; they have no effect on forecasts. With ridge, `df` is the number of rows less the trace
 * of the hat matrix, and standard errors are σ √diag (X'X + λD)⁻¹ (the Bayesian reading of the penalty).
 *
 * @param y - observations, NaN where missing
 * @throws {RangeError} if a value is infinite, an option is out of range, or there are no more rows than coefficients
 * @see Hyndman & Athanasopoulos (2021), "Forecasting: Principles and Practice", chapter 7
 * @see Hoerl & Kennard (1970), doi:10.1080/00401706.1970.10488634
 */
export function linearModel(y: Series, options: LinearOptions = {}): LinearModel {
  checkOptions("linearModel", options, NAMES);
  checkSeries(toFloat64(y));
  const { lags = [] } = options;
  const { series: values, columns: xreg } = withoutGaps(toFloat64(y), options.xreg ?? {});
  const end = endOfObserved(values);
  // Rows without a value count for nothing, unless the next ones are expected by them.
  if (lags.length === 0 || end === values.length) return fit(values, { ...options, xreg });
  design(values.length, { mean: false, drift: false, xreg });
  const model = fit(values.subarray(0, end), { ...options, xreg: rowsOf(xreg, 0, end) });
  return updateLinear(model, values.subarray(end), { xreg: rowsOf(xreg, end, values.length) });
}

function fit(values: Float64Array, options: LinearOptions): LinearModel {
  const { lags = [], xreg, ridge = 0, ...given } = options;
  const terms: LinearTerms = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (!(ridge >= 0 && ridge < Infinity))
    throw new RangeError(`ridge is ${ridge}; it must be a finite number of at least 0`);
  for (const lag of lags) checkInteger("a lag", lag, 1);
  const { names, columns } = linearColumns({ terms, lags, xreg }, values, 0);
  if (new Set(names).size < names.length)
    throw new RangeError(`two columns are named ${names.find((name, j) => names.indexOf(name) < j)}; rename one`);
  const rows = Array.from(values, (_, t) => t).filter(
    (t) => !Number.isNaN(values[t]!) && columns.every((column) => !Number.isNaN(column[t]!)),
  );
  const response = Float64Array.from(rows, (t) => values[t]!);
  const used = columns.map((column) => Float64Array.from(rows, (t) => column[t]!));
  const solution = penalised(used, response, ridge, names[0] === "intercept" && terms.intercept !== false);
  const { kept } = solution;
  const nobs = rows.length;
  const coef = kept.map((j) => solution.coef[j]!);
  let rss = 0;
  response.forEach((value, t) => {
    let remainder = value;
    kept.forEach((j, i) => {
      remainder -= coef[i]! * used[j]![t]!;
    });
    rss += remainder * remainder;
  });
  const df = nobs - solution.size;
  if (!(df > 1e-9) || kept.length === 0)
    throw new RangeError(
      `${nobs} complete rows are not enough for ${kept.length} coefficients; use fewer terms or a longer series`,
    );
  const sigma2 = rss / df;
  // An exact fit leaves nothing but rounding, of which a likelihood makes no sense.
  const scale = response.reduce((sum, value) => sum + value * value, 0);
  const logLik = rss > 1e-24 * scale ? (-nobs / 2) * (Math.log((2 * Math.PI * rss) / nobs) + 1) : null;
  const count = solution.size + 1;
  const reach = Math.max(0, ...lags);
  const model: LinearModel = {
    kind: "linear",
    formatVersion: 1,
    terms,
    lags: [...lags],
    xreg: Object.keys(xreg ?? {}),
    ridge,
    names: kept.map((j) => names[j]!),
    coef,
    se: solution.root.map((row) => Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) * sigma2)),
    dropped: names.filter((_, j) => !kept.includes(j)),
    nobs,
    df,
    sigma2,
    logLik,
    aicc:
      logLik !== null && nobs - count - 1 > 0
        ? -2 * logLik + 2 * count + (2 * count * (count + 1)) / (nobs - count - 1)
        : null,
    root: lags.length > 0 ? [] : solution.root.map((row, i) => [...row.subarray(i)]),
    length: values.length,
    last: [],
  };
  if (reach === 0) return model;
  if (values.length < reach)
    throw new RangeError(`lag ${reach} needs more than the series' ${values.length} values; use a smaller lag`);
  return { ...model, last: lastValues(values, fittedValues(model, values, 0, [], xreg), reach) };
}

/** Returns the columns of a linear model over the times of `y`, lags included: NaN where a lag is not known. */
function linearColumns(
  { terms, lags, xreg }: { terms: LinearTerms; lags: readonly number[]; xreg: Regressors | undefined },
  y: Float64Array,
  first: number,
): { names: string[]; columns: Float64Array[] } {
  const termRows = termColumns(terms, first, y.length);
  const lagged = lags.map((lag) => y.map((_, t) => (t >= lag ? y[t - lag]! : NaN)));
  const regressorRows = design(y.length, { mean: false, drift: false, xreg });
  return {
    names: [...termRows.names, ...lags.map((lag) => `lag${lag}`), ...regressorRows.names],
    columns: [...termRows.columns, ...lagged, ...regressorRows.columns],
  };
}

/** Returns the least squares with ridge rows appended; `size` is the effective number of coefficients. */
function penalised(
  columns: Float64Array[],
  response: Float64Array,
  ridge: number,
  intercept: boolean,
): LeastSquares & { size: number } {
  if (ridge === 0) {
    const fit = leastSquares(columns, response);
    return { ...fit, size: fit.kept.length };
  }
  const n = response.length;
  const k = columns.length;
  const penalty = columns.map((column, j) => {
    if (j === 0 && intercept) return 0;
    const mean = column.reduce((sum, value) => sum + value, 0) / n;
    return (ridge * column.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / n;
  });
  const longer = columns.map((column, j) => {
    const result = new Float64Array(n + k);
    result.set(column);
    result[n + j] = Math.sqrt(penalty[j]!);
    return result;
  });
  const padded = new Float64Array(n + k);
  padded.set(response);
  const fit = leastSquares(longer, padded);
  let size = fit.kept.length;
  fit.root.forEach((row, i) => {
    size -= penalty[fit.kept[i]!]! * row.reduce((sum, value) => sum + value * value, 0);
  });
  return { ...fit, size };
}

/** Returns the part of a model that is known ahead: all but its lags, over `count` times from position `first`. */
export function knownPart(
  model: LinearModel,
  first: number,
  count: number,
  xreg: Regressors | undefined,
): { mean: Float64Array; columns: Float64Array[] } {
  const columnOf = (name: string) => {
    const column = xreg !== undefined && Object.hasOwn(xreg, name) ? xreg[name] : undefined;
    if (column === undefined)
      throw new RangeError(`the model has regressor ${JSON.stringify(name)}; give its ${count} values as xreg`);
    return column;
  };
  const regressors = Object.fromEntries(model.xreg.map((name) => [name, columnOf(name)]));
  const termRows = termColumns(model.terms, first, count);
  const regressorRows = design(count, { mean: false, drift: false, xreg: regressors });
  const names = [...termRows.names, ...regressorRows.names];
  const all = [...termRows.columns, ...regressorRows.columns];
  const mean = new Float64Array(count);
  const columns: Float64Array[] = [];
  model.names.forEach((name, i) => {
    const j = names.indexOf(name);
    if (j < 0) return;
    columns.push(all[j]!);
    for (let t = 0; t < count; t++) mean[t]! += model.coef[i]! * all[j]![t]!;
  });
  return { mean, columns };
}

/** Returns the coefficient of each lag that was kept. */
export function lagCoefficients(model: LinearModel): { lag: number; coef: number }[] {
  return model.lags.flatMap((lag) => {
    const i = model.names.indexOf(`lag${lag}`);
    return i < 0 ? [] : [{ lag, coef: model.coef[i]! }];
  });
}

/**
 * Returns one-step forecasts of `y`, which starts at position `first` and follows `before`; NaN where a lag is missing.
 */
export function fittedValues(
  model: LinearModel,
  y: Float64Array,
  first: number,
  before: readonly number[],
  xreg: Regressors | undefined,
): Float64Array {
  const { mean } = knownPart(model, first, y.length, xreg);
  for (const { lag, coef } of lagCoefficients(model))
    for (let t = 0; t < y.length; t++) mean[t]! += coef * (t >= lag ? y[t - lag]! : (before.at(t - lag) ?? NaN));
  return mean;
}

/** Moves a model on: by its place in time, and with lags by what was observed, or expected. */
export function updateLinear(model: LinearModel, newY: Float64Array, { xreg }: ModelOptions): LinearModel {
  const length = model.length + newY.length;
  if (model.lags.length === 0) return { ...model, length };
  const { mean } = knownPart(model, model.length, newY.length, xreg);
  const last = [...model.last];
  const lags = lagCoefficients(model);
  const { expected: before = 0, ...rest } = model;
  let expected = before;
  newY.forEach((value, t) => {
    let next = mean[t]!;
    for (const { lag, coef } of lags) next += coef * last[last.length - lag]!;
    last.push(Number.isNaN(value) ? next : value);
    expected = Number.isNaN(value) ? expected + 1 : 0;
  });
  const moved = { ...rest, length, last: last.slice(-model.last.length) };
  return expected > 0 ? { ...moved, expected } : moved;
}

/**
 * Returns the last `reach` values, missing ones as expected, or else the one before (the first observed one at the
 * start).
 */
function lastValues(y: Float64Array, expected: Float64Array, reach: number): number[] {
  const from = y.length - reach;
  let previous = y.find((value) => !Number.isNaN(value)) ?? NaN;
  for (let t = 0; t < from; t++) if (!Number.isNaN(y[t]!)) previous = y[t]!;
  const last: number[] = [];
  for (let t = from; t < y.length; t++) {
    const value = Number.isNaN(y[t]!) ? expected[t]! : y[t]!;
    if (!Number.isNaN(value)) previous = value;
    last.push(previous);
  }
  return last;
}
