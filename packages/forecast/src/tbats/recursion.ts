import type { System } from "./system.ts";

/** The input of a system from outside, besides the observations. */
export interface Forcing {
  /** Errors of another run; each adds `direction` times itself to the states. */
  readonly errors?: Float64Array;
  readonly direction?: Float64Array;
  /** Slopes of another run: each adds itself to level and slope, as a change of the damping does. */
  readonly slopes?: Float64Array;
}

/** The trace of a run: its errors, and the slope, or the expectation, before each observation. */
export interface Trace {
  readonly errors: Float64Array;
  readonly slopes?: Float64Array;
  readonly expected?: Float64Array;
}

/**
 * Runs a system over observations: at a missing value (NaN) the error is 0 and the states move
 * on. Being linear, the same run over derivatives gives derivatives.
 *
 * @param state - the states before the first observation; becomes those after the last
 */
export function run(
  { trend, damping, cos, sin, gain }: System,
  state: Float64Array,
  y: Float64Array,
  { errors: out, slopes: slopesOut, expected: expectedOut }: Trace,
  { errors, direction, slopes }: Forcing = {},
): void {
  const pairs = cos.length;
  const base = trend ? 2 : 1;
  let level = state[0]!;
  let slope = trend ? state[1]! : 0;
  const alpha = gain[0]!;
  const beta = trend ? gain[1]! : 0;
  let season = 0;
  for (let j = 0, at = base; j < pairs; j++, at += 2) season += state[at]!;
  for (let t = 0; t < y.length; t++) {
    if (slopesOut !== undefined) slopesOut[t] = slope;
    const drift = damping * slope;
    const expected = level + drift + season;
    if (expectedOut !== undefined) expectedOut[t] = expected;
    const observed = y[t]!;
    const error = observed === observed ? observed - expected : 0;
    out[t] = error;
    level += drift + alpha * error;
    slope = drift + beta * error;
    season = 0;
    if (errors === undefined || direction === undefined)
      for (let j = 0, at = base; j < pairs; j++, at += 2) {
        const a = state[at]!;
        const b = state[at + 1]!;
        const c = cos[j]!;
        const s = sin[j]!;
        season += state[at] = c * a + s * b + gain[at]! * error;
        state[at + 1] = c * b - s * a + gain[at + 1]! * error;
      }
    else {
      const force = errors[t]!;
      level += direction[0]! * force;
      if (trend) slope += direction[1]! * force;
      for (let j = 0, at = base; j < pairs; j++, at += 2) {
        const a = state[at]!;
        const b = state[at + 1]!;
        const c = cos[j]!;
        const s = sin[j]!;
        season += state[at] = c * a + s * b + gain[at]! * error + direction[at]! * force;
        state[at + 1] = c * b - s * a + gain[at + 1]! * error + direction[at + 1]! * force;
      }
    }
    if (slopes !== undefined) {
      level += slopes[t]!;
      slope += slopes[t]!;
    }
  }
  state[0] = level;
  if (trend) state[1] = slope;
}

/**
 * Computes the dependence of each error on the states before the first observation, with sign turned: a column for each
 * state.
 *
 * @param zeros - 0 for each observation, NaN where it is missing
 * @param columns - one array of the series' length for each state
 */
export function stateColumns(system: System, zeros: Float64Array, columns: readonly Float64Array[]): void {
  const state = new Float64Array(system.states);
  columns.forEach((column, i) => {
    state.fill(0);
    state[i] = -1;
    run(system, state, zeros, { errors: column });
  });
}

/**
 * Turns errors of the states into those of the ARMA process they are, in place: ε_t = d_t − Σ ar_i d_(t−i) −
 * Σ ma_j ε_(t−j), from zeros before the first. Zero where y is missing.
 */
export function whiten(
  ar: ArrayLike<number>,
  ma: ArrayLike<number>,
  d: Float64Array,
  y: Float64Array,
  scratch: Float64Array,
): void {
  const p = ar.length;
  const q = ma.length;
  if (p + q === 0) return;
  scratch.set(d);
  for (let t = 0; t < d.length; t++) {
    let value = scratch[t]!;
    for (let i = Math.min(p, t); i >= 1; i--) value -= ar[i - 1]! * scratch[t - i]!;
    for (let j = Math.min(q, t); j >= 1; j--) value -= ma[j - 1]! * d[t - j]!;
    d[t] = y[t] === y[t] ? value : 0;
  }
}
