import type { Fold } from "../measures/folds.ts";
import { checkInteger } from "../model/options.ts";
import { random } from "../stats/random.ts";
import { sampleOf } from "../stats/shuffled.ts";

/** The values to try, by option. */
export type GridValues = Readonly<Record<string, readonly unknown[]>>;
/** One value of each option. */
export type Candidate<G extends GridValues> = { readonly [Name in keyof G]: G[Name][number] };

/**
 * Returns all combinations of values, the last option changing fastest.
 *
 * @throws {RangeError} if an option has no values
 */
export function grid<const G extends GridValues>(values: G): Candidate<G>[] {
  return Array.from({ length: sizeOf(values) }, (_, index) => candidateAt(values, index));
}

/**
 * Returns `count` combinations of values, which the seed draws without repetition; all of them if there are no more.
 *
 * @param count - the number of combinations, at least 1
 * @throws {RangeError} if an option has no values, or the count is not allowed
 * @see Bergstra & Bengio (2012), "Random search for hyper-parameter optimization", JMLR 13
 */
export function sampleGrid<const G extends GridValues>(values: G, count: number, seed: number): Candidate<G>[] {
  checkInteger("count", count, 1);
  return sampleOf(sizeOf(values), count, random(seed)).map((index) => candidateAt(values, index));
}

function sizeOf(values: GridValues): number {
  return Object.entries(values).reduce((size, [name, list]) => {
    if (list.length === 0) throw new RangeError(`${name} has no values to try; give at least one`);
    return size * list.length;
  }, 1);
}

function candidateAt<G extends GridValues>(values: G, index: number): Candidate<G> {
  const chosen: Record<string, unknown> = {};
  let quotient = index;
  for (const [name, list] of Object.entries(values).reverse()) {
    chosen[name] = list[quotient % list.length];
    quotient = Math.floor(quotient / list.length);
  }
  return Object.fromEntries(Object.keys(values).map((name) => [name, chosen[name]])) as Candidate<G>;
}

/**
 * Returns out-of-fold predictions: for each row the prediction of a fit that has not seen it, averaged over the
 * repeats.
 *
 * @param folds - see `folds`
 * @param predict - fits to the training rows, and returns predictions for the held-out rows, in their order
 * @returns one value for each row up to the last one that is held out; NaN for a row that never is
 * @throws {RangeError} if `predict` does not return one value for each held-out row
 */
export function outOfFold(
  folds: readonly Fold[],
  predict: (training: readonly number[], holdout: readonly number[]) => ArrayLike<number>,
): Float64Array {
  const length = folds.reduce((most, { held }) => Math.max(most, 1 + (held.at(-1) ?? -1)), 0);
  const sums = new Float64Array(length);
  const counts = new Float64Array(length);
  for (const { training, held } of folds) {
    const predicted = predict(training, held);
    if (predicted.length !== held.length)
      throw new RangeError(
        `predict returned ${predicted.length} values; it must return one for each of ${held.length} rows`,
      );
    for (const [i, row] of held.entries()) {
      sums[row]! += predicted[i]!;
      counts[row]! += 1;
    }
  }
  return sums.map((sum, row) => sum / counts[row]!);
}

/** The result of tuning. */
export interface Tuned<C> {
  readonly best: C;
  /** Every candidate with its loss, in their order; NaN where it could not be fitted. */
  readonly trials: readonly { readonly candidate: C; readonly loss: number }[];
}

/**
 * Finds the candidate of least loss, the first among equals. A candidate whose loss throws a RangeError, or is NaN, is
 * not chosen. The best loss of a search is too optimistic: to measure the effect of tuning, tune within the training
 * rows of each outer fold (nested cross-validation).
 *
 * @throws {RangeError} if there is no candidate, or the first error if none could be fitted
 * @see Varma & Simon (2006), doi:10.1186/1471-2105-7-91
 */
export function tune<C>(candidates: readonly C[], loss: (candidate: C) => number): Tuned<C> {
  let first: RangeError | undefined;
  const trials = candidates.map((candidate) => {
    try {
      return { candidate, loss: loss(candidate) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      first ??= error;
      return { candidate, loss: NaN };
    }
  });
  const successes = trials.filter((trial) => !Number.isNaN(trial.loss));
  const [start, ...others] = successes;
  if (start === undefined)
    throw first ?? new RangeError("no candidate has a loss; give at least one that can be fitted");
  const best = others.reduce((least, trial) => (trial.loss < least.loss ? trial : least), start);
  return { best: best.candidate, trials };
}
