import { dot } from "../linalg/dot.ts";
import { gram } from "../linalg/gram.ts";
import { forwardSolve } from "../linalg/semidefinite.ts";
import type { SquaresProblem } from "../optimise/levenberg-marquardt.ts";
import { isAdmissible } from "./admissible.ts";
import type { Coordinates } from "./coordinates.ts";
import type { TbatsForm } from "./form.ts";
import { createInitialStates, type InitialStates } from "./initial-states.ts";
import type { Observations } from "./observations.ts";
import { run, whiten } from "./recursion.ts";
import { createSystem, setParameters } from "./system.ts";

/** Squared errors of a form as a function of its coordinates. */
export interface TbatsProblem extends SquaresProblem {
  /** The states before the first observation, and the errors, for the coordinates that were asked about last. */
  readonly states: InitialStates;
}

/**
 * Returns the sum of squared errors of a form on the scaled Box–Cox transform (see `Observations`), as a function of
 * its coordinates. The states before the first observation, in which errors are linear, are solved for at each point
 * (variable projection); Gauss–Newton steps take that into account to first order.
 *
 * @see Golub & Pereyra (1973), doi:10.1137/0710036; Kaufman (1975), doi:10.1007/BF01932995
 */
export function createProblem(observations: Observations, form: TbatsForm, coordinates: Coordinates): TbatsProblem {
  const { y, nobs } = observations;
  const n = y.length;
  const system = createSystem(form);
  const m = system.states;
  const { count, damping, arma } = coordinates;
  const states = createInitialStates(n, m);
  const { errors, white, slopes, factor } = states;
  const complete = nobs === n;
  const z = form.boxCox ? new Float64Array(n) : y;
  const zeros = y.map((value) => (value === value ? 0 : NaN));
  const scratch = new Float64Array(n);
  const input = new Float64Array(n);
  const moving = new Float64Array(m);
  const direction = new Float64Array(m);
  const columns = Array.from({ length: count }, () => new Float64Array(n));
  const crossed = new Float64Array(m * count);
  let parameters = coordinates.from(coordinates.lower);
  let last: Float64Array | undefined;
  let squares = NaN;

  function value(x: Float64Array): number {
    if (last?.every((before, i) => before === x[i])) return squares;
    last = x.slice();
    parameters = coordinates.from(x);
    const { lambda, ar, ma } = parameters;
    setParameters(system, form, parameters);
    if (!isAdmissible(system, 1 + coordinates.slack)) squares = Infinity;
    else {
      if (lambda !== null) observations.transform(lambda, z);
      squares = states.solve(system, ar, ma, z, complete);
    }
    return squares;
  }

  function normal(x: Float64Array, A: Float64Array, g: Float64Array): number {
    if (!(value(x) < Infinity)) return squares;
    for (let i = 0; i < arma; i++) smoothingColumn(i);
    if (arma < count) armaColumns(x);
    gram(columns, columns, n, A, true);
    gram(columns, states.columns, n, crossed);
    for (let i = 0; i < count; i++) {
      g[i] = dot(columns[i]!, white, 0, n);
      const share = crossed.subarray(i * m, (i + 1) * m);
      forwardSolve(factor, m, share);
      // What the states can make up for is not the coordinate's.
      for (let j = 0; j <= i; j++) {
        const both = dot(share, crossed.subarray(j * m, (j + 1) * m), 0, m);
        A[j * count + i] = A[i * count + j]! -= both;
      }
    }
    return squares;
  }

  /** Computes the derivatives of the errors: the errors of the same system under the coordinate's change in each step. */
  function smoothingColumn(i: number): void {
    const { lambda, ar, ma } = parameters;
    const column = columns[i]!;
    moving.fill(0);
    if (lambda !== null && i === 0) {
      observations.transformDerivative(lambda, input);
      run(system, moving, input, { errors: column });
    } else {
      coordinates.direction(i, parameters, system, direction);
      if (i === damping) {
        for (let t = 0; t < n; t++) input[t] = zeros[t]! - slopes[t]!;
        run(system, moving, input, { errors: column }, { errors, direction, slopes });
      } else run(system, moving, zeros, { errors: column }, { errors, direction });
    }
    whiten(ar, ma, column, y, scratch);
  }

  /** Computes the derivative to an ARMA coefficient: the errors, or the white ones, at its lag, through the moving average. */
  function armaColumns(x: Float64Array): void {
    const { ar, ma } = parameters;
    const size = count - arma;
    const lagged = Array.from({ length: size }, (_, i) => {
      const lag = i < ar.length ? i + 1 : i - ar.length + 1;
      const source = i < ar.length ? errors : white;
      const out = new Float64Array(n);
      for (let t = lag; t < n; t++) out[t] = y[t] === y[t] ? -source[t - lag]! : 0;
      whiten([], ma, out, y, scratch);
      return out;
    });
    const D = coordinates.armaJacobian(x);
    for (let i = 0; i < size; i++) {
      const column = columns[arma + i]!.fill(0);
      for (let a = 0; a < size; a++) {
        const weight = D[a * size + i]!;
        if (weight !== 0) for (let t = 0; t < n; t++) column[t]! += weight * lagged[a]![t]!;
      }
    }
  }

  return { states, value, normal };
}
