import { checkOptions, type OptionNames } from "../model/options.ts";
import { isConstant } from "../stats/constant.ts";
import { boxCox } from "../time/box-cox.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../time/series.ts";
import type { ArimaModel } from "./arima-model.ts";
import { assembleModel, constantModel } from "./assemble.ts";
import { chooseDifferences, withoutRegression } from "./choose-differences.ts";
import { type Differencing, differenced, isExhausted } from "./differencing.ts";
import { type Estimate, estimateConditional, estimateExact } from "./estimate.ts";
import { fitBetween } from "./fit-between.ts";
import { fitOrder } from "./fit-order.ts";
import { ordinaryLeastSquares } from "./likelihood/conditional.ts";
import { armaOf, betaOf } from "./model-parts.ts";
import { createProblem } from "./problem.ts";
import { checkRank, design, type Regressors } from "./regressors.ts";
import {
  createSearch,
  criterionOf,
  fitExactly,
  type InformationCriterion,
  isQualified,
  loglikFor,
  orderOf,
  rankExactly,
  revise,
  type Search,
  type Tried,
} from "./search.ts";
import { searchGrid, searchStepwise } from "./stepwise.ts";

/** The options of `autoArima`. */
const NAMES: OptionNames<AutoArimaOptions> = {
  period: true,
  d: true,
  D: true,
  maxP: true,
  maxQ: true,
  maxSeasonalP: true,
  maxSeasonalQ: true,
  maxOrder: true,
  maxD: true,
  maxSeasonalD: true,
  startP: true,
  startQ: true,
  startSeasonalP: true,
  startSeasonalQ: true,
  stationary: true,
  seasonal: true,
  stepwise: true,
  approximation: true,
  ic: true,
  test: true,
  seasonalTest: true,
  searchFrom: true,
  allowDrift: true,
  allowMean: true,
  xreg: true,
  lambda: true,
  biasAdjust: true,
};

/** Settings of `autoArima`; the defaults are those published with the algorithm. */
export interface AutoArimaOptions {
  /** Observations per season, an integer ≥ 1; default 1. */
  readonly period?: number;
  /** Differences at lag 1 and at the seasonal lag; chosen by the tests when left out. */
  readonly d?: number;
  readonly D?: number;
  /** The most coefficients of each kind; default autoregressive 5, moving-average 5, seasonal 2 and 2. */
  readonly maxP?: number;
  readonly maxQ?: number;
  readonly maxSeasonalP?: number;
  readonly maxSeasonalQ?: number;
  /** The most coefficients of all four kinds together if `stepwise` is false; default 5. */
  readonly maxOrder?: number;
  /** The most differences that the tests may choose; default 2, seasonal 1. */
  readonly maxD?: number;
  readonly maxSeasonalD?: number;
  /** The orders that the stepwise search starts with; default 2 and 2, seasonal 1 and 1. */
  readonly startP?: number;
  readonly startQ?: number;
  readonly startSeasonalP?: number;
  readonly startSeasonalQ?: number;
  /** True for models of the undifferenced series alone; default false. */
  readonly stationary?: boolean;
  /** True to try seasonal models; default true. */
  readonly seasonal?: boolean;
  /** True to search from neighbour to neighbour, false to search the whole grid; default true. */
  readonly stepwise?: boolean;
  /**
   * True to compare models by conditional sums of squares. Default true for more than 150 values or a period above 12,
   * unless more than a tenth of at most 1,000 values are missing.
   */
  readonly approximation?: boolean;
  /** Criterion to minimise; default "aicc". */
  readonly ic?: InformationCriterion;
  readonly test?: "kpss" | "adf" | "pp";
  readonly seasonalTest?: "seas" | "ocsb";
  /** True if a drift or a mean may be part of the model; default true. */
  readonly allowDrift?: boolean;
  readonly allowMean?: boolean;
  /**
   * Regressors by name, one value for each time of the series; a time with a missing regressor (NaN) counts as missing.
   */
  readonly xreg?: Regressors;
  /** Box–Cox exponent of the scale to model on; no transformation when left out. */
  readonly lambda?: number;
  readonly biasAdjust?: boolean;
  /**
   * A model of the start of the series, such as the values before a holdout. The stepwise search starts at its order
   * and costs less. It is ignored if the tests choose other differences.
   */
  readonly searchFrom?: ArimaModel;
}

/** A series with fewer observed values is not searched: its model is its mean. */
const SHORTEST = 5;

/** The order of a model that is its mean. */
const MEAN_ONLY = { p: 0, d: 0, q: 0, P: 0, D: 0, Q: 0, period: 1 };

/**
 * With a greater share of missing values, conditional sums of squares are mostly those of the interpolation: they prefer
 * orders that the exact likelihood then disqualifies one after another.
 */
const MOST_INTERPOLATED = 0.1;

/** A longer series is not searched by exact likelihoods with missing values, which take a Kalman filter each. */
const LONGEST_FILTERED = 1000;

/** Most times that a search continues after its best model was disqualified. */
const MOST_ROUNDS = 30;

/** Most models, the best by approximation, that are fitted exactly before one is chosen. */
const REFITS = 3;

/**
 * Returns the best seasonal ARIMA model of a series by AICc, with the algorithm of Hyndman & Khandakar. A KPSS test and
 * the seasonal strength choose the differences. A stepwise search from four models then chooses orders and constant,
 * and leaves out models with roots near the unit circle. For long series the search compares conditional sums of
 * squares, and the best few models are fitted by exact maximum likelihood. If more than a tenth of at most 1,000 values
 * are missing, every model is fitted exactly.
 *
 * @param y - observations, NaN where missing. A constant series, or one of fewer than 5 observed values, gets its mean
 *   as the model. A series too short for a season of `period` values counts as non-seasonal.
 * @throws {RangeError} if nothing is observed, a value is infinite or an option is not allowed
 * @see Hyndman & Khandakar (2008), doi:10.18637/jss.v027.i03
 */
export function autoArima(y: Series, options: AutoArimaOptions = {}): ArimaModel {
  checkOptions("autoArima", options, NAMES);
  checkPeriod(options.period ?? 1);
  const original = toFloat64(y);
  checkSeries(original, 1);
  const { lambda, xreg } = options;
  const series = lambda === undefined ? original : boxCox(original, lambda);
  return fitBetween(series, xreg, (observed, rows) => chooseArima(observed, rows, options));
}

/**
 * Returns the best model of a series on the model's scale, from its first observation to its last; options are not
 * checked.
 */
export function chooseArima(series: Float64Array, xreg: Regressors | undefined, options: AutoArimaOptions): ArimaModel {
  const { seasonal = true, stationary = false, lambda, biasAdjust = false, stepwise = true, ic = "aicc" } = options;
  const observed = checkSeries(series, 1);
  const period = seasonal && observed > (options.period ?? 1) ? (options.period ?? 1) : 1;
  const scale = { lambda, biasAdjust, method: "CSS-ML" } as const;
  const allowMean = options.allowMean ?? true;
  const regressorColumns = design(series.length, { mean: false, drift: false, xreg });
  if (observed < SHORTEST && xreg === undefined && !isConstant(series))
    return fitOrder(series, MEAN_ONLY, { mean: allowMean, drift: false, xreg, ...scale });
  if (xreg === undefined && isConstant(series))
    return constantModel(series, { d: 0, D: 0, period }, { mean: allowMean, drift: false, ...scale });
  checkRank(design(series.length, { mean: regressorColumns.columns.length > 0, drift: false, xreg }), {
    d: 0,
    D: 0,
    period,
  });
  const { d, D } = chooseDifferences(withoutRegression(series, regressorColumns.columns), period, stationary, options);
  const differencing = { d, D, period };
  checkRank(regressorColumns, differencing);
  const mean = d + D === 0 && allowMean;
  const drift = d + D === 1 && (options.allowDrift ?? true);
  const w = differenced(series, differencing);
  if (xreg === undefined && isExhausted(w, differencing, observed === series.length))
    return constantModel(series, differencing, { mean, drift, ...scale });

  const most = Math.floor(observed / 3);
  const isLong = series.length > 150 || period > 12;
  const isInterpolated = observed < (1 - MOST_INTERPOLATED) * series.length && series.length <= LONGEST_FILTERED;
  const mostSeasonal = Math.floor(observed / 3 / period);
  const space = {
    maxP: Math.min(options.maxP ?? 5, most),
    maxQ: Math.min(options.maxQ ?? 5, most),
    maxSeasonalP: Math.min(options.maxSeasonalP ?? 2, mostSeasonal),
    maxSeasonalQ: Math.min(options.maxSeasonalQ ?? 2, mostSeasonal),
    maxOrder: options.maxOrder ?? 5,
    period,
    allowConstant: mean || drift,
    criterion: ic,
    approximation: options.approximation ?? (isLong && !isInterpolated),
    secondStart: !stepwise,
  };
  const reach = Math.max(
    space.maxP + Math.min(1, space.maxSeasonalP) * period,
    space.maxQ + Math.min(1, space.maxSeasonalQ) * period,
  );
  const parts = [false, true].map((constant) => {
    const flags = { mean: constant && mean, drift: constant && drift };
    const regression = design(series.length, { ...flags, xreg });
    return { flags, regression, problem: createProblem(series, regression.columns, differencing, reach) };
  });
  const search = createSearch(space, (constant) => parts[Number(constant)]!.problem);
  const { startP = 2, startQ = 2, startSeasonalP = 1, startSeasonalQ = 1 } = options;
  const start = { p: startP, q: startQ, P: startSeasonalP, Q: startSeasonalQ };
  const earlier = options.searchFrom && triedBefore(options.searchFrom, search, differencing);
  const { tried, estimate } = finish(search, () =>
    stepwise ? searchStepwise(search, start, earlier) : searchGrid(search),
  );
  const { flags, regression, problem } = parts[Number(tried.constant)]!;
  return assembleModel(problem, orderOf(tried, period), estimate, regression.names, { ...flags, ...scale });
}

/** Returns an earlier model as a candidate of a search; undefined if it has other differences. */
function triedBefore(model: ArimaModel, search: Search, { d, D, period }: Differencing): Tried | undefined {
  const { order, coef } = model;
  if (order.d !== d || order.D !== D || order.period !== period) return undefined;
  const constant = search.space.allowConstant && ("intercept" in coef || "drift" in coef);
  const { columns, centre, n } = search.problemOf(constant);
  const coefficients = Float64Array.from(betaOf(model));
  if ("intercept" in coef) coefficients[0]! -= centre;
  const beta = coefficients.length === columns.length - 1 ? coefficients : ordinaryLeastSquares(columns, n);
  const estimate = { arma: armaOf(model), beta, loglik: Number.NaN, squares: Number.NaN, count: n };
  return { p: order.p, q: order.q, P: order.P, Q: order.Q, constant, criterion: Infinity, estimate };
}

/** A candidate that was fitted exactly and qualifies. */
interface Choice {
  readonly tried: Tried;
  readonly estimate: Estimate;
  readonly criterion: number;
}

/** Searches, fits the best candidate exactly, and returns it with the last digits of its likelihood. */
function finish(search: Search, explore: () => void): { tried: Tried; estimate: Estimate } {
  const best = search.space.approximation ? chooseByApproximation(search, explore) : chooseExactly(search, explore);
  if (best !== undefined) {
    const { tried } = best;
    const start = best.estimate;
    const polished = estimateExact(search.problemOf(tried.constant), orderOf(tried, search.space.period), {
      start,
      tolerance: 1e-7,
    });
    const better = polished !== undefined && polished.loglik > start.loglik && isQualified(polished.arma);
    return { tried, estimate: better ? polished : start };
  }
  // Nothing qualifies: the model without ARMA part always has a likelihood.
  const tried: Tried = {
    p: 0,
    q: 0,
    P: 0,
    Q: 0,
    constant: search.space.allowConstant,
    criterion: Infinity,
    estimate: undefined,
  };
  const problem = search.problemOf(tried.constant);
  const order = orderOf(tried, search.space.period);
  const estimate = estimateExact(problem, order) ?? estimateConditional(problem, order);
  if (estimate === undefined)
    throw new RangeError(
      `the series has ${problem.observed} observed values; that is too few for any ARIMA model with d = ${problem.d}, D = ${problem.D}`,
    );
  return { tried, estimate };
}

/** Searches by approximation, then fits the best few candidates exactly and returns the best; where none qualifies, the search goes on. */
function chooseByApproximation(search: Search, explore: () => void): Choice | undefined {
  // With many missing values a likelihood costs a hundred times as much: only the best candidate is fitted.
  const refits = search.isExactCheap ? REFITS : 1;
  let best: Choice | undefined;
  let fits = 0;
  for (let round = 0; round < MOST_ROUNDS && best === undefined; round++) {
    explore();
    const ranked = rankExactly(search);
    if (ranked.length === 0) break;
    for (const tried of ranked) {
      const hopeless = best && loglikFor(search, tried, best.criterion);
      const choice = choiceOf(search, tried, tried.exact ?? fitExactly(search, tried, tried.estimate, hopeless));
      fits++;
      if (choice === undefined) revise(search, tried, Infinity);
      else if (best === undefined || choice.criterion < best.criterion) best = choice;
      if (best !== undefined && fits >= refits) break;
    }
  }
  return best;
}

/**
 * Searches by exact likelihoods and fits the best candidate closely. Where that shows it to be worse than the next best, or
 * disqualifies it, the search goes on from that one.
 */
function chooseExactly(search: Search, explore: () => void): Choice | undefined {
  let best: Choice | undefined;
  for (let round = 0; ; round++) {
    if (round < MOST_ROUNDS) explore();
    const tried = search.best;
    if (tried === undefined || tried.criterion === Infinity) return best;
    const estimate = estimateExact(search.problemOf(tried.constant), orderOf(tried, search.space.period), {
      start: tried.estimate,
      restart: true,
      tolerance: 1e-6,
      accept: isQualified,
      hopeless: best && loglikFor(search, tried, best.criterion),
    });
    const choice = choiceOf(search, tried, estimate);
    if (choice !== undefined && (best === undefined || choice.criterion < best.criterion)) best = choice;
    const again = revise(search, tried, choice?.criterion ?? Infinity);
    if (search.best === again && choice !== undefined) return best;
  }
}

/** Returns a candidate with its exact fit and criterion; undefined if its roots do not qualify it. */
function choiceOf(search: Search, tried: Tried, estimate: Estimate | undefined): Choice | undefined {
  if (estimate === undefined || !isQualified(estimate.arma)) return undefined;
  return { tried, estimate, criterion: criterionOf(search, tried, estimate, true) };
}
