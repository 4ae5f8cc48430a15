import { createLevenbergMarquardt, type LeastSquares, type SquaresProblem } from "../optimise/levenberg-marquardt.ts";
import { admissible } from "./admissible.ts";
import type { EtsForm } from "./form.ts";
import { openSquares } from "./open-squares.ts";
import { SEASON, STATES } from "./squares.ts";

/**
 * Region of the smoothing parameters: the usual region 0 < beta < alpha < 1 and gamma < 1 − alpha, the admissible
 * region, in which the influence of old observations on forecasts fades, or both.
 */
export type EtsBounds = "usual" | "admissible" | "both";

/** Smoothing parameters that are given. */
export interface Given {
  readonly alpha: number | undefined;
  readonly beta: number | undefined;
  readonly gamma: number | undefined;
  readonly phi: number | undefined;
}

/** Tells whether to end a search after a step: by the point, its sum of squares, and the number of steps so far. */
export type GiveUp = (x: Float64Array, value: number, steps: number) => boolean;

/** A search for one form's parameters and initial states. */
export interface Estimator {
  readonly form: EtsForm;
  /** Returns the likelihood's sum of squares, as `EtsSquares` has it, at parameters and states in natural units. */
  value(x: Float64Array): number;
  /** Tells whether parameters in natural units are within bounds, if these say more than a box. */
  isAdmissible(x: Float64Array): boolean;
  /**
   * Searches from smoothing parameters and states, in natural units (see `plainSquares`).
   *
   * @param parts - whether the initial states are searched as well or stay those of the start
   * @param tolerance - ends where a step is expected to lower −2 log-likelihood by less
   * @param giveUp - ends after a step to a point, in natural units, for which this is true
   * @returns where it ended, in natural units; `value` as `EtsSquares` has it
   */
  run(
    start: Float64Array,
    parts: "smoothing" | "all",
    maxSteps: number,
    tolerance: number,
    giveUp?: GiveUp,
  ): LeastSquares;
}

/** Least and greatest of what is estimated, alpha, beta and gamma; phi's. As R's `ets` has them. */
const LEAST = 1e-4;
const GREATEST = 0.9999;
const PHI = [0.8, 0.98] as const;

/** Options of `createEstimator`. */
export interface EstimatorOptions {
  readonly bounds: EtsBounds;
  /** Smoothing parameters that are not estimated. */
  readonly given: Given;
  /** The sum of squares below which a fit counts as perfect. */
  readonly floor: number;
}

/**
 * Returns an estimator of a form's parameters. Under the usual bounds it searches shares, so that the bounds are a box:
 * beta is a share of [1e-4, alpha], gamma of [1e-4, 1 − alpha].
 */
export function createEstimator(
  form: EtsForm,
  y: Float64Array,
  period: number,
  { bounds, given, floor }: EstimatorOptions,
): Estimator {
  const squares = openSquares(form, y, period);
  const { size } = squares;
  const trend = form.trend !== "N";
  const seasonal = form.season !== "N";
  const usual = bounds !== "admissible";
  const lower = new Float64Array(size).fill(-Infinity);
  const upper = new Float64Array(size).fill(Infinity);
  const fix = (i: number, value: number) => {
    lower[i] = value;
    upper[i] = value;
  };
  const beta = trend ? given.beta : 0;
  const gamma = seasonal ? given.gamma : 0;
  lower[0] = Math.max(LEAST, trend ? (beta ?? 0) : 0);
  upper[0] = Math.min(usual ? GREATEST : 2, usual && seasonal && gamma !== undefined ? 1 - gamma : Infinity);
  lower[1] = usual ? 0 : LEAST;
  upper[1] = usual ? 1 : 4;
  lower[2] = usual ? 0 : LEAST;
  upper[2] = usual ? 1 : 2;
  [lower[3], upper[3]] = PHI;
  if (given.alpha !== undefined) fix(0, given.alpha);
  if (beta !== undefined) fix(1, beta);
  if (gamma !== undefined) fix(2, gamma);
  if (!form.damped) fix(3, 1);
  else if (given.phi !== undefined) fix(3, given.phi);
  if (!trend) fix(5, 0);
  if (form.trend === "M") lower[5] = 1e-3;
  if (form.season === "M") lower.fill(1e-6, SEASON);

  const shareBeta = usual && beta === undefined;
  const shareGamma = usual && gamma === undefined;
  const natural = new Float64Array(size);
  const toNatural = (x: Float64Array) => {
    natural.set(x);
    const alpha = x[0]!;
    if (shareBeta) natural[1] = LEAST + Math.max(0, alpha - LEAST) * x[1]!;
    if (shareGamma) natural[2] = LEAST + Math.max(0, 1 - alpha - LEAST) * x[2]!;
    return natural;
  };
  const isBox = bounds === "usual" || (bounds === "both" && !(trend && seasonal));
  const isAdmissible = (p: Float64Array) => isBox || admissible(p, seasonal ? period : 1, trend);
  let active = new Int32Array(0);
  const problem: SquaresProblem = {
    value(x) {
      const p = toNatural(x);
      return isAdmissible(p) ? squares.value(p) : Infinity;
    },
    normal(x, A, g) {
      const p = toNatural(x);
      if (!isAdmissible(p)) return Infinity;
      const value = squares.normal(p, A, g, active);
      if (!shareBeta && !shareGamma) return value;
      // dx = T dz, where T differs from the identity in the first column and in two diagonal entries.
      const betaByAlpha = shareBeta ? x[1]! : 0;
      const gammaByAlpha = shareGamma ? -x[2]! : 0;
      const betaByShare = shareBeta ? Math.max(0, x[0]! - LEAST) : 1;
      const gammaByShare = shareGamma ? Math.max(0, 1 - x[0]! - LEAST) : 1;
      for (let i = 0; i < size; i++) {
        const row = i * size;
        A[row]! += betaByAlpha * A[row + 1]! + gammaByAlpha * A[row + 2]!;
        A[row + 1]! *= betaByShare;
        A[row + 2]! *= gammaByShare;
      }
      for (let j = 0; j < size; j++) {
        A[j]! += betaByAlpha * A[size + j]! + gammaByAlpha * A[2 * size + j]!;
        A[size + j]! *= betaByShare;
        A[2 * size + j]! *= gammaByShare;
      }
      g[0]! += betaByAlpha * g[1]! + gammaByAlpha * g[2]!;
      g[1]! *= betaByShare;
      g[2]! *= gammaByShare;
      return value;
    },
  };
  const search = createLevenbergMarquardt(problem, size);
  const isOpen = (i: number) => lower[i]! < upper[i]!;
  const open = Int32Array.from(lower.keys()).filter(isOpen);
  const openSmoothing = open.filter((i) => i < STATES);
  const least = lower.slice();
  const most = upper.slice();
  const box = { all: { lower, upper, open }, smoothing: { lower: least, upper: most, open: openSmoothing } };
  return {
    form,
    value: squares.value,
    isAdmissible,
    run(start, parts, maxSteps, tolerance, giveUp) {
      const x = start.slice();
      const alpha = Math.min(upper[0]!, Math.max(lower[0]!, x[0]!));
      if (shareBeta) x[1] = alpha > LEAST ? (x[1]! - LEAST) / (alpha - LEAST) : 0.1;
      if (shareGamma) x[2] = 1 - alpha > LEAST ? (x[2]! - LEAST) / (1 - alpha - LEAST) : 0.1;
      least.set(x.subarray(STATES), STATES);
      most.set(x.subarray(STATES), STATES);
      active = box[parts].open;
      const optimum = search(x, {
        lower: box[parts].lower,
        upper: box[parts].upper,
        tolerance: tolerance / y.length,
        maxSteps,
        floor,
        giveUp: giveUp && ((x, value, steps) => giveUp(toNatural(x), value, steps)),
      });
      return { x: toNatural(optimum.x).slice(), value: optimum.value };
    },
  };
}
