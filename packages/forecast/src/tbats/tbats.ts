import { fitObserved } from "../model/missing-ends.ts";
import { checkOptions, type OptionNames } from "../model/options.ts";
import { isConstant } from "../stats/constant.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { countNumbers, LEVEL, type TbatsForm, type TbatsParameters, tbatsName } from "./form.ts";
import { createInitialStates } from "./initial-states.ts";
import { move, startOf, systemOf, transformed } from "./moving-model.ts";
import { observe } from "./observations.ts";
import { openPasses } from "./open-passes.ts";
import { search } from "./search.ts";
import type { TbatsModel } from "./tbats-model.ts";

/** The options of `tbats` and `bats`. */
const TBATS_OPTIONS: OptionNames<TbatsOptions> = {
  periods: true,
  useBoxCox: true,
  useTrend: true,
  useDampedTrend: true,
  useArmaErrors: true,
  lambdaBounds: true,
  biasAdjust: true,
};

/** Settings of `tbats` and `bats`, which choose by the AICc those that you leave out. */
export interface TbatsOptions {
  /** Observations per season for each season, at least 2, and integers for `bats`; default none. */
  readonly periods?: readonly number[];
  /** True to transform the series by Box–Cox; ignored for a series that is not positive throughout. */
  readonly useBoxCox?: boolean;
  readonly useTrend?: boolean;
  /** True to damp the trend. */
  readonly useDampedTrend?: boolean;
  /** True to try ARMA errors; default true. */
  readonly useArmaErrors?: boolean;
  /** Bounds of the Box–Cox exponent; default [0, 1]. */
  readonly lambdaBounds?: readonly [number, number];
  /** True for forecasts that are means, not medians, of the original scale; default false. */
  readonly biasAdjust?: boolean;
}

/**
 * Fits TBATS: exponential smoothing with trigonometric seasons of any number and length (7 and 365.25 in daily data),
 * Box–Cox transformation, damped trend and ARMA errors. The AICc chooses each component. A period of which the series
 * has fewer than two seasons is left out.
 *
 * Initial states minimise the sum of squared errors at the other parameters, so both are fitted together. The initial
 * states of the ARMA errors are 0. At a missing value (NaN) the states move on without an error. A constant series
 * repeats.
 *
 * @param y - observations
 * @returns a model for `forecast`, `fitted`, `update`, `simulate` and `decompose`
 * @throws {RangeError} if fewer than 4 values are observed, one is infinite, an option is not allowed, or a value is
 *   not positive and Box–Cox is required
 * @see De Livera, Hyndman & Snyder (2011), doi:10.1198/jasa.2011.tm09771
 */
export function tbats(y: Series, options: TbatsOptions = {}): TbatsModel {
  checkOptions("tbats", options, TBATS_OPTIONS);
  for (const period of options.periods ?? [])
    if (!(period >= 2 && period < Infinity))
      throw new RangeError(`period is ${period}; it must be a finite number of at least 2`);
  return automatic(y, options, "trigonometric");
}

/**
 * Fits BATS. It differs from `tbats` in its seasons: each phase of a season has an effect, and its state moves only
 * when the phase comes. The effects of a period add up to 0, so a period costs one state less than it has phases. Use
 * it for short periods: time grows with the cube of the sum of periods.
 *
 * @param y - observations
 * @throws {RangeError} as `tbats`, or if a period is not a whole number
 * @see De Livera, Hyndman & Snyder (2011), doi:10.1198/jasa.2011.tm09771
 */
export function bats(y: Series, options: TbatsOptions = {}): TbatsModel {
  checkOptions("bats", options, TBATS_OPTIONS);
  for (const period of options.periods ?? [])
    if (!(Number.isSafeInteger(period) && period >= 2))
      throw new RangeError(`period is ${period}; bats needs an integer of at least 2 (tbats takes any number)`);
  return automatic(y, options, "dummy");
}

function automatic(series: Series, options: TbatsOptions, seasonality: TbatsForm["seasonality"]): TbatsModel {
  const { lambdaBounds = [0, 1], useBoxCox, useTrend, useDampedTrend, useArmaErrors = true } = options;
  const [lower, upper] = lambdaBounds;
  if (!(Number.isFinite(lower) && Number.isFinite(upper) && lower < upper))
    throw new RangeError(`lambdaBounds is [${lower}, ${upper}]; it must be two finite numbers, the lower first`);
  const values = toFloat64(series);
  const nobs = checkSeries(values, 4);
  const bad = values.findIndex((value) => value <= 0);
  if (useBoxCox === true && bad >= 0)
    throw new RangeError(`the series has ${values[bad]} at position ${bad}; useBoxCox needs positive values`);
  const { biasAdjust = false } = options;
  const either = (choice: boolean | undefined) => (choice === undefined ? [false, true] : [choice]);
  return fitObserved(values, (y) => {
    if (isConstant(y)) return assemble(y, nobs, LEVEL, UNMOVED, { seasonality, biasAdjust });
    const periods = [...new Set(options.periods ?? [])]
      .sort((a, b) => a - b)
      .filter((period) => 2 * period <= y.length);
    const observations = observe(y, nobs);
    const { form, parameters } = search(observations, {
      lambda: lambdaBounds,
      boxCox: observations.transformable ? either(useBoxCox) : [false],
      trend: either(useTrend),
      damped: either(useDampedTrend),
      arma: useArmaErrors,
      periods,
      seasonality,
    });
    return assemble(y, nobs, form, parameters, { seasonality, biasAdjust });
  });
}

/** Returns a model of another series with the form and parameters of a fitted one; its initial states are estimated. */
export function tbatsLike({ form, parameters, biasAdjust }: TbatsModel, series: Series): TbatsModel {
  const nobs = checkSeries(toFloat64(series));
  return fitObserved(series, (y) => assemble(y, nobs, form, parameters, { seasonality: form.seasonality, biasAdjust }));
}

/** Parameters of a level that stays where it is. */
const UNMOVED: TbatsParameters = {
  lambda: null,
  alpha: 0,
  beta: null,
  damping: null,
  gammaOne: [],
  gammaTwo: [],
  ar: [],
  ma: [],
};

function assemble(
  y: Float64Array,
  nobs: number,
  form: TbatsForm,
  parameters: TbatsParameters,
  { seasonality, biasAdjust }: { seasonality: TbatsForm["seasonality"]; biasAdjust: boolean },
): TbatsModel {
  const z = transformed({ parameters }, y);
  const { p, q } = form;
  const system = systemOf({ form, parameters });
  const solver = createInitialStates(openPasses(z, { system, count: 0, p, q, lambda: -1, damping: -1 }), system.states);
  solver.solve(parameters);
  const initial = Array.from(solver.initial);
  const { white, state } = move({ form, parameters }, startOf({ initial, form }), z);
  const squares = white.reduce((sum, error) => sum + error * error, 0);
  const { lambda } = parameters;
  const logs = lambda === null ? 0 : y.reduce((sum, value) => (value === value ? sum + Math.log(value) : sum), 0);
  const deviance = nobs * Math.log(Math.max(squares, Number.MIN_VALUE)) - 2 * ((lambda ?? 1) - 1) * logs;
  return {
    kind: seasonality === "trigonometric" ? "tbats" : "bats",
    formatVersion: 1,
    method: tbatsName(form, parameters),
    form,
    parameters,
    biasAdjust,
    nobs,
    initial,
    state,
    sigma2: squares / nobs,
    deviance,
    aic: deviance + 2 * countNumbers(form),
  };
}
