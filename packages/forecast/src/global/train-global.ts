import { checkInteger, checkOptions } from "../model/options.ts";
import { sampleQuantile } from "../stats/quantile.ts";
import { type BoostedTrees, boostedTrees, predictBoosted } from "../trees/boosted-trees.ts";
import { globalRows, type Place } from "./global-rows.ts";
import type { GlobalSeries } from "./origin.ts";

/** One model of many series: boosted trees on what series have in common, and the quantiles of their errors. */
export interface GlobalModel {
  readonly kind: "global-trees";
  readonly formatVersion: 1;
  readonly period: number;
  /** The steps ahead that it was trained on. */
  readonly horizon: number;
  /** Features that must be known ahead. */
  readonly known: readonly string[];
  readonly trees: BoostedTrees;
  /** For each step, the quantiles of errors over the scale at `ERROR_PROBABILITIES`. */
  readonly errors: readonly (readonly number[])[];
  /** The number of series that it was trained on. */
  readonly series: number;
}

/** Probabilities of the quantiles of errors. */
export const ERROR_PROBABILITIES: readonly number[] = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.995,
];

/** Options of `trainGlobal`. */
export interface GlobalOptions {
  /** Observations per season, an integer of at least 1. */
  readonly period: number;
  /** Steps to forecast, at least 1. */
  readonly horizon: number;
  /** The number of values at the end of each series that are not learnt from; default 0. */
  readonly holdout?: number;
  /** The most rows, of an origin and a step each, that are learnt from; default 400,000. */
  readonly rows?: number;
  /** The number of trees; default 200. */
  readonly rounds?: number;
}

const ROWS = 400_000;
const ROUNDS = 200;
const RATE = 0.08;
const LEAVES = 31;
/** The fewest rows of a leaf. */
const LEAF_ROWS = 50;
/** The seasons that an origin needs before it. */
const LEAST_SEASONS = 2;
const FEWEST_VALUES = 4;

/**
 * Trains one model on all series: for origins spread over each series, and the steps after them, boosted trees learn the value
 * from the past of the series and from what is known ahead. Both are unitless: less the level, over the scale at the origin (see
 * `writeOriginFeatures`). The step is a feature, so that each step has forecasts of its own (direct multi-step).
 *
 * Errors over the last values of each series give the quantiles of its intervals: over the holdout, which is not learnt from, or
 * without a holdout those of the fit, which are too small.
 *
 * Rows are the same number of each series that is long enough, and missing values are left out. The same series in the same order
 * give the same bits.
 *
 * @throws {RangeError} if an option is not allowed, or no series is long enough
 * @see Montero-Manso & Hyndman (2021), doi:10.1016/j.ijforecast.2021.03.004 (global models); Ben Taieb, Bontempi, Atiya & Sorjamaa
 *   (2012), doi:10.1016/j.eswa.2012.01.039 (direct multi-step)
 */
export function trainGlobal(series: readonly GlobalSeries[], options: GlobalOptions): GlobalModel {
  const names = { period: true, horizon: true, holdout: true, rows: true, rounds: true } as const;
  checkOptions("trainGlobal", options, names, ["period", "horizon"]);
  const { period, horizon, holdout = 0, rows = ROWS, rounds = ROUNDS } = options;
  checkInteger("period", period, 1);
  checkInteger("horizon", horizon, 1);
  checkInteger("holdout", holdout, 0);
  checkInteger("rows", rows, 1);
  const usable = Object.keys(series[0]?.x ?? {});
  const { columns, target } = globalRows(trainingPlaces(series, { period, horizon, holdout, rows }), period, usable);
  if (!target.some((value) => !Number.isNaN(value)))
    throw new RangeError(
      `none of ${series.length} series has ${LEAST_SEASONS} seasons of ${period} values, and a value after them, before its last ${holdout}`,
    );
  const trees = boostedTrees(columns, target, { rounds, rate: RATE, leaves: LEAVES, minRows: LEAF_ROWS });
  const errors = errorQuantiles(series, { period, horizon, known: usable, trees }, holdout);
  return {
    kind: "global-trees",
    formatVersion: 1,
    period,
    horizon,
    known: usable,
    trees,
    errors,
    series: series.length,
  };
}

/** Returns origins spread evenly over each series, each with all steps, or with every so many where there are too many series. */
function trainingPlaces(
  series: readonly GlobalSeries[],
  { period, horizon, holdout, rows }: Required<Omit<GlobalOptions, "rounds">>,
): Place[] {
  const first = Math.max(FEWEST_VALUES, LEAST_SEASONS * period);
  const each = Math.max(1, Math.floor(rows / Math.max(1, series.length)));
  const stride = Math.max(1, Math.ceil(horizon / each));
  const steps = Math.ceil(horizon / stride);
  const most = Math.max(1, Math.floor(each / steps));
  return series.flatMap((one, i) => {
    const end = one.y.length - holdout;
    const origins = Math.min(most, end - first);
    return Array.from({ length: Math.max(0, origins) }, (_, o) => {
      // The last origin leaves one step; those with all steps are as many as the series allows.
      const at = Math.max(first, Math.min(end - 1, end - 1 - Math.floor((o * (end - first)) / origins)));
      const places: Place[] = [];
      for (let step = 1 + ((i + o) % stride); step <= Math.min(horizon, end - at); step += stride)
        places.push({ series: one, at, step });
      return places;
    }).flat();
  });
}

/** Returns quantiles of errors from the origin before the holdout, or before the last steps, by step and its neighbours. */
function errorQuantiles(
  series: readonly GlobalSeries[],
  { period, horizon, known, trees }: Pick<GlobalModel, "period" | "horizon" | "known" | "trees">,
  holdout: number,
): number[][] {
  const h = holdout > 0 ? Math.min(horizon, holdout) : horizon;
  const places = series.flatMap((one) => {
    const at = one.y.length - (holdout > 0 ? holdout : h);
    return at < FEWEST_VALUES ? [] : Array.from({ length: h }, (_, j): Place => ({ series: one, at, step: j + 1 }));
  });
  const { columns, target } = globalRows(places, period, known);
  const predicted = predictBoosted(trees, columns);
  const byStep = Array.from({ length: h }, (): number[] => []);
  places.forEach(({ step }, r) => {
    const error = target[r]! - predicted[r]!;
    if (!Number.isNaN(error)) byStep[step - 1]!.push(error);
  });
  return byStep.map((_, j) => {
    // Few series have few errors at a step: those of steps near it tell as well.
    const reach = Math.ceil(ENOUGH / Math.max(1, series.length));
    const near = byStep.slice(Math.max(0, j - reach), j + reach + 1).flat();
    const sorted = Float64Array.from(near).sort();
    return ERROR_PROBABILITIES.map((p) => (sorted.length > 0 ? Number(sampleQuantile(sorted, p).toPrecision(6)) : 0));
  });
}

/** Errors for a quantile of a step. */
const ENOUGH = 200;
