import type { EtsParameters, EtsState } from "./ets-model.ts";
import type { EtsForm } from "./form.ts";

/** States that move. The season's are indexed by time modulo the period, `at` being the next step's. */
export interface MovingState {
  level: number;
  slope: number;
  readonly season: Float64Array;
  at: number;
}

/** Returns a copy of a state that can move. */
export function startMoving({ level, slope, season }: EtsState): MovingState {
  return { level, slope, season: Float64Array.from(season), at: 0 };
}

/** Returns a moving state as plain data. */
export function settle({ level, slope, season, at }: MovingState): EtsState {
  return { level, slope, season: Array.from(season, (_, i) => season[(at + i) % season.length]!) };
}

/** Returns the one-step forecast from a state. */
export function expectation({ trend, season }: EtsForm, phi: number, state: MovingState): number {
  const { level, slope } = state;
  const q = trend === "N" ? level : trend === "A" ? level + phi * slope : level * slope ** phi;
  if (season === "N") return q;
  const s = state.season[state.at]!;
  return season === "A" ? q + s : q * s;
}

/**
 * Moves a state over one step whose observation was off its expectation by `error` (in the units of the series, for
 * multiplicative errors too: the recursions of both are then the same).
 *
 * @see Hyndman, Koehler, Ord & Snyder (2008), tables 2.2 and 2.3
 */
export function advance(form: EtsForm, parameters: EtsParameters, state: MovingState, error: number): void {
  const { trend, season } = form;
  const { alpha, beta, gamma, phi } = parameters;
  const { level } = state;
  const growth = trend === "A" ? phi * state.slope : trend === "M" ? state.slope ** phi : 0;
  const q = trend === "M" ? level * growth : level + growth;
  let change = error;
  if (season !== "N") {
    const s = state.season[state.at]!;
    if (season === "M") change = error / s;
    state.season[state.at] = s + gamma * (season === "M" ? error / q : error);
    if (++state.at === state.season.length) state.at = 0;
  }
  state.level = q + alpha * change;
  if (trend !== "N") state.slope = growth + beta * (trend === "M" ? change / level : change);
}

/** Moves a state over a series; a missing value moves it without error. Writes one-step forecasts to `expected`. */
export function smooth(
  form: EtsForm,
  parameters: EtsParameters,
  state: MovingState,
  y: Float64Array,
  expected?: Float64Array,
): void {
  for (let t = 0; t < y.length; t++) {
    const mu = expectation(form, parameters.phi, state);
    if (expected !== undefined) expected[t] = mu;
    const value = y[t]!;
    advance(form, parameters, state, value === value ? value - mu : 0);
  }
}
