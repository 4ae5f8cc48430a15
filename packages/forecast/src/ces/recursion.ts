import type { CesSeasonality, CesState } from "./ces-model.ts";

/** The effect of one step on a complex state (value, potential), given the one-step error. */
export interface Gains {
  /** Of the error, to the value and to its potential. */
  readonly value: number;
  readonly potential: number;
  /** The share of the potential that leaves the value. */
  readonly outflow: number;
  /** The share of the value and of the potential in the next potential. */
  readonly inflow: number;
  readonly keep: number;
}

/** The gains of the level (lag 1) and of the season (lag of a period). */
export interface CesGains {
  readonly level: Gains;
  readonly season: Gains;
}

const ABSENT: Gains = { value: 0, potential: 0, outflow: 0, inflow: 0, keep: 0 };

function complex(real: number, imaginary: number): Gains {
  return {
    value: real - imaginary,
    potential: real + imaginary,
    outflow: 1 - imaginary,
    inflow: 1,
    keep: 1 - real,
  };
}

/** Returns the gains of smoothing parameters, alpha and beta after each other. */
export function gainsOf(seasonality: CesSeasonality, x: ArrayLike<number>): CesGains {
  const alpha = complex(x[0]!, x[1]!);
  if (seasonality === "none") return { level: alpha, season: ABSENT };
  if (seasonality === "simple") return { level: ABSENT, season: alpha };
  if (seasonality === "partial") return { level: alpha, season: { ...ABSENT, value: x[2]! } };
  return { level: alpha, season: complex(x[2]!, x[3]!) };
}

/** States that `run` moves; the season has one place a phase, and `at` is the next step's. Zeros where there is none. */
export interface MovingState {
  level: number;
  potential: number;
  readonly season: Float64Array;
  readonly seasonPotential: Float64Array;
  at: number;
}

export function startMoving({ level, potential, season, seasonPotential }: CesState): MovingState {
  const period = Math.max(1, season.length);
  const places = (values: readonly number[]) => {
    const out = new Float64Array(period);
    out.set(values);
    return out;
  };
  return { level, potential, season: places(season), seasonPotential: places(seasonPotential), at: 0 };
}

/** Returns a copy that a run moves. */
export function copyMoving(state: MovingState): MovingState {
  return { ...state, season: state.season.slice(), seasonPotential: state.seasonPotential.slice() };
}

/** Returns the states as plain data, seasons from the next step on. */
export function settle({ level, potential, season, seasonPotential, at }: MovingState, period: number): CesState {
  const ordered = (values: Float64Array) =>
    period > 1 ? Array.from(values, (_, i) => values[(at + i) % period]!) : [];
  return { level, potential, season: ordered(season), seasonPotential: ordered(seasonPotential) };
}

/**
 * Runs the recursion over values; at a missing one (NaN) the states move on without error.
 *
 * @param direction - −1 runs from the last value to the first
 * @param out - gets the one-step forecasts
 * @returns the sum of squared one-step errors
 */
export function run(
  { level: a, season: b }: CesGains,
  state: MovingState,
  y: Float64Array,
  direction: 1 | -1 = 1,
  out?: Float64Array,
): number {
  const { season, seasonPotential } = state;
  const period = season.length;
  const n = y.length;
  let { level, potential, at } = state;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const t = direction === 1 ? i : n - 1 - i;
    if (direction === -1 && --at < 0) at = period - 1;
    const s = season[at]!;
    const expected = level + s;
    if (out !== undefined) out[t] = expected;
    const observed = y[t]!;
    const error = observed === observed ? observed - expected : 0;
    squares += error * error;
    const next = level - a.outflow * potential + a.value * error;
    potential = a.inflow * level + a.keep * potential + a.potential * error;
    level = next;
    const p = seasonPotential[at]!;
    season[at] = s - b.outflow * p + b.value * error;
    seasonPotential[at] = b.inflow * s + b.keep * p + b.potential * error;
    if (direction === 1 && ++at === period) at = 0;
  }
  state.level = level;
  state.potential = potential;
  state.at = at;
  return squares;
}

/** Sets `moving` to the states before the first value: those after a run over the series from a guess, and back over it. */
export function backcast(gains: CesGains, guess: MovingState, moving: MovingState, y: Float64Array): void {
  moving.level = guess.level;
  moving.potential = guess.potential;
  moving.at = 0;
  moving.season.set(guess.season);
  moving.seasonPotential.set(guess.seasonPotential);
  run(gains, moving, y);
  run(gains, moving, y, -1);
}
