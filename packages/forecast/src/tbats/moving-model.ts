import { boxCox } from "../time/box-cox.ts";
import type { TbatsParameters } from "./form.ts";
import { run } from "./recursion.ts";
import { createSystem, type System, setParameters } from "./system.ts";
import type { TbatsModel, TbatsState } from "./tbats-model.ts";

/** Returns the system of a fitted model. */
export function systemOf({ form, parameters }: Pick<TbatsModel, "form" | "parameters">): System {
  const system = createSystem(form);
  setParameters(system, form, parameters);
  return system;
}

/** Returns the state a model starts in. */
export function startOf({ initial, form }: Pick<TbatsModel, "initial" | "form">): TbatsState {
  return { states: initial, errors: new Array<number>(form.p).fill(0), white: new Array<number>(form.q).fill(0) };
}

/** Returns values on the scale of the model. */
export function transformed({ parameters: { lambda } }: Pick<TbatsModel, "parameters">, y: Float64Array): Float64Array {
  return lambda === null ? y : boxCox(y, lambda);
}

/** The result of moving a model over values that follow a state. */
export interface Moved {
  /** Errors of the states, and of the ARMA process they are; 0 where a value is missing. */
  readonly errors: Float64Array;
  readonly white: Float64Array;
  /** The expectation of each value before it is seen, without the ARMA process. */
  readonly expected: Float64Array;
  readonly state: TbatsState;
}

/** Moves a model over values on its own scale. At a missing one the states move on without error. */
export function move(model: Pick<TbatsModel, "form" | "parameters">, before: TbatsState, z: Float64Array): Moved {
  const { parameters } = model;
  const moving = Float64Array.from(before.states);
  const n = z.length;
  const errors = new Float64Array(n);
  const expected = new Float64Array(n);
  run(systemOf(model), moving, z, { errors, expected });
  const white = new Float64Array(n);
  const now = { errors, white };
  for (let t = 0; t < n; t++) {
    if (z[t] !== z[t]) continue;
    white[t] = errors[t]! - armaPart(parameters, t, now, before);
  }
  const newest = (now: Float64Array, past: readonly number[]) =>
    past.map((_, i) => (n - 1 - i >= 0 ? now[n - 1 - i]! : past[i - n]!));
  return {
    errors,
    white,
    expected,
    state: { states: Array.from(moving), errors: newest(errors, before.errors), white: newest(white, before.white) },
  };
}

/** Returns the ARMA part of error t, from the errors before it and those before the first. */
function armaPart(
  { ar, ma }: Pick<TbatsParameters, "ar" | "ma">,
  t: number,
  { errors, white }: Pick<Moved, "errors" | "white">,
  before: TbatsState,
): number {
  let sum = 0;
  for (let i = 1; i <= ar.length; i++) sum += ar[i - 1]! * (t - i >= 0 ? errors[t - i]! : before.errors[i - t - 1]!);
  for (let j = 1; j <= ma.length; j++) sum += ma[j - 1]! * (t - j >= 0 ? white[t - j]! : before.white[j - t - 1]!);
  return sum;
}

/** Returns the values that follow a state if these are the coming errors of the ARMA process. */
export function project(
  model: Pick<TbatsModel, "form" | "parameters">,
  before: TbatsState,
  white: Float64Array,
): Float64Array {
  const { parameters } = model;
  const errors = new Float64Array(white.length);
  const now = { errors, white };
  for (let t = 0; t < white.length; t++) errors[t] = white[t]! + armaPart(parameters, t, now, before);
  const system = systemOf(model);
  const expected = new Float64Array(white.length);
  const missing = new Float64Array(white.length).fill(NaN);
  const forcing = { errors, direction: system.gain };
  const trace = { errors: new Float64Array(white.length), expected };
  run(system, Float64Array.from(before.states), missing, trace, forcing);
  return expected.map((value, t) => value + errors[t]!);
}
