import { cholesky } from "../linalg/cholesky.ts";
import { type Differencing, differenced } from "./differencing.ts";
import { exactLikelihood } from "./likelihood/exact.ts";
import { createLikelihoodWorkspace, type LikelihoodWorkspace } from "./likelihood/likelihood-workspace.ts";
import type { Arma } from "./polynomial.ts";

/** Missing values of a series as unknown coefficients: a column each that is 1 at its time and 0 elsewhere, differenced. */
export interface MissingValues {
  /** Number of missing values. */
  readonly count: number;
  /** The differenced series with any guess in the gaps, the differenced regressors, then a column per missing value. */
  readonly columns: readonly Float64Array[];
  work: LikelihoodWorkspace | undefined;
}

/** The exact likelihood of a series with missing values, and what was found on the way. */
export interface MissingLikelihood {
  readonly loglik: number;
  readonly beta: Float64Array;
  readonly squares: number;
  readonly count: number;
}

/** With more missing values than this the Kalman filter is the cheaper way. */
const MOST = 32;

/**
 * Prepares the missing values of a series for `missingLikelihood`.
 *
 * @param columns - the differenced series with its gaps filled by any guess, then the differenced regressors
 * @returns undefined if there are none or too many
 */
export function missingValues(
  series: Float64Array,
  columns: readonly Float64Array[],
  differencing: Differencing,
): MissingValues | undefined {
  const times = [...series.keys()].filter((t) => Number.isNaN(series[t]!));
  if (times.length === 0 || times.length > MOST) return undefined;
  const dummies = times.map((time) => {
    const dummy = new Float64Array(series.length);
    dummy[time] = 1;
    return differenced(dummy, differencing);
  });
  return { count: times.length, columns: [...columns, ...dummies], work: undefined };
}

/**
 * Returns the exact Gaussian log-likelihood of the observed values of a series, without a Kalman filter: the missing
 * ones are taken for unknown regression coefficients, and then integrated out with a flat prior, which takes one
 * observation each from the count and adds log|X'Ω⁻¹X| of their columns. The same number as the Kalman filter's that
 * skips them.
 *
 * @returns undefined where the observed values do not determine a missing one, or the model is not stationary
 * @see Gómez, Maravall & Peña (1999), Missing observations in ARIMA models: skipping approach versus additive outlier
 *   approach, doi:10.1016/S0304-4076(98)00036-0
 */
export function missingLikelihood(arma: Arma, missing: MissingValues, k: number): MissingLikelihood | undefined {
  const { columns, count: unknown } = missing;
  const n = columns[0]!.length;
  if (missing.work === undefined || missing.work.reach < k)
    missing.work = createLikelihoodWorkspace(n, k, columns.length);
  const { work } = missing;
  if (!(exactLikelihood(arma, columns, work) > -Infinity)) return undefined;
  const all = columns.length - 1;
  const observed = all - unknown;
  const block = new Float64Array(unknown * unknown);
  for (let i = 0; i < unknown; i++)
    for (let j = 0; j <= i; j++) block[i * unknown + j] = work.normal[(observed + i) * all + observed + j]!;
  if (!cholesky(block, unknown, block)) return undefined;
  let logDeterminant = work.logDeterminant;
  for (let i = 0; i < unknown; i++) logDeterminant += 2 * Math.log(block[i * unknown + i]!);
  const count = n - unknown;
  const { squares } = work;
  const loglik = (-count / 2) * (Math.log((2 * Math.PI * squares) / count) + 1) - logDeterminant / 2;
  return { loglik, beta: work.beta.slice(0, observed), squares, count };
}
