import { dot } from "../linalg/dot.ts";
import { forwardSolve } from "../linalg/semidefinite.ts";
import type { SquaresProblem } from "../optimise/levenberg-marquardt.ts";
import type { Coordinates } from "./coordinates.ts";
import type { TbatsForm } from "./form.ts";
import { createInitialStates, type InitialStates } from "./initial-states.ts";
import type { Observations } from "./observations.ts";
import { openPasses } from "./open-passes.ts";
import { createSystem, setParameters } from "./system.ts";

/** Squared errors of a form as a function of its coordinates, until another problem is created. */
export interface TbatsProblem extends SquaresProblem {
  /** The states before the first observation for the coordinates that were asked about last. */
  readonly states: InitialStates;
  /** The errors there; 0 where a value is missing. */
  readonly white: Float64Array;
}

/**
 * Returns the sum of squared errors of a form on the scaled Box–Cox transform (see `Observations`), as a function of
 * its coordinates. The states before the first observation, in which errors are linear, are solved for at each point
 * (variable projection); Gauss–Newton steps take that into account to first order.
 *
 * @see Golub & Pereyra (1973), doi:10.1137/0710036; Kaufman (1975), doi:10.1007/BF01932995
 */
export function createProblem(observations: Observations, form: TbatsForm, coordinates: Coordinates): TbatsProblem {
  const system = createSystem(form);
  const m = system.states;
  const { p, q } = form;
  const { count, damping, arma } = coordinates;
  const lambdaAt = form.boxCox ? 0 : -1;
  const passes = openPasses(observations.y, { system, count, p, q, lambda: lambdaAt, damping });
  const states = createInitialStates(passes, m);
  const length = m + p + q;
  const directions = new Float64Array(count * length);
  const crossed = new Float64Array(m * count);
  let parameters = coordinates.from(coordinates.lower);
  let last: Float64Array | undefined;
  let squares = NaN;

  function value(x: Float64Array): number {
    if (last?.every((before, i) => before === x[i])) return squares;
    last = x.slice();
    parameters = coordinates.from(x);
    const { lambda } = parameters;
    setParameters(system, form, parameters);
    if (!passes.isAdmissible(1 + coordinates.slack)) squares = Infinity;
    else {
      if (lambda !== null) observations.transform(lambda, passes.z);
      squares = states.solve(parameters);
    }
    return squares;
  }

  function normal(x: Float64Array, A: Float64Array, g: Float64Array): number {
    if (!(value(x) < Infinity)) return squares;
    const { lambda } = parameters;
    if (lambda !== null) observations.transformDerivative(lambda, passes.change);
    setDirections(x);
    passes.fillDerivatives(directions, A, crossed, g);
    for (let i = 0; i < count; i++) {
      const share = crossed.subarray(i * m, (i + 1) * m);
      forwardSolve(states.factor, m, share);
      // What the states can make up for is not the coordinate's.
      for (let j = 0; j <= i; j++) {
        const both = dot(share, crossed.subarray(j * m, (j + 1) * m), 0, m);
        A[j * count + i] = A[i * count + j]! -= both;
      }
    }
    return squares;
  }

  function setDirections(x: Float64Array): void {
    directions.fill(0);
    for (let i = 0; i < arma; i++)
      if (i !== lambdaAt) coordinates.direction(i, parameters, system, directions.subarray(i * length, i * length + m));
    if (arma === count) return;
    const jacobian = coordinates.armaJacobian(x);
    const size = p + q;
    for (let i = 0; i < size; i++)
      for (let a = 0; a < size; a++) directions[(arma + i) * length + m + a] = jacobian[a * size + i]!;
  }

  return { states, white: passes.white, value, normal };
}
