import type { ArimaModel, ArimaState } from "./arima-model.ts";
import { integrationWeights } from "./differencing.ts";
import { type InnovationState, initialInnovationState, settle } from "./likelihood/innovations.ts";
import { createKalmanState, type KalmanState } from "./likelihood/kalman.ts";
import { createPresample, fillPresample, presampleCovariance } from "./likelihood/presample.ts";
import { type Arma, armaReach, multiply } from "./polynomial.ts";

/** Returns the ARMA polynomials of a model. */
export function armaOf({ order, coef }: ArimaModel): Arma {
  const block = (name: string, count: number) => {
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) values[i] = coef[`${name}${i + 1}`]!;
    return values;
  };
  return {
    ar: block("ar", order.p),
    ma: block("ma", order.q),
    sar: block("sar", order.P),
    sma: block("sma", order.Q),
    period: order.period,
  };
}

/** Returns coefficients of the linear part, in the order of `design`. */
export function betaOf({ coef, regressors = [] }: ArimaModel): number[] {
  const constants = ["intercept", "drift"].filter((name) => name in coef && !regressors.includes(name));
  return [...constants, ...regressors].map((name) => coef[name]!);
}

/** Everything about a model's recursions that does not change with the data. */
export interface Recursions {
  readonly arma: Arma;
  readonly k: number;
  readonly phi: Float64Array;
  readonly theta: Float64Array;
  readonly delta: Float64Array;
}

/** Multiplies a model's polynomials out. */
export function recursionsOf(model: ArimaModel): Recursions {
  const arma = armaOf(model);
  const { k } = armaReach(arma);
  const phi = new Float64Array(k + 1);
  const theta = new Float64Array(k + 1);
  multiply(arma.ar, arma.sar, arma.period, -1, phi);
  multiply(arma.ma, arma.sma, arma.period, 1, theta);
  return { arma, k, phi, theta, delta: integrationWeights(model.order) };
}

/** Returns the filter of a model over complete data, ready to move on; undefined if its state has a covariance. */
export function innovationStateOf({ state }: ArimaModel, { k, phi, theta }: Recursions): InnovationState | undefined {
  if (state.covariance !== undefined) return undefined;
  const settled = () => Float64Array.from({ length: k }, (_, i) => phi[i]! + theta[i]!);
  return {
    a: new Float64Array(state.a),
    gain: state.gain === undefined ? settled() : new Float64Array(state.gain),
    shrinking: state.shrinking === undefined ? new Float64Array(k) : new Float64Array(state.shrinking),
    scale: state.scale ?? 0,
    variance: state.variance,
  };
}

/** Returns a filter over complete data as plain data. */
export function saveInnovationState(state: InnovationState, last: readonly number[]): ArimaState {
  const { a, gain, shrinking, scale, variance } = state;
  const settled = { last: last.map(unsigned), a: Array.from(a, unsigned), variance };
  if (scale === 0) return { ...settled, variance: 1 };
  return { ...settled, gain: [...gain], shrinking: [...shrinking], scale };
}

/** Returns the filter of a model whose data had missing values, as its state has it. */
export function savedKalmanState(model: ArimaModel, { arma, delta }: Recursions): KalmanState {
  const kalman = createKalmanState(arma, delta, 1);
  if (kalman === undefined) throw notStationary(model);
  const { state } = model;
  const { P, diffuse, k, s } = kalman;
  const r = k + s;
  P.fill(0);
  diffuse.fill(0);
  kalman.diffuseRank = 0;
  kalman.a[0]!.set(state.a);
  const { covariance } = state;
  if (covariance !== undefined)
    for (let i = 0, at = 0; i < r; i++) for (let j = i; j < r; j++) P[i * r + j] = P[j * r + i] = covariance[at++]!;
  else kalman.a[0]!.set(state.last, k);
  return kalman;
}

/**
 * Returns the filter of a model for data with missing values. One of complete data is given the covariance it implies.
 */
export function kalmanStateOf(model: ArimaModel, recursions: Recursions): KalmanState {
  const kalman = savedKalmanState(model, recursions);
  const { covariance, gain } = model.state;
  if (covariance !== undefined || gain === undefined) return kalman;
  // So far nothing was missing: the covariance is the stationary one and what each step changed of it.
  const { k, phi, delta, arma } = recursions;
  const presample = createPresample(k);
  fillPresample(arma, presample);
  const V = new Float64Array(k * k);
  presampleCovariance(presample, V);
  const state = startOf(model, arma);
  for (let t = 0; t < model.length - delta.length; t++) {
    const { shrinking, scale } = state;
    for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) V[a * k + b]! += scale * shrinking[a]! * shrinking[b]!;
    settle(state, phi, k);
  }
  const r = kalman.k + kalman.s;
  for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) kalman.P[a * r + b] = V[a * k + b]!;
  return kalman;
}

/** Returns the error of a model whose coefficients are not stationary. */
export function notStationary({ coef }: ArimaModel): RangeError {
  return new RangeError(`the model's coefficients are not stationary: ${JSON.stringify(coef)}`);
}

/** Returns the zero without a sign, as JSON has it. */
function unsigned(value: number): number {
  return value + 0;
}

/** Returns a Kalman filter as plain data. */
export function saveKalmanState({ a, P, k, s }: KalmanState): ArimaState {
  const r = k + s;
  const covariance: number[] = [];
  for (let i = 0; i < r; i++) for (let j = i; j < r; j++) covariance.push(P[i * r + j]!);
  return { last: [], a: Array.from(a[0]!, unsigned), variance: 1, covariance };
}

/** Returns the filter before the first value. @throws {RangeError} if the model is not stationary */
export function startOf(model: ArimaModel, arma: Arma): InnovationState {
  const start = initialInnovationState(arma);
  if (start === undefined) throw notStationary(model);
  return start.state;
}
