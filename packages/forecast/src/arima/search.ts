import { informationCriteria } from "./arima-model.ts";
import { type Estimate, estimateConditional, estimateExact, exactEstimate, type Start } from "./estimate.ts";
import { ordinaryLeastSquares } from "./likelihood/conditional.ts";
import { type Arma, type ArmaOrder, rootsBeyond, zeroArma } from "./polynomial.ts";
import type { ArimaProblem } from "./problem.ts";

/** Criterion that a search minimises. */
export type InformationCriterion = "aicc" | "aic" | "bic";

/** An order with or without a constant (a mean or a drift). */
export interface Candidate {
  readonly p: number;
  readonly q: number;
  readonly P: number;
  readonly Q: number;
  readonly constant: boolean;
}

/** A tried candidate: its criterion (Infinity where it does not qualify) and the coefficients found. */
export interface Tried extends Candidate {
  readonly criterion: number;
  readonly estimate: Estimate | undefined;
  /** The exact fit, where a search by approximation needed one. */
  readonly exact?: Estimate | undefined;
}

/** Models that a search may try. */
export interface SearchSpace {
  readonly maxP: number;
  readonly maxQ: number;
  readonly maxSeasonalP: number;
  readonly maxSeasonalQ: number;
  readonly maxOrder: number;
  readonly period: number;
  /** True if the search may add or drop a constant; otherwise there is none. */
  readonly allowConstant: boolean;
  readonly criterion: InformationCriterion;
  /** Compare candidates by their conditional sum of squares instead of their exact likelihood. */
  readonly approximation: boolean;
  /** Give a candidate whose likelihood leads to roots near the unit circle a second start, from zeros. */
  readonly secondStart: boolean;
}

/** Roots nearer to the unit circle than this disqualify a candidate. */
const ROOT_LIMIT = 1.01;

/**
 * Autoregressive roots nearer to the unit circle than this by approximation are most often within `ROOT_LIMIT` by exact
 * likelihood.
 */
const DOUBTFUL = 1.03;

/** The number of candidates, the best by approximation, that are compared by exact likelihoods. */
const COMPARED = 15;

/**
 * A disqualified candidate with at most so many coefficients is fitted again from zeros: a search from conditional least
 * squares may end at the unit circle although there is an optimum inside.
 */
const FEW = 2;

/** A search over the orders of an ARMA model for one differenced series. */
export interface Search {
  readonly space: SearchSpace;
  readonly tried: Map<string, Tried>;
  /** The series with and without a constant among its regressors. */
  readonly problemOf: (constant: boolean) => ArimaProblem;
  /** Turns a conditional sum of squares into the scale of the exact criterion. */
  readonly offset: number;
  /** The first residual that conditional sums of squares count, the same for all candidates. */
  readonly compareFrom: number;
  /** True if an exact likelihood needs no Kalman filter. */
  readonly isExactCheap: boolean;
  best: Tried | undefined;
}

/** Begins a search. */
export function createSearch(space: SearchSpace, problemOf: (constant: boolean) => ArimaProblem): Search {
  const { complete, missing, n } = problemOf(false);
  return {
    space,
    tried: new Map(),
    problemOf,
    offset: space.approximation ? approximationOffset(space, problemOf) : 0,
    compareFrom: Math.min(space.maxP + space.period * space.maxSeasonalP, Math.floor(n / 2)),
    isExactCheap: complete || missing !== undefined,
    best: undefined,
  };
}

/** Returns −2 log L − n log σ² of the model without ARMA part, which the conditional criteria of all candidates share. */
function approximationOffset(space: SearchSpace, problemOf: (constant: boolean) => ArimaProblem): number {
  const problem = problemOf(false);
  const fit = estimateExact(problem, { p: 0, q: 0, P: 0, Q: 0, period: space.period });
  if (fit === undefined) return 0;
  return -2 * fit.loglik - problem.observed * Math.log(fit.squares / fit.count);
}

/** Returns the order of a candidate. */
export function orderOf({ p, q, P, Q }: Candidate, period: number): ArmaOrder {
  return { p, q, P, Q, period };
}

/** Returns coefficients to start a candidate's fit from: those of a neighbour, missing ones zero. */
function startFrom(parent: Tried | undefined, candidate: Candidate, problem: ArimaProblem): Start | undefined {
  if (parent?.estimate === undefined) return undefined;
  const arma = zeroArma(orderOf(candidate, problem.period));
  const from = parent.estimate.arma;
  for (const name of ["ar", "ma", "sar", "sma"] as const)
    for (let i = 0; i < Math.min(arma[name].length, from[name].length); i++) arma[name][i] = from[name][i]!;
  const same = parent.constant === candidate.constant;
  return { arma, beta: same ? parent.estimate.beta : ordinaryLeastSquares(problem.columns, problem.n) };
}

/** Returns the key of a candidate among those tried. */
export function keyOf({ p, q, P, Q, constant }: Candidate): string {
  return `${p},${q},${P},${Q},${constant}`;
}

/** Tries a candidate unless it has been; returns whether it is the new best. */
export function tryCandidate(search: Search, candidate: Candidate, parent: Tried | undefined): boolean {
  const { constant } = candidate;
  const key = keyOf(candidate);
  if (search.tried.has(key)) return false;
  const problem = search.problemOf(constant);
  const estimate = estimateCandidate(search, candidate, problem, parent);
  let criterion = Infinity;
  if (estimate !== undefined && isQualified(estimate.arma)) criterion = criterionOf(search, candidate, estimate, false);
  if (Number.isNaN(criterion)) criterion = Infinity;
  let exact: Estimate | undefined;
  if (estimate !== undefined && criterion < (search.best?.criterion ?? Infinity) && isDoubtful(search, estimate)) {
    // Without it, a search moves on among candidates that the exact likelihood disqualifies one after another.
    exact = fitExactly(search, candidate, estimate);
    if (exact === undefined || !isQualified(exact.arma)) criterion = Infinity;
  }
  const tried: Tried = { ...candidate, criterion, estimate, exact };
  search.tried.set(key, tried);
  if (search.best !== undefined && !(criterion < search.best.criterion)) return false;
  search.best = tried;
  return criterion < Infinity;
}

/** Returns whether a conditional fit has autoregressive roots that an exact fit may disqualify. */
function isDoubtful({ space, isExactCheap }: Search, { arma: { ar, sar, period } }: Estimate): boolean {
  if (!space.approximation || !isExactCheap) return false;
  const none = new Float64Array(0);
  return !rootsBeyond({ ar, sar, ma: none, sma: none, period }, DOUBTFUL);
}

/** Returns the exact fit of a candidate tried by approximation; undefined if it strays, or falls short of `hopeless`. */
export function fitExactly(
  search: Search,
  candidate: Candidate,
  start: Estimate | undefined,
  hopeless?: number,
): Estimate | undefined {
  return estimateExact(search.problemOf(candidate.constant), orderOf(candidate, search.space.period), {
    start,
    tolerance: 1e-4,
    accept: isQualified,
    hopeless,
  });
}

/** Returns whether a model's roots qualify it. */
export function isQualified(arma: Arma): boolean {
  return rootsBeyond(arma, ROOT_LIMIT);
}

/**
 * Returns the best candidates of a search by approximation in the order of their exact likelihoods at the conditional
 * estimates, which cost no search: sums of squares of models with and without a moving-average side may differ by more than
 * what the approximation tells of them.
 */
export function rankExactly(search: Search): Tried[] {
  const ranked = ranking(search);
  if (!search.isExactCheap) return ranked;
  return ranked
    .slice(0, COMPARED)
    .map((tried) => {
      const problem = search.problemOf(tried.constant);
      const exact = tried.exact ?? (tried.estimate && exactEstimate(problem, tried.estimate.arma));
      return { tried, value: exact === undefined ? Infinity : criterionOf(search, tried, exact, true) };
    })
    .sort((a, b) => a.value - b.value)
    .map(({ tried }) => tried);
}

function estimateCandidate(
  search: Search,
  candidate: Candidate,
  problem: ArimaProblem,
  parent: Tried | undefined,
): Estimate | undefined {
  const order = orderOf(candidate, search.space.period);
  const start = startFrom(parent, candidate, problem);
  if (search.space.approximation) {
    const { compareFrom } = search;
    const settings = { tolerance: 3e-6, rootLimit: ROOT_LIMIT, hopeless: squaresFor(search, candidate), compareFrom };
    const estimate = estimateConditional(problem, order, { ...settings, start });
    if (start !== undefined || order.p === 0 || order.q === 0) return estimate;
    // Mixed models have several optima: a persistent start often finds another one than zeros do.
    const other = estimateConditional(problem, order, { ...settings, start: persistent(order, problem) });
    return other !== undefined && estimate !== undefined && other.squares < estimate.squares ? other : estimate;
  }
  const conditional = estimateConditional(problem, order, { tolerance: 1e-4, rootLimit: ROOT_LIMIT });
  if (coefficientsOf(candidate, problem) + 2 >= problem.nobs) return undefined;
  const hopeless = loglikFor(search, candidate, search.best?.criterion ?? Infinity);
  return estimateExact(problem, order, {
    start: conditional,
    other: start,
    restart: search.space.secondStart || candidate.p + candidate.q + candidate.P + candidate.Q <= FEW,
    tolerance: 1e-3,
    hopeless,
    // The whole grid has no path to lose time on, and is asked for to miss nothing.
    patience: search.space.secondStart ? 2 : 1,
    accept: isQualified,
  });
}

/** Returns a start with a slowly decaying autocorrelation, most of it cancelled at short lags. */
function persistent(order: ArmaOrder, problem: ArimaProblem): Start {
  const arma = zeroArma(order);
  arma.ar[0] = 0.9;
  arma.ma[0] = -0.7;
  return { arma, beta: ordinaryLeastSquares(problem.columns, problem.n) };
}

function coefficientsOf({ p, q, P, Q }: Candidate, problem: ArimaProblem): number {
  return p + q + P + Q + problem.regressors.length;
}

/** Returns the criterion of a candidate, by approximation or (`exact`) from its log-likelihood. */
export function criterionOf(search: Search, candidate: Candidate, estimate: Estimate, exact: boolean): number {
  const problem = search.problemOf(candidate.constant);
  const { nobs } = problem;
  const { criterion } = search.space;
  const approximation = search.space.approximation && !exact;
  const loglik = approximation
    ? -(search.offset + nobs * Math.log(estimate.squares / estimate.count)) / 2
    : estimate.loglik;
  return informationCriteria(loglik, coefficientsOf(candidate, problem), nobs)[criterion];
}

/** Returns the conditional sum of squares above which a candidate is no better than the best so far. */
function squaresFor(search: Search, candidate: Candidate): number {
  const best = search.best?.criterion ?? Infinity;
  if (best === Infinity) return Infinity;
  const problem = search.problemOf(candidate.constant);
  const { nobs } = problem;
  const count = problem.n - candidate.p - problem.period * candidate.P;
  return count * Math.exp((-2 * loglikFor(search, candidate, best) - search.offset) / nobs);
}

/** Returns the candidates tried, best first; those that do not qualify are left out. */
export function ranking(search: Search): Tried[] {
  return [...search.tried.values()].filter((t) => t.criterion < Infinity).sort((a, b) => a.criterion - b.criterion);
}

/** Gives a candidate another criterion; the best is then found anew. */
export function revise(search: Search, tried: Tried, criterion: number): Tried {
  const revised = { ...tried, criterion };
  search.tried.set(keyOf(tried), revised);
  search.best = ranking(search)[0];
  return revised;
}

/** Returns the log-likelihood at which a candidate has a criterion; −Infinity where it cannot have it. */
export function loglikFor(search: Search, candidate: Candidate, criterion: number): number {
  const problem = search.problemOf(candidate.constant);
  const { nobs } = problem;
  const penalty = informationCriteria(0, coefficientsOf(candidate, problem), nobs)[search.space.criterion];
  return criterion < Infinity && penalty < Infinity ? (penalty - criterion) / 2 : -Infinity;
}
