import { countNumbers, type TbatsForm, type TbatsParameters } from "../../src/tbats/form.ts";
import { createInitialStates } from "../../src/tbats/initial-states.ts";
import { move, startOf, systemOf, transformed } from "../../src/tbats/moving-model.ts";
import { openPasses } from "../../src/tbats/open-passes.ts";
import type { TbatsModel } from "../../src/tbats/tbats-model.ts";
import { data, type Reference, reference, referenceSeries } from "../reference.ts";

/** R's `tbats(x)` with its forecast. */
export interface RecordedTbats {
  readonly label: string;
  readonly lambda: number | null;
  readonly alpha: number;
  readonly beta: number | null;
  /** 1 where the trend is not damped. */
  readonly damping: number | null;
  readonly gamma_one: readonly number[];
  readonly gamma_two: readonly number[];
  readonly ar: readonly number[];
  readonly ma: readonly number[];
  readonly k: readonly number[];
  readonly periods: readonly number[];
  readonly variance: number;
  readonly likelihood: number;
  readonly AIC: number;
  /** Level, slope; of each period the first states of its pairs, then the second ones; zeros of the ARMA errors. */
  readonly seed_states: readonly number[];
  readonly forecast: {
    readonly h: number;
    readonly mean: readonly number[];
    readonly lower80: readonly number[];
    readonly upper80: readonly number[];
    readonly lower95: readonly number[];
    readonly upper95: readonly number[];
  };
}

/** A record with its series; R fits the longest stretch without missing values, and so is compared on that. */
export interface TbatsCase {
  readonly id: string;
  readonly frequency: number;
  readonly y: Float64Array;
  readonly result: RecordedTbats;
}

/** Returns the successful records of tbats.json or m3_tbats.json; undefined where absent. */
export function tbatsCases(name: "tbats" | "m3_tbats"): TbatsCase[] | undefined {
  const records = reference<readonly Reference<RecordedTbats>[]>(name);
  const series = referenceSeries();
  if (records === undefined || series === undefined || data("m3_meta") === undefined) return undefined;
  const frequencies = new Map(data("m3_meta")!.map((row) => [row.id!, Number(row.frequency)]));
  const m3 = new Map<string, number[]>();
  for (const { id, value } of data("m3_train")!) m3.set(id!, [...(m3.get(id!) ?? []), Number(value)]);
  return records
    .filter(({ ok }) => ok)
    .map(({ id, result }) => ({
      id,
      frequency: series.get(id)?.frequency ?? frequencies.get(id)!,
      y: longestStretch(series.get(id)?.values ?? Float64Array.from(m3.get(id)!)),
      result,
    }));
}

function longestStretch(y: Float64Array): Float64Array {
  let longest = y.subarray(0, 0);
  let start = 0;
  for (let t = 0; t <= y.length; t++) {
    if (t < y.length && !Number.isNaN(y[t]!)) continue;
    if (t - start > longest.length) longest = y.subarray(start, t);
    start = t + 1;
  }
  return longest;
}

/** Returns the model with R's parameters and initial states. */
export function recordedModel({ y, result }: TbatsCase): TbatsModel {
  const { lambda, alpha, beta, damping, gamma_one, gamma_two, ar, ma, k, periods, seed_states } = result;
  const trend = beta !== null;
  const damped = damping !== null && damping !== 1;
  const form: TbatsForm = {
    seasonality: "trigonometric",
    periods,
    harmonics: k,
    boxCox: lambda !== null,
    trend,
    damped,
    p: ar.length,
    q: ma.length,
  };
  const parameters: TbatsParameters = {
    lambda,
    alpha,
    beta,
    damping: damped ? damping : null,
    gammaOne: gamma_one,
    gammaTwo: gamma_two,
    ar,
    ma,
  };
  const initial = seed_states.slice(0, trend ? 2 : 1);
  let at = initial.length;
  for (const count of k) {
    for (let j = 0; j < count; j++) initial.push(seed_states[at + j]!, seed_states[at + count + j]!);
    at += 2 * count;
  }
  const z = transformed({ parameters }, y);
  const { white, state } = move({ form, parameters }, startOf({ initial, form }), z);
  const squares = white.reduce((sum, error) => sum + error * error, 0);
  const logs = lambda === null ? 0 : y.reduce((sum, value) => sum + Math.log(value), 0);
  const deviance = y.length * Math.log(squares) - 2 * ((lambda ?? 1) - 1) * logs;
  return {
    kind: "tbats",
    formatVersion: 1,
    method: result.label,
    form,
    parameters,
    biasAdjust: false,
    nobs: y.length,
    initial,
    state,
    sigma2: squares / y.length,
    deviance,
    aic: deviance + 2 * countNumbers(form),
  };
}

/** Returns the least sum of squares of a model's parameters over all initial states. */
export function leastSquaresOf(model: TbatsModel, y: Float64Array): number {
  const system = systemOf(model);
  const { p, q } = model.form;
  const passes = openPasses(transformed(model, y), { system, count: 0, p, q, lambda: -1, damping: -1 });
  return createInitialStates(passes, system.states).solve(model.parameters);
}
