import type { TbatsForm, TbatsParameters } from "./form.ts";

/** Gains a fit starts with: a slow and a fast level. */
const ALPHAS = [0.07, 0.6];
const BETA = 0.01;
const DAMPING = 0.97;
const GAMMA = 0.004;

/** Returns parameters to start a form's first fit from. */
export function firstParameters(form: TbatsForm): TbatsParameters[] {
  return ALPHAS.map((alpha) => ({
    lambda: null,
    alpha,
    beta: form.trend ? BETA : null,
    damping: form.damped ? DAMPING : null,
    ...seasonalGains(form, GAMMA),
    ar: [],
    ma: [],
  }));
}

/**
 * Returns a form's starts from parameters of another one: what it has not is left out, what is new starts small. Of a new Box–Cox
 * exponent, or of other harmonics, there are several.
 */
export function startFrom(form: TbatsForm, parameters: TbatsParameters): TbatsParameters[] {
  const lambdas = !form.boxCox ? [null] : parameters.lambda === null ? [0, 0.4, 1] : [parameters.lambda];
  const inner = seasonalGains(form, GAMMA);
  const gainStarts =
    parameters.gammaOne.length === form.periods.length
      ? [{ gammaOne: parameters.gammaOne, gammaTwo: parameters.gammaTwo }, inner]
      : [inner];
  return lambdas.flatMap((lambda) =>
    gainStarts.map((gains) => ({
      lambda,
      alpha: parameters.alpha,
      beta: form.trend ? (parameters.beta ?? BETA * Math.min(1, Math.max(0, parameters.alpha))) : null,
      damping: form.damped ? (parameters.damping ?? DAMPING) : null,
      ...gains,
      ar: parameters.ar.length === form.p ? parameters.ar : new Array<number>(form.p).fill(0),
      ma: parameters.ma.length === form.q ? parameters.ma : new Array<number>(form.q).fill(0),
    })),
  );
}

/** Returns gains inside the admissible region: turned by the mean of a period's angles they reach all of its harmonics. */
export function seasonalGains(
  { seasonality, periods, harmonics }: TbatsForm,
  gamma: number,
): Pick<TbatsParameters, "gammaOne" | "gammaTwo"> {
  if (seasonality === "dummy") return { gammaOne: periods.map(() => 10 * gamma), gammaTwo: [] };
  const angles = periods.map((period, i) => (Math.PI * (harmonics[i]! + 1)) / period);
  return {
    gammaOne: angles.map((angle) => gamma * Math.cos(angle)),
    gammaTwo: angles.map((angle) => -gamma * Math.sin(angle)),
  };
}
