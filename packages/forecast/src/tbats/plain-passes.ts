import { dot } from "../linalg/dot.ts";
import { isAdmissible } from "./admissible.ts";
import type { Passes, PassSizes } from "./passes.ts";
import { whiten } from "./recursion.ts";
import type { System } from "./system.ts";

/** Steps whose products are added up together. */
const BLOCK = 4;

/**
 * Returns the passes over a series without missing values, the reference of `kernels/rotations.ts`.
 *
 * Error t of a system in state 0 is u_t − g' z_t, with z_(t+1) = D' z_t + w u_t = F' z_t + w (u_t − g' z_t): the transpose of its
 * recursion. That state z of an input answers for every gain: a change d of the gains changes error t by −d' z_t, z the state
 * of the errors. With an impulse as input, z_t are the weights of the states before the first observation. So few runs
 * take the place of one for each state and coordinate, and ARMA errors need no more than whitened inputs.
 */
export function plainPasses(y: Float64Array, { system, count, p, q, lambda, damping }: PassSizes): Passes {
  const n = y.length;
  const m = system.states;
  const rows = Math.ceil(n / BLOCK) * BLOCK;
  const width = evenOf(m);
  const stride = evenOf(count);
  const z = y.slice();
  const change = new Float64Array(n);
  const white = new Float64Array(rows);
  const impulse = new Float64Array(n);
  const input = new Float64Array(n);
  const scratch = new Float64Array(n);
  const weights = new Float64Array(rows * width);
  const open = new Float64Array(rows);
  const start = new Float64Array(width);
  const columns = new Float64Array(rows * stride);
  const filtered = new Float64Array(n);
  const averaged = new Float64Array(n);
  const first = new Float64Array(m);
  const second = new Float64Array(m);
  const third = new Float64Array(m);
  let ar: readonly number[] = [];
  let ma: readonly number[] = [];

  return {
    z,
    change,
    white: white.subarray(0, n),
    isAdmissible: (limit) => isAdmissible(system, limit),
    fillStates(arma, mean, products, right) {
      ({ ar, ma } = arma);
      impulse.fill(0);
      impulse[0] = 1;
      for (let t = 0; t < n; t++) input[t] = z[t]! - mean;
      whiten(ar, ma, impulse, z, scratch);
      whiten(ar, ma, input, z, scratch);
      first.fill(0);
      second.fill(0);
      advance(system, first, 1);
      for (let t = 0; t < n; t++) {
        for (let i = 0; i < m; i++) weights[t * width + i] = first[i]!;
        advance(system, first, t + 1 < n ? impulse[t + 1]! : 0);
        open[t] = advance(system, second, input[t]!);
      }
      multiply({ left: weights, leftWidth: width, right: weights, rightWidth: width }, m, m, products);
      multiply({ left: weights, leftWidth: width, right: open, rightWidth: 1 }, m, 1, right);
    },
    fillErrors(x) {
      start.set(x);
      for (let t = 0; t < n; t++) {
        let even = 0;
        let odd = 0;
        for (let i = 0; i < width; i += 2) {
          even += weights[t * width + i]! * start[i]!;
          odd += weights[t * width + i + 1]! * start[i + 1]!;
        }
        white[t] = open[t]! - (even + odd);
      }
      return dot(white, white, 0, n);
    },
    fillDerivatives(directions, products, crossed, right) {
      fillFiltered();
      if (lambda >= 0) {
        input.set(change);
        whiten(ar, ma, input, z, scratch);
      }
      const beta = system.trend ? system.gain[1]! : 0;
      const slopeStart = system.trend ? start[1]! : 0;
      const length = m + p + q;
      let slope = slopeStart;
      first.fill(0);
      second.fill(0);
      third.fill(0);
      for (let t = 0; t < n; t++) {
        for (let i = 0; i < count; i++) {
          let column = 0;
          const at = i * length;
          for (let j = 0; j < m; j++) column -= first[j]! * directions[at + j]!;
          for (let j = 0; j < p; j++) column -= (t > j ? filtered[t - j - 1]! : 0) * directions[at + m + j]!;
          for (let j = 0; j < q; j++) column -= (t > j ? averaged[t - j - 1]! : 0) * directions[at + m + p + j]!;
          columns[t * stride + i] = column;
        }
        if (lambda >= 0) columns[t * stride + lambda]! += advance(system, third, input[t]!);
        if (damping >= 0) {
          const both = second[0]! + second[1]!;
          columns[t * stride + damping]! -= advance(system, second, slope) + both;
        }
        advance(system, first, white[t]!);
        slope = system.damping * slope + beta * white[t]! + (t + 1 < n ? slopeStart * impulse[t + 1]! : 0);
      }
      multiply({ left: columns, leftWidth: stride, right: columns, rightWidth: stride }, count, count, products);
      multiply({ left: columns, leftWidth: stride, right: weights, rightWidth: width }, count, m, crossed);
      multiply({ left: columns, leftWidth: stride, right: white, rightWidth: 1 }, count, 1, right);
    },
  };

  /** Computes what the derivatives to the ARMA coefficients are at their lags: white errors through each polynomial. */
  function fillFiltered(): void {
    for (let t = 0; t < n; t++) {
      let forth = white[t]!;
      let back = white[t]!;
      for (let i = Math.min(p, t); i >= 1; i--) forth += ar[i - 1]! * filtered[t - i]!;
      for (let j = Math.min(q, t); j >= 1; j--) back -= ma[j - 1]! * averaged[t - j]!;
      filtered[t] = forth;
      averaged[t] = back;
    }
  }

  /** Adds up the products of columns of `left` with columns of `right`, four steps at a time, and writes them by rows. */
  function multiply(
    { left, leftWidth, right, rightWidth }: Factors,
    leftCount: number,
    rightCount: number,
    out: Float64Array,
  ): void {
    for (let i = 0; i < leftCount; i++)
      for (let j = 0; j < (left === right ? i + 1 : rightCount); j++) {
        let sum = 0;
        for (let t = 0; t < rows; t += BLOCK) {
          const a = t * leftWidth + i;
          const b = t * rightWidth + j;
          sum +=
            left[a]! * right[b]! +
            left[a + leftWidth]! * right[b + rightWidth]! +
            (left[a + 2 * leftWidth]! * right[b + 2 * rightWidth]! +
              left[a + 3 * leftWidth]! * right[b + 3 * rightWidth]!);
        }
        out[i * rightCount + j] = sum;
      }
  }
}

/** Two matrices by rows of one length. */
interface Factors {
  readonly left: Float64Array;
  readonly leftWidth: number;
  readonly right: Float64Array;
  readonly rightWidth: number;
}

const evenOf = (count: number): number => (count + 1) & ~1;

/**
 * Moves a transposed state on by a step. Returns what it takes in of `input`: all but the part that the gains take back.
 */
function advance({ states, trend, damping, cos, sin, gain }: System, state: Float64Array, input: number): number {
  const base = trend ? 2 : 1;
  let weight = trend ? gain[0]! * state[0]! + gain[1]! * state[1]! : gain[0]! * state[0]!;
  for (let at = base; at < states; at += 2) weight += gain[at]! * state[at]! + gain[at + 1]! * state[at + 1]!;
  const answer = input - weight;
  const level = state[0]! + answer;
  if (trend) state[1] = damping * (level + state[1]!);
  state[0] = level;
  for (let j = 0, at = base; at < states; j++, at += 2) {
    const a = state[at]!;
    const b = state[at + 1]!;
    state[at] = cos[j]! * a - sin[j]! * b + answer;
    state[at + 1] = sin[j]! * a + cos[j]! * b;
  }
  return answer;
}
