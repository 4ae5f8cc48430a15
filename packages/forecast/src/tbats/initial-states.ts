import { dot } from "../linalg/dot.ts";
import { gram } from "../linalg/gram.ts";
import { backwardSolve, forwardSolve, semidefiniteCholesky } from "../linalg/semidefinite.ts";
import { run, stateColumns, whiten } from "./recursion.ts";
import type { System } from "./system.ts";

/** The least-squares states before the first observation, with what was needed to find them. */
export interface InitialStates {
  readonly initial: Float64Array;
  /** Errors of the states, and of the ARMA process they are; 0 where a value is missing. */
  readonly errors: Float64Array;
  readonly white: Float64Array;
  /** The slope before each observation. */
  readonly slopes: Float64Array;
  /** The decrease of the white errors by each state: −∂white/∂initial. */
  readonly columns: readonly Float64Array[];
  /** Cholesky factor of the columns' products. */
  readonly factor: Float64Array;
  /** The decrease of the sum of squares by each state, given the ones before it. */
  readonly explained: Float64Array;
  /** Finds them for a system, ARMA coefficients and a series (NaN where missing). @returns the sum of squares */
  solve(system: System, ar: ArrayLike<number>, ma: ArrayLike<number>, z: Float64Array, complete: boolean): number;
}

/**
 * Returns the solver for the states before the first observation that make the sum of squared errors least. The errors
 * are linear in them; where the series does not tell two apart, the later one stays zero.
 *
 * @param n - length of the series
 * @param states - how many states the systems will have
 */
export function createInitialStates(n: number, states: number): InitialStates {
  const initial = new Float64Array(states);
  const errors = new Float64Array(n);
  const white = new Float64Array(n);
  const slopes = new Float64Array(n);
  const scratch = new Float64Array(n);
  const columns = Array.from({ length: states }, () => new Float64Array(n));
  const factor = new Float64Array(states * states);
  const explained = new Float64Array(states);
  const moving = new Float64Array(states);
  const right = new Float64Array(states);
  return {
    initial,
    errors,
    white,
    slopes,
    columns,
    factor,
    explained,
    solve(system, ar, ma, z, complete) {
      stateColumns(system, z, complete, columns);
      for (const column of columns) whiten(ar, ma, column, z, scratch);
      gram(columns, columns, n, factor, true);
      semidefiniteCholesky(factor, states);
      let sum = 0;
      let count = 0;
      for (let t = 0; t < n; t++)
        if (z[t] === z[t]) {
          sum += z[t]!;
          count++;
        }
      // About the mean, so that what is solved for is small.
      initial.fill(0);
      initial[0] = sum / count;
      moving.set(initial);
      run(system, moving, z, { errors: white });
      whiten(ar, ma, white, z, scratch);
      for (let i = 0; i < states; i++) right[i] = dot(columns[i]!, white, 0, n);
      forwardSolve(factor, states, right);
      for (let i = 0; i < states; i++) explained[i] = right[i]! * right[i]!;
      backwardSolve(factor, states, right);
      for (let i = 0; i < states; i++) initial[i]! += right[i]!;
      moving.set(initial);
      run(system, moving, z, { errors, slopes });
      white.set(errors);
      whiten(ar, ma, white, z, scratch);
      return dot(white, white, 0, n);
    },
  };
}
