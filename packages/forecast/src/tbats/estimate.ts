import { createLevenbergMarquardt } from "../optimise/levenberg-marquardt.ts";
import { createCoordinates } from "./coordinates.ts";
import { correctedAic, countNumbers, type TbatsForm, type TbatsParameters } from "./form.ts";
import type { Observations } from "./observations.ts";
import { createProblem } from "./problem.ts";

/** A form fitted to a series. */
export interface Estimate {
  readonly form: TbatsForm;
  readonly parameters: TbatsParameters;
  /** n log SSE − 2 (λ − 1) Σ log y. */
  readonly deviance: number;
  readonly aicc: number;
  readonly squares: number;
  /** One-step errors. */
  readonly white: Float64Array;
  /** By how much each initial state, given the ones before it, lowers the sum of squares. */
  readonly explained: Float64Array;
}

/** Settings of fitting a form. */
export interface EstimateOptions {
  /** Between which the Box–Cox exponent may be. */
  readonly lambda: readonly [number, number];
  /**
   * The weight that old observations may gain in forecasts over the whole series: the greatest modulus is 1 + growth /
   * n, so that none gains more than a factor of e to the growth. Above 0, since states that nothing changes would fail
   * otherwise.
   */
  readonly growth: number;
  /** The search ends where a step is expected to lower the deviance by less. */
  readonly precision: number;
  readonly maxSteps?: number;
}

/**
 * Fits a form from the best of the starts that is admissible, by the Levenberg–Marquardt method.
 *
 * @param starts - parameters of this form
 * @returns undefined if no start is admissible
 */
export function estimate(
  observations: Observations,
  form: TbatsForm,
  starts: readonly TbatsParameters[],
  { lambda, growth, precision, maxSteps = 40 }: EstimateOptions,
): Estimate | undefined {
  const { nobs, floor } = observations;
  const coordinates = createCoordinates(form, { lambda, slack: growth / nobs });
  const problem = createProblem(observations, form, coordinates);
  let start: Float64Array | undefined;
  let least = Infinity;
  for (const parameters of starts) {
    const x = coordinates.to(parameters);
    const squares = problem.value(x);
    if (!(squares < least)) continue;
    start = x;
    least = squares;
  }
  if (start === undefined) return undefined;
  const { x } = createLevenbergMarquardt(problem, coordinates.count)(start, {
    lower: coordinates.lower,
    upper: coordinates.upper,
    tolerance: precision / nobs,
    maxSteps,
    floor,
  });
  const squares = problem.value(x);
  const deviance = nobs * Math.log(Math.max(squares, floor));
  return {
    form,
    parameters: coordinates.from(x),
    deviance,
    squares,
    aicc: correctedAic(deviance + 2 * countNumbers(form), form, nobs),
    white: problem.white.slice(),
    explained: problem.states.explained,
  };
}
