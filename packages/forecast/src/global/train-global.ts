import { checkInteger, checkOptions } from "../model/options.ts";
import { sampleQuantile } from "../stats/quantile.ts";
import { type BoostedTrees, boostedTrees, predictBoosted } from "../trees/boosted-trees.ts";
import { type GlobalFeatures, GlobalRows } from "./global-rows.ts";
import type { GlobalSeries } from "./origin.ts";

/** One model of many series: boosted trees on features of all series, and quantiles of their errors. */
export interface GlobalModel extends GlobalFeatures {
  readonly kind: "global-trees";
  readonly formatVersion: 1;
  readonly period: number;
  /** The number of steps ahead that it was trained for. */
  readonly horizon: number;
  /** Features that must be known ahead. */
  readonly known: readonly string[];
  /** Features that stay the same at every step. */
  readonly attributes: readonly string[];
  readonly trees: BoostedTrees;
  /** For each step, the quantiles of scaled errors at `ERROR_PROBABILITIES`. */
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
  /** The number of values at the end of each series that the trees do not learn from; default 0. */
  readonly holdout?: number;
  /** The most training rows, each an origin and a step; at most 2,000 of one series; default 400,000. */
  readonly rows?: number;
  /** The number of trees; default 200. */
  readonly rounds?: number;
}

/** Options of `GlobalTraining`: those of `trainGlobal`, and facts that it needs before the first series. */
export interface GlobalTrainingOptions extends GlobalOptions, GlobalFeatures {
  /** The number of series that will be added, at least 1. */
  readonly series: number;
}

const ROWS = 400_000;
/** The most rows of one series: origins that are close to each other tell the same. */
const ROWS_OF_SERIES = 2000;
/** The share by which origins of one series are shifted against those of the one before, so that they fill gaps evenly. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const ROUNDS = 200;
const RATE = 0.08;
const LEAVES = 31;
/** The fewest rows of a leaf. */
const LEAF_ROWS = 50;
/** The seasons that an origin needs before it. */
const LEAST_SEASONS = 2;
const FEWEST_VALUES = 4;

/**
 * Trains one model on all series. Boosted trees learn the values after origins spread over each series, from the past
 * of the series and from the features known ahead. Values are unitless: less the level at the origin, over the scale
 * there (see `writeOriginFeatures`). The step is a feature, so each step has its own forecast (direct multi-step).
 *
 * Quantiles of errors give the intervals. With a holdout they are errors over the last values of each series, which are
 * not learnt from. Without a holdout they are errors of the fit, which are too small.
 *
 * Each series that is long enough gives the same number of rows. Missing values are left out. The same series in the
 * same order give the same bits. The features are those of the first series.
 *
 * @throws {RangeError} if an option is not allowed, or no series is long enough
 * @see Montero-Manso & Hyndman (2021), doi:10.1016/j.ijforecast.2021.03.004 (global models); Ben Taieb, Bontempi, Atiya & Sorjamaa
 *   (2012), doi:10.1016/j.eswa.2012.01.039 (direct multi-step)
 */
export function trainGlobal(series: readonly GlobalSeries[], options: GlobalOptions): GlobalModel {
  const names = { period: true, horizon: true, holdout: true, rows: true, rounds: true } as const;
  checkOptions("trainGlobal", options, names, ["period", "horizon"]);
  const training = new GlobalTraining({
    ...options,
    series: Math.max(1, series.length),
    known: Object.keys(series[0]?.x ?? {}),
    attributes: Object.keys(series[0]?.attributes ?? {}),
  });
  for (const one of series) training.add(one);
  return training.train();
}

/**
 * The training of a global model (see `trainGlobal`) on series that come one after another. It keeps at most `rows`
 * rows of features to learn from, and as many again to measure errors.
 */
export class GlobalTraining {
  readonly #options: Required<GlobalTrainingOptions>;
  readonly #rows: GlobalRows;
  readonly #heldOut: GlobalRows;
  /** The step of each row of `#heldOut`. */
  readonly #steps: number[] = [];
  #added = 0;

  /** @throws {RangeError} if an option is not allowed */
  constructor(options: GlobalTrainingOptions) {
    const { period, horizon, holdout = 0, rows = ROWS, rounds = ROUNDS, series, known, attributes } = options;
    checkInteger("period", period, 1);
    checkInteger("horizon", horizon, 1);
    checkInteger("holdout", holdout, 0);
    checkInteger("rows", rows, 1);
    checkInteger("series", series, 1);
    this.#options = { period, horizon, holdout, rows, rounds, series, known, attributes };
    this.#rows = new GlobalRows(this.#options);
    this.#heldOut = new GlobalRows(this.#options);
  }

  /** Adds the rows of a series: from origins spread evenly over it, each with all steps or with every n-th step. */
  add(series: GlobalSeries): void {
    const { period, horizon, holdout, rows } = this.#options;
    const first = Math.max(FEWEST_VALUES, LEAST_SEASONS * period);
    const each = Math.min(ROWS_OF_SERIES, Math.max(1, Math.floor(rows / this.#options.series)));
    const stride = Math.max(1, Math.ceil(horizon / each));
    const most = Math.max(1, Math.floor(each / Math.ceil(horizon / stride)));
    const end = series.y.length - holdout;
    const origins = Math.min(most, end - first);
    // Few origins of each series are other days of the year in each.
    const phase = (this.#added * GOLDEN) % 1;
    for (let o = 0; o < origins; o++) {
      const at = end - 1 - Math.floor(((o + phase) * (end - first)) / origins);
      const steps: number[] = [];
      for (let step = 1 + ((this.#added + o) % stride); step <= Math.min(horizon, end - at); step += stride)
        steps.push(step);
      this.#rows.add(series, at, steps);
    }
    this.#addErrors(series);
    this.#added++;
  }

  /** Adds the rows that errors are measured on: from the origin before the holdout, or before the last steps. */
  #addErrors(series: GlobalSeries): void {
    const { horizon, holdout, rows } = this.#options;
    const h = this.#errorSteps;
    const at = series.y.length - (holdout > 0 ? holdout : horizon);
    // Of very many series some are enough.
    const every = Math.ceil((this.#options.series * h) / rows);
    if (at < FEWEST_VALUES || this.#added % every !== 0) return;
    const steps = Array.from({ length: h }, (_, j) => j + 1);
    this.#heldOut.add(series, at, steps);
    this.#steps.push(...steps);
  }

  get #errorSteps(): number {
    const { horizon, holdout } = this.#options;
    return holdout > 0 ? Math.min(horizon, holdout) : horizon;
  }

  /**
   * Returns the model.
   *
   * @param errors - quantiles of errors of another model, in place of this model's own
   * @throws {RangeError} if no series is long enough
   */
  train(errors?: GlobalModel["errors"]): GlobalModel {
    const { period, horizon, holdout, rounds, known, attributes } = this.#options;
    const { columns, target } = this.#rows;
    if (!target.some((value) => !Number.isNaN(value)))
      throw new RangeError(
        `none of ${this.#added} series has ${LEAST_SEASONS} seasons of ${period} values, and a value after them, before its last ${holdout}; use a shorter period or holdout`,
      );
    const trees = boostedTrees(columns, target, { rounds, rate: RATE, leaves: LEAVES, minRows: LEAF_ROWS });
    return {
      kind: "global-trees",
      formatVersion: 1,
      period,
      horizon,
      known,
      attributes,
      trees,
      errors: errors ?? this.#errorQuantiles(trees),
      series: this.#added,
    };
  }

  /** Returns quantiles of errors by step and its neighbours. */
  #errorQuantiles(trees: BoostedTrees): number[][] {
    const { columns, target } = this.#heldOut;
    const predicted = predictBoosted(trees, columns);
    const byStep = Array.from({ length: this.#errorSteps }, (): number[] => []);
    this.#steps.forEach((step, r) => {
      const error = target[r]! - predicted[r]!;
      if (!Number.isNaN(error)) byStep[step - 1]!.push(error);
    });
    // Few series have few errors at a step: those of steps near it tell as well.
    const reach = Math.ceil(ENOUGH / Math.max(1, this.#added));
    return byStep.map((_, j) => {
      const near = byStep.slice(Math.max(0, j - reach), j + reach + 1).flat();
      const sorted = Float64Array.from(near).sort();
      return ERROR_PROBABILITIES.map((p) => (sorted.length > 0 ? Number(sampleQuantile(sorted, p).toPrecision(6)) : 0));
    });
  }
}

/** Errors for a quantile of a step. */
const ENOUGH = 200;
