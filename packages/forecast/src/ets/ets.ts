import { fitObserved } from "../model/missing-ends.ts";
import { checkOptions, type OptionNames } from "../model/options.ts";
import { boxCox } from "../time/box-cox.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { createEstimator, type EtsBounds, type Given } from "./estimate.ts";
import type { EtsModel, EtsParameters, EtsState } from "./ets-model.ts";
import { admissibleForms, type EtsForm, formName, freeStates } from "./form.ts";
import { expectation, settle, smooth, startMoving } from "./recursion.ts";
import { type Fit, searchForms } from "./search.ts";

/** The options of `ets`. */
const NAMES: OptionNames<EtsOptions> = {
  period: true,
  spec: true,
  damped: true,
  alpha: true,
  beta: true,
  gamma: true,
  phi: true,
  bounds: true,
  ic: true,
  lambda: true,
  biasAdjust: true,
  allowMultiplicativeTrend: true,
  additiveOnly: true,
  restrict: true,
  seed: true,
};

/** Options of `ets`. It chooses the parts of the model that you leave out. */
export interface EtsOptions {
  /** Observations per season; default 1. Above 24 an open season ("Z") is not tried. */
  readonly period?: number;
  /** Error, trend and season: A additive, M multiplicative, N none, Z chosen; default "ZZZ". */
  readonly spec?: string;
  /** True for a damped trend, false for an undamped trend; both are tried when left out. */
  readonly damped?: boolean;
  /** Fixed smoothing parameters. They are not estimated and do not count as parameters. */
  readonly alpha?: number;
  readonly beta?: number;
  readonly gamma?: number;
  readonly phi?: number;
  /** Default "both": the usual region and the admissible one. */
  readonly bounds?: EtsBounds;
  /** The criterion that chooses the form; default "aicc". */
  readonly ic?: "aicc" | "aic" | "bic";
  /** Box–Cox exponent: the model is of the transformed series, and forecasts are transformed back. */
  readonly lambda?: number;
  /** With `lambda`: point forecasts are means, not medians; default false. */
  readonly biasAdjust?: boolean;
  /** True if an open trend may be multiplicative; default false. */
  readonly allowMultiplicativeTrend?: boolean;
  /** True if open components are additive only; default false, true with `lambda`. */
  readonly additiveOnly?: boolean;
  /** True to leave out forms whose forecasts have infinite variance; default true. */
  readonly restrict?: boolean;
  /** Seed of simulated intervals, for forms that have no analytic ones; default 1. */
  readonly seed?: number;
}

/** The checked options of `ets`, and how many values are observed. */
interface Asked {
  readonly options: EtsOptions;
  readonly period: number;
  readonly spec: string;
  readonly bounds: EtsBounds;
  readonly ic: NonNullable<EtsOptions["ic"]>;
  readonly seed: number;
  readonly given: Given;
  readonly nobs: number;
}

/** Sums of squares are between these: no value is larger, and a better fit counts as this good. */
const LARGEST = 1e140;
const SMALLEST = 1e-300;

/**
 * Fits the exponential smoothing state space model (ETS) of a given form, or of the form with the least corrected
 * Akaike criterion. Parameters and initial states maximise the likelihood. The log-likelihood leaves out a constant
 * that depends on the number of observations alone, as R's `ets` does: −2 log L = n log Σ e² + 2 Σ log |r|.
 *
 * Among open forms an undamped trend with alpha below 0.01 or beta above 0.2 is chosen only if its criterion is better
 * by 2, because such trends forecast worse than they fit. The search reaches the likelihood's optimum, which is often
 * above R's, whose search stops early.
 *
 * An error below 1e-10 of the largest value counts as 1e-10 of it, so that the likelihood of a perfect fit is finite.
 *
 * Multiplicative errors need positive values. At missing values (NaN) the states move on without an error, and the
 * likelihood is that of the observed values (R's `ets` uses the longest stretch without missing values). A constant
 * series, or one with fewer than five observed values, gets simple exponential smoothing, (A,N,N), with alpha 0.9999
 * from its first observed value, if that form may be chosen. Open components are chosen only among forms whose
 * criterion is defined: the number of observed values exceeds that of the parameters by more than 2.
 *
 * @param y - observations
 * @returns a model for `forecast`, `fitted`, `update` and `simulate`
 * @throws {RangeError} if nothing is observed, a value is infinite or above 1e140, an option is not allowed, a
 *   multiplicative form is requested for values that are not positive, or the series is too short for a requested form
 * @see Hyndman, Koehler, Ord & Snyder (2008), doi:10.1007/978-3-540-71918-2; Hyndman, Koehler, Snyder & Grose (2002),
 *   doi:10.1016/S0169-2070(01)00110-8
 */
export function ets(y: Series, options: EtsOptions = {}): EtsModel {
  checkOptions("ets", options, NAMES);
  const { period = 1, spec = "ZZZ", bounds = "both", ic = "aicc", lambda, restrict = true, seed = 1 } = options;
  checkPeriod(period);
  const original = toFloat64(y);
  const observed = checkSeries(original, 1);
  const fixed = checkGiven(options);
  if (bounds !== "usual" && bounds !== "admissible" && bounds !== "both")
    throw new RangeError(`bounds is ${JSON.stringify(bounds)}; it must be "usual", "admissible" or "both"`);
  if (ic !== "aicc" && ic !== "aic" && ic !== "bic")
    throw new RangeError(`ic is ${JSON.stringify(ic)}; it must be "aicc", "aic" or "bic"`);
  if (!Number.isFinite(seed)) throw new RangeError(`seed is ${seed}; it must be a finite number`);
  const series = lambda === undefined ? original : boxCox(original, lambda);
  const notPositive = series.findIndex((value) => value <= 0);
  const seasonal = period > 1 && (period <= 24 || (spec[2] !== "Z" && spec[2] !== "N"));
  const forms = admissibleForms({
    spec,
    damped: options.damped,
    restrict,
    allowMultiplicativeTrend: options.allowMultiplicativeTrend ?? false,
    additiveOnly: options.additiveOnly ?? lambda !== undefined,
    positive: notPositive < 0,
    seasonal,
  });
  if (forms.length === 0)
    throw new RangeError(
      `spec ${spec}${options.damped === undefined ? "" : `, damped ${options.damped}`} leaves no form${restrict ? " of finite variance; set restrict: false to allow the others" : ""}`,
    );
  if (notPositive >= 0 && spec.includes("M"))
    throw new RangeError(
      `the series has ${series[notPositive]} at position ${notPositive}; multiplicative forms (spec ${spec}) need positive values`,
    );
  if (period === 1 && spec[2] !== "N" && spec[2] !== "Z")
    throw new RangeError(`spec is ${spec} but period is 1; a season needs a period of at least 2`);

  return fitObserved(series, (values) =>
    fitForms(values, forms, { options, period, spec, bounds, ic, seed, given: fixed, nobs: observed }),
  );
}

/** Returns the best of some forms, fitted. */
function fitForms(
  series: Float64Array,
  forms: readonly EtsForm[],
  { options, period, spec, bounds, ic, seed, given, nobs }: Asked,
): EtsModel {
  const finish = (form: EtsForm, x: ArrayLike<number>, value: number): EtsModel => {
    const period1 = form.season === "N" ? 1 : period;
    const parameters = countParameters(form, period, given);
    return assemble(series, form, x, value, { period: period1, nobs, parameters, seed, options });
  };
  const scale = series.reduce((most, value) => (value === value ? Math.max(most, Math.abs(value)) : most), 0) || 1;
  if (scale > LARGEST)
    throw new RangeError(
      `the series has values as large as ${scale}, whose squares overflow; scale it to values below ${LARGEST}`,
    );
  const floor = Math.max(nobs * (1e-10 * scale) ** 2, SMALLEST);
  const first = series.find((value) => value === value) ?? NaN;
  const constant = series.every((value) => value === first || value !== value);
  const simple = forms.find(({ error, trend, season }) => error === "A" && trend === "N" && season === "N");
  if ((constant || nobs < 5) && simple !== undefined) {
    const alpha = given.alpha ?? 0.9999;
    const moving = startMoving({ level: first, slope: 0, season: [] });
    const fitted = new Float64Array(series.length);
    smooth(simple, { alpha, beta: 0, gamma: 0, phi: 1 }, moving, series, fitted);
    let squares = 0;
    for (let t = 0; t < series.length; t++) if (series[t] === series[t]) squares += (series[t]! - fitted[t]!) ** 2;
    return finish(simple, [alpha, 0, 0, 1, first, 0], Math.max(squares, floor));
  }
  const possible = forms.filter((form) => nobs > countParameters(form, period, given) + 2);
  if (possible.length === 0) {
    const least = Math.min(...forms.map((form) => countParameters(form, period, given) + 3));
    throw new RangeError(
      `the series has ${nobs} observed value${nobs === 1 ? "" : "s"}; ${spec} with period ${period} needs at least ${least}`,
    );
  }
  const criterion = (form: EtsForm, value: number) => {
    const loglik = (-nobs / 2) * Math.log(Math.max(value, floor));
    return criteria(loglik, countParameters(form, period, given) + 1, nobs)[ic] ?? Infinity;
  };
  const estimators = possible.map((form) => createEstimator(form, series, period, { bounds, given, floor }));
  const best: Fit | undefined = searchForms(series, period, estimators, criterion);
  if (best === undefined)
    throw new RangeError(`no parameters of ${spec} within bounds ${bounds} give this series a likelihood`);
  return finish(best.form, best.x, Math.max(best.value, floor));
}

/** Returns smoothing parameters and free initial states, without sigma2. */
function countParameters(form: EtsForm, period: number, fixed: Given): number {
  let count = freeStates(form, period);
  if (fixed.alpha === undefined) count++;
  if (form.trend !== "N" && fixed.beta === undefined) count++;
  if (form.season !== "N" && fixed.gamma === undefined) count++;
  if (form.damped && fixed.phi === undefined) count++;
  return count;
}

function criteria(loglik: number, k: number, nobs: number): { aic: number; aicc: number | null; bic: number } {
  const aic = -2 * loglik + 2 * k;
  const aicc = nobs > k + 1 ? aic + (2 * k * (k + 1)) / (nobs - k - 1) : null;
  return { aic, aicc, bic: -2 * loglik + k * Math.log(nobs) };
}

function assemble(
  series: Float64Array,
  form: EtsForm,
  x: ArrayLike<number>,
  value: number,
  {
    period,
    nobs,
    parameters,
    seed,
    options,
  }: { period: number; nobs: number; parameters: number; seed: number; options: EtsOptions },
): EtsModel {
  const estimated: EtsParameters = { alpha: x[0]!, beta: x[1]!, gamma: x[2]!, phi: x[3]! };
  const free = Array.from(x).slice(6);
  const season =
    form.season === "N" ? [] : [...free, free.reduce((left, s) => left - s, form.season === "M" ? period : 0)];
  const initial: EtsState = { level: x[4]!, slope: form.trend === "N" ? 0 : x[5]!, season };
  const moving = startMoving(initial);
  let squares = 0;
  const one = new Float64Array(1);
  for (const observed of series) {
    const mu = expectation(form, estimated.phi, moving);
    one[0] = observed;
    if (observed === observed) squares += ((observed - mu) / (form.error === "M" ? mu : 1)) ** 2;
    smooth(form, estimated, moving, one);
  }
  const loglik = (-nobs / 2) * Math.log(value);
  return {
    kind: "ets",
    formatVersion: 1,
    method: formName(form),
    ...form,
    period,
    nobs,
    ...estimated,
    initial,
    state: settle(moving),
    sigma2: squares / (nobs > parameters ? nobs - parameters : nobs),
    loglik,
    ...criteria(loglik, parameters + 1, nobs),
    ...(options.lambda === undefined ? {} : { lambda: options.lambda, biasAdjust: options.biasAdjust ?? false }),
    seed,
  };
}

function checkGiven({ alpha, beta, gamma, phi }: EtsOptions): Given {
  for (const [name, value] of Object.entries({ alpha, beta, gamma, phi }))
    if (value !== undefined && !(value >= 0 && value <= 1))
      throw new RangeError(`${name} is ${value}; it must be between 0 and 1`);
  if (alpha !== undefined && beta !== undefined && beta > alpha)
    throw new RangeError(`beta is ${beta} but alpha ${alpha}; beta must not be above alpha`);
  if (alpha !== undefined && gamma !== undefined && gamma > 1 - alpha)
    throw new RangeError(`gamma is ${gamma} but alpha ${alpha}; gamma must not be above 1 - alpha`);
  return { alpha, beta, gamma, phi };
}
