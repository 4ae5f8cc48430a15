import { cholesky, choleskySolve } from "../linalg/cholesky.ts";

/** A sum of squares with its Gauss–Newton approximation. */
export interface SquaresProblem {
  /** Returns the sum of squares at x; NaN or Infinity where x is not allowed. */
  value(x: Float64Array): number;
  /** Returns the same, and the normal equations there: `A` = J'J (n × n by rows, both triangles), `g` = J'r. */
  normal(x: Float64Array, A: Float64Array, g: Float64Array): number;
}

/** Settings of a search by `createLevenbergMarquardt`. */
export interface LevenbergMarquardtOptions {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Stops when a step is expected to lower the sum of squares by less than this fraction of it. */
  readonly tolerance?: number;
  readonly maxSteps?: number;
  /** Stops where the sum of squares is at most this. */
  readonly floor?: number;
  /** Stops after a step to a point for which this is true: its sum of squares, and the number of steps so far. */
  readonly giveUp?: ((x: Float64Array, value: number, steps: number) => boolean) | undefined;
}

/** Result of a search: the best point met, and its sum of squares (Infinity if the start, brought into the box, is not allowed). */
export interface LeastSquares {
  readonly x: Float64Array;
  readonly value: number;
}

/** A search for the least sum of squares from a start, which stays as it is. */
export type LevenbergMarquardt = (start: Float64Array, options: LevenbergMarquardtOptions) => LeastSquares;

/**
 * Returns a search that minimises a sum of squares of a few variables in a box by the Levenberg–Marquardt method. A variable
 * that a step would take past its bound goes to the bound, and the others' steps are found anew given that.
 *
 * @param n - number of variables
 * @see Marquardt (1963), doi:10.1137/0111030; Nocedal & Wright (2006), Numerical Optimization, ch. 10
 */
export function createLevenbergMarquardt(problem: SquaresProblem, n: number): LevenbergMarquardt {
  const A = new Float64Array(n * n);
  const g = new Float64Array(n);
  const step = new Float64Array(n);
  const trial = new Float64Array(n);
  const solver = createBoxSolver(n);
  return (start, { lower, upper, tolerance = 1e-9, maxSteps = 100, floor = 0, giveUp }) => {
    const x = start.slice();
    for (let i = 0; i < n; i++) x[i] = Math.min(upper[i]!, Math.max(lower[i]!, x[i]!));
    if (maxSteps === 0) return { x, value: problem.value(x) };
    let value = problem.normal(x, A, g);
    const boxed = { lower, upper, A, g };
    if (!(value < Infinity)) return { x, value: Infinity };
    let damping = 1e-2;
    for (let iteration = 0; iteration < maxSteps; iteration++) {
      if (value <= floor) return { x, value };
      let accepted = false;
      let reached = Infinity;
      for (let attempt = 0; attempt < 20; attempt++) {
        const clipped = solver(boxed, x, damping, step);
        let expected = 0;
        for (let i = 0; i < n; i++) {
          trial[i] = x[i]! + step[i]!;
          let row = 0;
          for (let j = 0; j < n; j++) row += A[i * n + j]! * step[j]!;
          expected -= step[i]! * (2 * g[i]! + row);
        }
        if (!(expected > tolerance * value)) {
          // A step cut at a bound may expect nothing though a shorter one does.
          if (!clipped || damping > 1e6) return { x, value };
          damping *= 8;
          continue;
        }
        reached = problem.value(trial);
        const ratio = (value - reached) / expected;
        if (reached < value) {
          damping = ratio > 0.75 ? Math.max(1e-9, damping / 10) : ratio < 0.25 ? damping * 4 : damping;
          accepted = true;
          break;
        }
        damping = Math.min(1e12, damping * 8);
      }
      if (!accepted) return { x, value };
      x.set(trial);
      if (iteration === maxSteps - 1 || giveUp?.(x, reached, iteration + 1)) return { x, value: reached };
      value = problem.normal(x, A, g);
    }
    return { x, value };
  };
}

/** A step's normal equations, and the box that it stays in. */
interface BoxedStep {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly A: Float64Array;
  readonly g: Float64Array;
}

/**
 * Solves (A + damping · diag A) step = −g within the box, variable by variable at its bound where it must be.
 *
 * @returns whether the step was cut at a bound, or is only downhill because the system has no solution
 */
function createBoxSolver(n: number) {
  const system = new Float64Array(n * n);
  const right = new Float64Array(n);
  const free = new Int32Array(n);
  const frozen = new Uint8Array(n);
  return ({ lower, upper, A, g }: BoxedStep, x: Float64Array, damping: number, step: Float64Array): boolean => {
    let clippedOnce = false;
    for (let i = 0; i < n; i++) {
      step[i] = 0;
      frozen[i] = upper[i]! <= lower[i]! || (g[i]! > 0 ? x[i]! <= lower[i]! : x[i]! >= upper[i]!) ? 1 : 0;
    }
    for (let round = 0; round <= n; round++) {
      let count = 0;
      for (let i = 0; i < n; i++) if (frozen[i] === 0) free[count++] = i;
      if (count === 0) return clippedOnce;
      for (let a = 0; a < count; a++) {
        const i = free[a]!;
        let residual = -g[i]!;
        for (let j = 0; j < n; j++) if (frozen[j] === 1) residual -= A[i * n + j]! * step[j]!;
        right[a] = residual;
        for (let b = 0; b <= a; b++) system[a * count + b] = A[i * n + free[b]!]!;
        const diagonal = A[i * n + i]!;
        system[a * count + a] = diagonal > 0 ? diagonal * (1 + damping) : 1;
      }
      if (!cholesky(system, count, system)) {
        for (let i = 0; i < n; i++)
          if (frozen[i] === 0) step[i] = A[i * n + i]! > 0 ? (-g[i]! * 0.1) / A[i * n + i]! : 0;
        for (let i = 0; i < n; i++) step[i] = Math.min(upper[i]! - x[i]!, Math.max(lower[i]! - x[i]!, step[i]!));
        return true;
      }
      choleskySolve(system, count, right);
      let clipped = false;
      for (let a = 0; a < count; a++) {
        const i = free[a]!;
        const within = Math.min(upper[i]! - x[i]!, Math.max(lower[i]! - x[i]!, right[a]!));
        step[i] = within;
        if (within !== right[a]) {
          frozen[i] = 1;
          clipped = true;
        }
      }
      if (!clipped) return clippedOnce;
      clippedOnce = true;
    }
    return clippedOnce;
  };
}
