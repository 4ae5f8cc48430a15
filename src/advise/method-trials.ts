import { accuracy, type DemandClass, forecast, METHODS, type Method } from "@manymodel/forecast";
import { median } from "@manymodel/forecast/stats";
import { zip } from "../core/aligned.ts";
import { type RelativeError, relativeError } from "./relative-error.ts";

/** A series to try methods on: all of it, and the class of its demand. */
export interface TrialSeries {
  readonly y: Float64Array;
  readonly demand: DemandClass | null;
}

/** The error of a method on held-out steps, and its cost. */
export interface MethodTrial {
  readonly method: Method;
  /** The number of series that the method forecast, and of series that it could not be fitted to. */
  readonly series: number;
  readonly failed: number;
  /** Mean absolute scaled error, averaged over the series where it is defined; NaN if it is defined for none. */
  readonly mase: number;
  /** Ratio of its errors to those of the seasonal naive method. */
  readonly toNaive: RelativeError;
  /** Median milliseconds of one fit and forecast. */
  readonly fitMs: number;
}

/** The result of trying methods on the same held-out steps. */
export interface MethodTrials {
  /** The most accurate first. */
  readonly trials: readonly MethodTrial[];
  /** The number of series that every method was tried on. */
  readonly series: number;
  /** Methods that are too slow for these series and this budget. */
  readonly slow: readonly Method[];
  /** The cheapest method whose error is within 5 % of the least; undefined if too few methods could be tried. */
  readonly proposal: Method | undefined;
}

/** Options of a contest of methods. */
export interface MethodTrialOptions {
  readonly period: number;
  /** Steps to hold out. */
  readonly h: number;
  /** Milliseconds that all methods may take together. */
  readonly budgetMs: number;
  readonly clock: () => number;
}

/** Fewer series than this propose nothing. */
const ENOUGH = 8;

/** The share by which the error of a cheaper method may exceed the least: `refine` spends time where it pays. */
const TOLERANCE = 0.05;

/** Errors of one method, series by series; NaN where it could not be fitted. */
interface Attempts {
  readonly errors: number[];
  readonly mases: number[];
  readonly times: number[];
}

/**
 * Tries the built-in methods on the last `h` steps of series, one series after another with every method, until the time is
 * over and enough series were tried: all methods are judged by the same series. A method that would take more than a
 * quarter of the time for so many series is left out.
 *
 * The error of a series is its mean absolute error; where demand is intermittent or lumpy, its root mean squared error,
 * since a forecast of 0 has the least absolute error of a series that is mostly 0.
 *
 * @param series - in the order in which they are tried; at least 4 values and twice `h` must be left to fit
 * @see Davydenko & Fildes (2013), doi:10.1016/j.ijforecast.2012.09.002, for the average of relative errors
 */
export function tryMethods(series: readonly TrialSeries[], options: MethodTrialOptions): MethodTrials {
  const { h, budgetMs, clock } = options;
  const fitting = series.filter(({ y }) => y.length - h >= Math.max(2 * h, 4));
  const names = Object.keys(METHODS) as Method[];
  const attempts = new Map<Method, Attempts>(names.map((name) => [name, { errors: [], mases: [], times: [] }]));
  const slow: Method[] = [];
  const began = clock();
  let tried = 0;
  for (const one of fitting) {
    if (tried >= ENOUGH && clock() - began > budgetMs) break;
    for (const [method, attempt] of attempts) {
      const before = clock();
      const { error, mase } = attemptOn(one, method, options);
      const took = clock() - before;
      attempt.errors.push(error);
      attempt.mases.push(mase);
      attempt.times.push(took);
      if (attempt.times.length <= 2 && 4 * took * ENOUGH > budgetMs) {
        slow.push(method);
        attempts.delete(method);
      }
    }
    tried++;
  }
  const naive = attempts.get("snaive")?.errors ?? [];
  const trials = [...attempts]
    .map(([method, attempt]) => summary(method, attempt, naive))
    .filter(({ series }) => series > 0)
    .sort((a, b) => a.toNaive.ratio - b.toNaive.ratio || a.fitMs - b.fitMs);
  return {
    trials,
    series: tried,
    slow,
    proposal: tried < Math.min(ENOUGH, series.length) ? undefined : propose(trials),
  };
}

/** Fits one method to what comes before the last `h` steps, and measures its forecasts of them. */
function attemptOn({ y, demand }: TrialSeries, method: Method, { period, h }: MethodTrialOptions) {
  const training = y.subarray(0, y.length - h);
  const season = training.length >= period ? period : 1;
  try {
    const { mean } = forecast(METHODS[method](training, season), { h });
    const { mae, rmse, mase } = accuracy(y.subarray(y.length - h), mean, { training, period: season });
    return { error: demand === "intermittent" || demand === "lumpy" ? rmse : mae, mase };
  } catch (error) {
    if (error instanceof RangeError) return { error: NaN, mase: NaN };
    throw error;
  }
}

function summary(method: Method, { errors, mases, times }: Attempts, naive: readonly number[]): MethodTrial {
  const pairs = [...zip(errors, naive)].filter(([error, other]) => !Number.isNaN(error) && !Number.isNaN(other));
  const finite = mases.filter((mase) => Number.isFinite(mase));
  return {
    method,
    series: errors.filter((error) => !Number.isNaN(error)).length,
    failed: errors.filter((error) => Number.isNaN(error)).length,
    mase: finite.reduce((sum, mase) => sum + mase, 0) / finite.length,
    toNaive: relativeError(
      pairs.map(([error]) => error),
      pairs.map(([, other]) => other),
    ),
    fitMs: median(times),
  };
}

/** Returns the cheapest of the methods that forecast every series and are about as good as the best of them. */
function propose(trials: readonly MethodTrial[]): Method | undefined {
  const whole = trials.filter(({ failed, toNaive }) => failed === 0 && !Number.isNaN(toNaive.ratio));
  const [best] = whole;
  if (best === undefined) return undefined;
  const good = whole.filter(({ toNaive }) => toNaive.ratio <= best.toNaive.ratio * (1 + TOLERANCE));
  return good.reduce((cheapest, trial) => (trial.fitMs < cheapest.fitMs ? trial : cheapest)).method;
}
