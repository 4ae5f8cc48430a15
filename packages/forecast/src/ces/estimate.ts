import { nelderMead } from "../optimise/nelder-mead.ts";
import type { CesSeasonality, CesState } from "./ces-model.ts";
import { type CesGains, gainsOf, type MovingState, run, settle, startMoving } from "./recursion.ts";
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

/**
 * Estimates the smoothing parameters within the stable region by the downhill simplex method, as far as free-running
 * states keep their size: without that bound, one jump at the end of a series can make its forecasts explode. The initial states of each
 * trial are backcast: the recursion runs over the series, back over it from its last states, and forth again.
 *
 * @param y - observations, NaN where missing
 */
export function estimate(y: Float64Array, seasonality: CesSeasonality, period: number): CesEstimate {
  const guess = startMoving(firstGuess(y, seasonality, period));
  const moving: MovingState = {
    ...guess,
    season: new Float64Array(guess.season.length),
    seasonPotential: new Float64Array(guess.season.length),
  };
  const growth = Math.exp(GROWTH / Math.max(y.length, 2 * period));
  const squares = (x: Float64Array): number => {
    if (!keepsSize(seasonality, x, period, growth) || !stable(seasonality, x, period)) return Infinity;
    const gains = gainsOf(seasonality, x);
    backcast(gains, guess, moving, y);
    return run(gains, moving, y);
  };
  const candidates = STARTS[seasonality]
    .map((start) =>
      nelderMead(squares, Float64Array.from(start), { step: start.map((_, i) => STEPS[i]!), tolerance: 1e-7 }),
    )
    .reduce((a, b) => (b.value < a.value ? b : a));
  backcast(gainsOf(seasonality, candidates.x), guess, moving, y);
  return { x: candidates.x, squares: candidates.value, initial: settle(moving, seasonality === "none" ? 1 : period) };
}

/** Free-running states may grow by a factor of e over the series, or two seasons if they are longer: enough for a trend. */
const GROWTH = 1;
const STEPS = [0.2, -0.05, 0.1, -0.05];

/** Sets `moving` to the states before the first value. */
function backcast(gains: CesGains, guess: MovingState, moving: MovingState, y: Float64Array): void {
  moving.level = guess.level;
  moving.potential = guess.potential;
  moving.at = 0;
  moving.season.set(guess.season);
  moving.seasonPotential.set(guess.seasonPotential);
  run(gains, moving, y);
  run(gains, moving, y, -1);
}

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
