import { backwardSolve, forwardSolve, semidefiniteCholesky } from "../linalg/semidefinite.ts";
import type { ArmaCoefficients, Passes } from "./passes.ts";

/** The least-squares states before the first observation, with what was needed to find them. */
export interface InitialStates {
  readonly initial: Float64Array;
  /** Cholesky factor of the products of the states' weights. */
  readonly factor: Float64Array;
  /** The decrease of the sum of squares by each state, given the ones before it. */
  readonly explained: Float64Array;
  /** Finds them for the system and series of the passes, as these are now. @returns the sum of squares */
  solve(arma: ArmaCoefficients): number;
}

/**
 * Returns the solver for the states before the first observation that make the sum of squared errors least. The errors
 * are linear in them; where the series does not tell two apart, the later one stays zero.
 *
 * @param states - how many states the system has
 */
export function createInitialStates(passes: Passes, states: number): InitialStates {
  const initial = new Float64Array(states);
  const factor = new Float64Array(states * states);
  const explained = new Float64Array(states);
  const { z } = passes;
  return {
    initial,
    factor,
    explained,
    solve(arma) {
      let sum = 0;
      let count = 0;
      for (let t = 0; t < z.length; t++)
        if (z[t] === z[t]) {
          sum += z[t]!;
          count++;
        }
      // About the mean, so that what is solved for is small.
      const mean = sum / count;
      passes.fillStates(arma, mean, factor, initial);
      semidefiniteCholesky(factor, states);
      forwardSolve(factor, states, initial);
      for (let i = 0; i < states; i++) explained[i] = initial[i]! * initial[i]!;
      backwardSolve(factor, states, initial);
      const squares = passes.fillErrors(initial);
      initial[0]! += mean;
      return squares;
    },
  };
}
