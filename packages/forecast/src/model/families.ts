import { autoArima } from "../arima/index.ts";
import { ces } from "../ces/index.ts";
import { ets } from "../ets/index.ts";
import { adida, croston, imapa, sba, tsb } from "../intermittent/index.ts";
import * as arimaKinds from "../kinds/arima.ts";
import * as averageKinds from "../kinds/averages.ts";
import * as intermittentKinds from "../kinds/intermittent.ts";
import * as regressionKinds from "../kinds/regression.ts";
import * as simpleKinds from "../kinds/simple.ts";
import * as smoothingKinds from "../kinds/smoothing.ts";
import * as tbatsKinds from "../kinds/tbats.ts";
import { autoArimaErrors } from "../regression/arima-errors.ts";
import { linearModel } from "../regression/linear.ts";
import { linearErrors } from "../regression/linear-errors.ts";
import type { JointFit } from "../regression/regression.ts";
import { drift } from "../simple/drift.ts";
import { mean } from "../simple/mean.ts";
import { naive, snaive } from "../simple/naive.ts";
import { seasonalWindowAverage, windowAverage } from "../simple/window-average.ts";
import { holtWinters } from "../smoothing/holt-winters.ts";
import { stlf } from "../smoothing/stlf.ts";
import { bats, tbats } from "../tbats/index.ts";
import { dynamicOptimizedTheta, theta } from "../theta/index.ts";
import type { Series } from "../time/series.ts";
import { joinKinds } from "./dispatch.ts";
import type { FittedModel } from "./fitted-model.ts";
import type { Kinds, MovingKinds } from "./kind.ts";
import { fitObserved } from "./missing-ends.ts";

/**
 * Fits a model to a series with `period` observations per season.
 *
 * @param periods - those of all its seasons, for methods that take several; `period` alone when left out
 * @param earlier - the method's model of the beginning of the series, for methods whose search can start from it
 */
export type Fit = (y: Series, period: number, periods?: readonly number[], earlier?: FittedModel) => FittedModel;

/** Returns the periods of a method that takes several. */
const several = (period: number, periods: readonly number[] = [period]) => periods.filter((one) => one > 1);
/** Returns the those of one that takes whole numbers. */
const whole = (period: number, periods: readonly number[] | undefined) =>
  periods === undefined ? several(period) : [...new Set(several(period, periods).map(Math.round))];

/**
 * Methods that are used without the others: how each fits a series, and the kinds of models that they give. What imports a
 * family has the code of no other method.
 */
export interface Family {
  readonly fits: Readonly<Record<string, Fit>>;
  readonly kinds: Kinds;
}

/** A family as far as its models forecast and move on. */
export type MovingFamily = Pick<Family, "fits"> & { readonly kinds: MovingKinds };

/** Methods that estimate the effects of regressors together with their own coefficients. */
export type JointFits = Readonly<Record<string, (period: number, periods?: readonly number[]) => JointFit>>;

/** Automatic ARIMA with regressors. */
export const ARIMA_WITH_REGRESSORS = { "auto-arima": autoArimaErrors } satisfies JointFits;

/** The kinds of models that `ARIMA` gives, without sample paths. */
export const ARIMA_KINDS = {
  forecast: arimaKinds.forecast,
  fitted: arimaKinds.fitted,
  update: arimaKinds.update,
} satisfies MovingKinds;

/** The fits of `ARIMA`, apart from its kinds: a program that only forecasts leaves them out. */
export const ARIMA_FITS = {
  "auto-arima": (y, period, _periods?, earlier?) =>
    autoArima(y, { period, ...(earlier?.kind === "arima" && { searchFrom: earlier }) }),
} satisfies Family["fits"];

/** Automatic ARIMA. */
export const ARIMA = { fits: ARIMA_FITS, kinds: arimaKinds } satisfies Family;

/** The kinds of models that `SMOOTHING` gives, without sample paths. */
export const SMOOTHING_KINDS = {
  forecast: smoothingKinds.forecast,
  fitted: smoothingKinds.fitted,
  update: smoothingKinds.update,
  supports: smoothingKinds.supports,
} satisfies MovingKinds;

/** The fits of `SMOOTHING`, apart from its kinds: a program that only forecasts leaves them out. */
export const SMOOTHING_FITS = {
  ets: (y, period) => ets(y, { period }),
  "holt-winters": (y, period) => holtWinters(y, { period }),
  theta: (y, period) => theta(y, { period }),
  "dynamic-theta": (y, period) => dynamicOptimizedTheta(y, { period }),
  ces: (y, period) => ces(y, { period }),
  // Without two full seasons there is nothing to decompose.
  stlf: (y, period, periods?) =>
    fitObserved<FittedModel>(y, (values) => {
      const fitting = whole(period, periods).filter((one) => values.length > 2 * one);
      return fitting.length > 0 ? stlf(values, { periods: fitting }) : ets(values, { period });
    }),
} satisfies Family["fits"];

/** Exponential smoothing and its relatives. */
export const SMOOTHING = { fits: SMOOTHING_FITS, kinds: smoothingKinds } satisfies Family;

/** The kinds of models that `TBATS` gives, without sample paths. */
export const TBATS_KINDS = {
  forecast: tbatsKinds.forecast,
  fitted: tbatsKinds.fitted,
  update: tbatsKinds.update,
} satisfies MovingKinds;

/** The fits of `TBATS`, apart from its kinds: a program that only forecasts leaves them out. */
export const TBATS_FITS = {
  tbats: (y, period, periods?) => tbats(y, { periods: several(period, periods) }),
  bats: (y, period, periods?) => bats(y, { periods: whole(period, periods) }),
} satisfies Family["fits"];

/** Exponential smoothing with trigonometric seasons, Box–Cox transformation and ARMA errors. */
export const TBATS = { fits: TBATS_FITS, kinds: tbatsKinds } satisfies Family;

const linearTerms = (period: number, periods?: readonly number[]) => ({
  trend: true,
  fourier: several(period, periods).map((one) => ({ period: one, harmonics: Math.min(10, Math.floor(one / 2)) })),
});

/** Linear regression with regressors. */
export const LINEAR_WITH_REGRESSORS = {
  linear: (period, periods?) => linearErrors(linearTerms(period, periods)),
} satisfies JointFits;

/** The kinds of models that `SIMPLE` gives. */
export const SIMPLE_KINDS = /* @__PURE__ */ joinKinds(simpleKinds, averageKinds, intermittentKinds, regressionKinds);

/** The fits of `SIMPLE`, apart from its kinds: a program that only forecasts leaves them out. */
export const SIMPLE_FITS = {
  naive: (y) => naive(y),
  snaive: (y, period) => snaive(y, { period }),
  drift: (y) => drift(y),
  mean: (y) => mean(y),
  "window-average": (y, period) => windowAverage(y, { window: Math.max(3, period) }),
  "seasonal-window-average": (y, period) => seasonalWindowAverage(y, { period, window: 3 }),
  croston: (y) => croston(y),
  sba: (y) => sba(y),
  tsb: (y) => tsb(y),
  adida: (y) => adida(y),
  imapa: (y) => imapa(y),
  linear: (y, period, periods?) => linearModel(y, linearTerms(period, periods)),
} satisfies Family["fits"];

/** Methods that take next to no time: benchmarks, averages, intermittent demand, regression on time. */
export const SIMPLE = { fits: SIMPLE_FITS, kinds: SIMPLE_KINDS } satisfies Family;

/** The families by name: a definition's module in `src/model/builtin` each. */
export const FAMILIES = { arima: ARIMA, smoothing: SMOOTHING, tbats: TBATS, simple: SIMPLE } satisfies Record<
  string,
  Family
>;
