import { type Arma, armaReach } from "../polynomial.ts";
import { createPresample, fillPresample, type Presample } from "./presample.ts";

/**
 * The filter of a complete ARMA series after some of its values: the predicted forcings of the next k steps, and the
 * vectors from which all later gains follow without a covariance matrix.
 */
export interface InnovationState {
  /** E(nu | values so far), k values; the first is the next value's forecast. */
  a: Float64Array;
  /** Change of `a` by an error of 1 over `variance`. */
  gain: Float64Array;
  /** The direction in which the state's covariance still shrinks, and by how much: its change is scale·s s'. */
  shrinking: Float64Array;
  scale: number;
  /** The next error's variance, in units of sigma². */
  variance: number;
}

/** Takes one step of the forcings: nu_a ← nu_(a+1) + phi_a nu_1, in place. */
export function advance(phi: Float64Array, k: number, x: Float64Array): void {
  const first = k > 0 ? x[0]! : 0;
  for (let a = 0; a + 1 < k; a++) x[a] = x[a + 1]! + phi[a]! * first;
  if (k > 0) x[k - 1] = phi[k - 1]! * first;
}

/**
 * Returns the state before the first value, of a stationary model.
 *
 * @returns undefined if the model is not stationary
 */
export function initialInnovationState(arma: Arma): { state: InnovationState; presample: Presample } | undefined {
  const { k } = armaReach(arma);
  const presample = createPresample(k);
  if (!fillPresample(arma, presample)) return undefined;
  const { phi, theta, row } = presample;
  const gain = new Float64Array(k);
  for (let a = 0; a < k; a++) gain[a] = row[a]!;
  advance(phi, k, gain);
  for (let a = 0; a < k; a++) gain[a]! += phi[a]! + theta[a]!;
  const variance = 1 + (k > 0 ? row[0]! : 0);
  return {
    state: { a: new Float64Array(k), gain, shrinking: Float64Array.from(gain), scale: -1 / variance, variance },
    presample,
  };
}

/**
 * Moves the state over one observed value.
 *
 * For a stationary model the covariance of the state changes by a matrix of rank one from step to step, P_(t+1) − P_t =
 * M s s', and the gain K, the error variance F, s and M obey K ← K + M z Ts, F ← F + M z², s ← Ts − (z/F)K, M ← M F/F′
 * with z = s_1 and T the transition: O(k) a step instead of O(k²).
 *
 * @returns the one-step error; its variance is the `variance` the state had before
 * @see Morf, Sidhu & Kailath (1974), doi:10.1109/TAC.1974.1100576; Mélard (1984), AS 197, doi:10.2307/2347672
 */
export function step(state: InnovationState, phi: Float64Array, k: number, value: number): number {
  const { a, gain } = state;
  const error = value - (k > 0 ? a[0]! : 0);
  const weight = error / state.variance;
  advance(phi, k, a);
  for (let i = 0; i < k; i++) a[i]! += gain[i]! * weight;
  settle(state, phi, k);
  return error;
}

/** Moves the gain and the error variance one step on; they do not depend on the values. */
export function settle(state: InnovationState, phi: Float64Array, k: number): void {
  const { gain, shrinking, scale, variance } = state;
  if (k === 0 || scale === 0) return;
  const z = shrinking[0]!;
  const next = variance + scale * z * z;
  const first = scale * z;
  const second = z / variance;
  let largest = 0;
  for (let i = 0; i < k; i++) {
    const moved = (i + 1 < k ? shrinking[i + 1]! : 0) + phi[i]! * z;
    const old = gain[i]!;
    gain[i] = old + first * moved;
    const left = moved - second * old;
    shrinking[i] = left;
    if (Math.abs(left) > largest) largest = Math.abs(left);
  }
  state.variance = next;
  state.scale = (scale * variance) / next;
  if (!(largest * largest * -state.scale > 1e-28)) state.scale = 0;
}
