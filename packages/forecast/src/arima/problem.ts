import { interpolateSeasonal } from "../decompose/interpolate-seasonal.ts";
import { dwarfingLevel } from "../stats/dwarfing-level.ts";
import { type Differencing, differenced, integrationWeights } from "./differencing.ts";
import { type ConditionalWorkspace, createConditionalWorkspace } from "./likelihood/conditional-residuals.ts";
import { createLikelihoodWorkspace, type LikelihoodWorkspace } from "./likelihood/likelihood-workspace.ts";
import { type MissingValues, missingValues } from "./missing-values.ts";

/** A series ready to be fitted with ARMA models of several orders: differenced once, with its buffers. */
export interface ArimaProblem extends Differencing {
  /** The series on the model's scale (transformed) less `centre`, NaN where missing. */
  readonly series: Float64Array;
  /** The level that the estimated mean is counted from; 0 unless the level dwarfs the variation. */
  readonly centre: number;
  /** Regressors over the same times, undifferenced; mean or drift first if there is one. */
  readonly regressors: readonly Float64Array[];
  readonly delta: Float64Array;
  /** The differenced series (missing values interpolated along its season), then the differenced regressors, n values each. */
  readonly columns: readonly Float64Array[];
  readonly n: number;
  /** True if no value is missing, so that the exact likelihood needs no Kalman filter. */
  readonly complete: boolean;
  readonly observed: number;
  /** Observed values less those lost to differencing. */
  readonly nobs: number;
  /** The missing values, where there are some but few. */
  readonly missing: MissingValues | undefined;
  /** Buffers; grown when an order needs more. */
  readonly conditional: ConditionalWorkspace;
  likelihood: LikelihoodWorkspace | undefined;
}

/** Differences a series and its regressors. Buffers of the exact likelihood are made for `reach` lags. */
export function createProblem(
  original: Float64Array,
  regressors: readonly Float64Array[],
  differencing: Differencing,
  reach = 0,
): ArimaProblem {
  const { d, D, period } = differencing;
  const hasMean = d + D === 0 && regressors[0]?.every((value) => value === 1) === true;
  const centre = hasMean ? dwarfingLevel(original) : 0;
  const series = centre === 0 ? original : original.map((value) => value - centre);
  let observed = 0;
  for (let t = 0; t < series.length; t++) if (!Number.isNaN(series[t]!)) observed++;
  const complete = observed === series.length;
  const filled = complete ? series : interpolateSeasonal(series, { period });
  const columns = [filled, ...regressors].map((column) => differenced(column, differencing));
  const n = columns[0]!.length;
  return {
    d,
    D,
    period,
    series,
    centre,
    regressors,
    delta: integrationWeights(differencing),
    columns,
    n,
    complete,
    observed,
    nobs: observed - d - D * period,
    missing: missingValues(series, columns, differencing),
    conditional: createConditionalWorkspace(n),
    likelihood: reach > 0 ? createLikelihoodWorkspace(n, reach, columns.length) : undefined,
  };
}

/** Returns buffers for the exact likelihood of models that reach `k` lags. */
export function likelihoodWorkspace(problem: ArimaProblem, k: number): LikelihoodWorkspace {
  if (problem.likelihood === undefined || problem.likelihood.reach < k)
    problem.likelihood = createLikelihoodWorkspace(problem.n, k, problem.columns.length);
  return problem.likelihood;
}
