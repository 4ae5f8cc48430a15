import { type NelderMeadResult, nelderMeadTrials } from "../optimise/nelder-mead.ts";
import type { CesSeasonality, CesState } from "./ces-model.ts";
import type { Lanes } from "./lanes.ts";
import { openLanes } from "./open-lanes.ts";
import { backcast, type CesGains, copyMoving, gainsOf, type MovingState, settle, startMoving } from "./recursion.ts";
import { keepsSize, stable } from "./stability.ts";

/** Smoothing parameters (alpha and beta after each other) of the least sum of squared one-step errors. */
export interface CesEstimate {
  readonly x: Float64Array;
  readonly squares: number;
  readonly initial: CesState;
}

/** The starts of the searches: alpha and beta in the middle of the usual range. */
const STARTS: Readonly<Record<CesSeasonality, readonly (readonly number[])[]>> = {
  none: [
    [1.3, 0.99],
    [1.7, 1.0],
  ],
  simple: [
    [1.3, 0.99],
    [1.7, 1.0],
  ],
  partial: [[1.4, 0.98, 0.1]],
  full: [[1.4, 0.98, 1.2, 0.98]],
};

/** A search of the smoothing parameters of a form from one start. */
interface Search {
  readonly guess: MovingState;
  readonly trials: Generator<CesGains, NelderMeadResult, number>;
}

/**
 * Estimates the smoothing parameters of forms within the stable region by the downhill simplex method, as far as free-running
 * states keep their size: without that bound, one jump at the end of a series can make its forecasts explode. The initial states of each
 * trial are backcast: the recursion runs over the series, back over it from its last states, and forth again.
 *
 * @param y - observations, NaN where missing
 * @returns the estimate of each form
 */
export function estimate(y: Float64Array, forms: readonly CesSeasonality[], period: number): CesEstimate[] {
  const fits = forms.map((seasonality) => {
    const guess = startMoving(firstGuess(y, seasonality, period));
    const searches = STARTS[seasonality].map(
      (start): Search => ({ guess, trials: searchFrom(start, seasonality, y.length, period) }),
    );
    return { seasonality, guess, searches };
  });
  const lanes = openLanes(y, Math.max(...fits.map(({ guess }) => guess.season.length)));
  const points = searchInLanes(
    fits.flatMap(({ searches }) => searches),
    lanes,
  );
  return fits.map(({ seasonality, guess, searches }) => {
    const { x, value } = points.splice(0, searches.length).reduce((a, b) => (b.value < a.value ? b : a));
    const moving = copyMoving(guess);
    backcast(gainsOf(seasonality, x), guess, moving, y);
    return { x, squares: value, initial: settle(moving, seasonality === "none" ? 1 : period) };
  });
}

/** Yields the gains of the trials of a search that are allowed, and receives their sums of squared errors. */
function* searchFrom(
  start: readonly number[],
  seasonality: CesSeasonality,
  n: number,
  period: number,
): Generator<CesGains, NelderMeadResult, number> {
  const growth = Math.exp(GROWTH / Math.max(n, 2 * period));
  const trials = nelderMeadTrials(Float64Array.from(start), { step: STEPS.slice(0, start.length), tolerance: 1e-7 });
  let trial = trials.next();
  while (!trial.done) {
    const x = trial.value;
    const allowed = keepsSize(seasonality, x, period, growth) && stable(seasonality, x, period);
    trial = trials.next(allowed ? yield gainsOf(seasonality, x) : Infinity);
  }
  return trial.value;
}

/**
 * Runs searches, one in each lane at a time. The last come first: those of more parameters take longer, and the lanes end
 * together.
 *
 * @returns the best point of each search
 */
function searchInLanes(searches: readonly Search[], lanes: Lanes): NelderMeadResult[] {
  const points: NelderMeadResult[] = [];
  const queue = [...searches.entries()].reverse().values();
  const workers = [0, 1].map(function* (lane): Generator<CesGains, undefined, number> {
    for (const [i, { guess, trials }] of queue) {
      lanes.start(lane, guess);
      points[i] = yield* trials;
    }
  });
  let trials = workers.map((worker) => worker.next().value);
  while (trials.some((gains) => gains !== undefined)) {
    const squares = lanes.squares(trials);
    trials = trials.map((gains, lane) => (gains === undefined ? gains : workers[lane]!.next(squares[lane]!).value));
  }
  return points;
}

/** Free-running states may grow by a factor of e over the series, or two seasons if they are longer: enough for a trend. */
const GROWTH = 1;
const STEPS = [0.2, -0.05, 0.1, -0.05];

/** Returns levels from the first observed values; potentials that keep them where they are. */
export function firstGuess(y: Float64Array, seasonality: CesSeasonality, period: number): CesState {
  const middle = 1.3;
  const firstValues = y
    .filter((value) => value === value)
    .subarray(0, Math.max(2, seasonality === "none" ? 1 : period));
  const mean = firstValues.reduce((sum, value) => sum + value, 0) / firstValues.length;
  const level = seasonality === "simple" ? 0 : mean;
  const season: number[] = [];
  if (seasonality !== "none")
    for (let phase = 0; phase < period; phase++) {
      let t = phase;
      while (t < y.length && Number.isNaN(y[t]!)) t += period;
      season.push((t < y.length ? y[t]! : mean) - level);
    }
  return {
    level,
    potential: level / middle,
    season,
    seasonPotential: season.map((value) => (seasonality === "partial" ? 0 : value / middle)),
  };
}
