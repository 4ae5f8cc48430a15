import { type Regressors, withoutGaps } from "../arima/regressors.ts";
import { type Accuracy, accuracy } from "../measures/accuracy.ts";
import { scaledPinball } from "../measures/scaled-pinball.ts";
import type { FittedModel } from "../model/fitted-model.ts";
import { rowsOf } from "../model/missing-ends.ts";
import { forecast } from "../model/model.ts";
import { checkInteger } from "../model/options.ts";
import type { Forecast } from "../model/prediction.ts";
import { checkForecastOptions } from "../model/prediction.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../time/series.ts";

/** The one global beyond the language: every runtime of JavaScript with a clock has it. */
declare const performance: { now(): number };

/** A way to forecast that takes part in a comparison. */
export interface Candidate {
  /** Its name, unique among the candidates. */
  readonly name: string;
  /** @param xreg - regressors over the times of `y`, where the comparison has any */
  readonly fit: (y: Float64Array, period: number, xreg?: Regressors) => FittedModel;
}

/** Options of a comparison from rolling origins. */
export interface RollingOriginOptions {
  /** Observations per season, an integer ≥ 1; default 1. */
  readonly period?: number;
  /** Number of steps to forecast from each origin; default a season, at least 6, at most an eighth of the series. */
  readonly h?: number;
  /** The most origins; the last is h values before the end; default 3. */
  readonly windows?: number;
  /** Observations from one origin to the next; default h, so that no value is forecast twice. */
  readonly step?: number;
  /** Coverage of the intervals in percent; default [80, 95]. */
  readonly levels?: readonly number[];
  /** Regressors by name, one value for each time of the series; methods without regressors ignore them. */
  readonly xreg?: Regressors | undefined;
  /** Limits the forecasts from an origin, and their bounds, before they are measured; no limits when left out. */
  readonly bound?: (values: Float64Array, origin: number) => Float64Array;
  /** A clock in milliseconds; default `performance.now`. */
  readonly now?: () => number;
}

/** Forecast of a candidate from one origin. */
export interface Window {
  /** Number of observations that the candidate saw: y[0] to y[origin - 1]. */
  readonly origin: number;
  readonly forecast: Forecast;
  /** Observed less forecast, NaN where missing. */
  readonly errors: Float64Array;
  readonly accuracy: Accuracy;
  /** Scaled pinball loss of the forecast and its bounds (see `scaledPinball`). */
  readonly pinball: number;
  /** Milliseconds of fitting and forecasting, by the clock `now`. */
  readonly elapsed: number;
}

/** A window in which a candidate threw an error, or made a forecast that is not finite. */
export interface Failure {
  readonly origin: number;
  readonly message: string;
  readonly elapsed: number;
}

/** Results of one candidate. */
export interface Trial {
  readonly name: string;
  readonly windows: readonly Window[];
  readonly failures: readonly Failure[];
  /** Mean of each measure over the windows where it is defined; NaN if no window defines it. */
  readonly accuracy: Accuracy;
  readonly pinball: number;
  /** Milliseconds that all windows took. */
  readonly elapsed: number;
}

/** Results of a comparison from rolling origins. */
export interface CrossValidation {
  readonly period: number;
  readonly h: number;
  /** Ascending. */
  readonly origins: readonly number[];
  /** In the order of the candidates. */
  readonly trials: readonly Trial[];
}

/** Returns the horizon of a comparison where none is given. */
export function defaultHorizon(n: number, period: number): number {
  return Math.max(1, Math.min(Math.max(period, 6), Math.floor(n / 8)));
}

/**
 * Returns the origins: n - h, and before it every `step` observations, at most `windows`, none with less than `least`
 * before it.
 */
export function originsOf(n: number, least: number, h: number, windows: number, step: number): number[] {
  for (const [name, value] of [
    ["windows", windows],
    ["step", step],
  ] as const)
    checkInteger(name, value, 1);
  const origins: number[] = [];
  for (let origin = n - h; origins.length < windows && origin >= least; origin -= step) origins.unshift(origin);
  return origins;
}

/** Returns the number of observations that an origin needs before it: two seasons and two more. */
export function leastTraining(period: number): number {
  return 2 * period + 2;
}

/**
 * Forecasts every candidate from every origin, with what was observed before it: each fit gets a copy of y[0] to
 * y[origin - 1] of its own. No origin at all is an empty comparison.
 */
export function rollOrigins(
  series: Series,
  candidates: readonly Candidate[],
  options: RollingOriginOptions,
): CrossValidation {
  const { series: y, columns } = withoutGaps(toFloat64(series), options.xreg ?? {});
  const xreg = options.xreg && columns;
  const { period = 1, windows = 3, now = () => performance.now(), bound = (values: Float64Array) => values } = options;
  checkPeriod(period);
  checkSeries(y);
  const { h, levels } = checkForecastOptions({
    h: options.h ?? defaultHorizon(y.length, period),
    ...(options.levels === undefined ? {} : { levels: options.levels }),
  });
  const origins = originsOf(y.length, leastTraining(period), h, windows, options.step ?? h);
  const trials = candidates.map((candidate): Trial => {
    const windows: Window[] = [];
    const failures: Failure[] = [];
    for (const origin of origins) {
      const training = y.slice(0, origin);
      const start = now();
      let predicted: Forecast | string;
      try {
        const model = candidate.fit(training, period, xreg && rowsOf(xreg, 0, origin));
        predicted = forecast(model, { h, levels, ...(xreg && { xreg: rowsOf(xreg, origin, origin + h) }) });
        const bad = predicted.mean.findIndex((value) => !Number.isFinite(value));
        if (bad >= 0) predicted = `the forecast of step ${bad + 1} is ${predicted.mean[bad]}`;
      } catch (error) {
        predicted = error instanceof Error ? error.message : String(error);
      }
      const elapsed = now() - start;
      if (typeof predicted === "string") {
        failures.push({ origin, message: predicted, elapsed });
        continue;
      }
      const actual = y.subarray(origin, origin + h);
      const mean = bound(predicted.mean, origin);
      const each = (rows: readonly Float64Array[]) => rows.map((values) => bound(values, origin));
      // The candidate may have changed its copy.
      const scale = { training: y.subarray(0, origin), period };
      const bounded = { ...predicted, mean, lower: each(predicted.lower), upper: each(predicted.upper) };
      windows.push({
        origin,
        forecast: bounded,
        errors: actual.map((value, j) => value - mean[j]!),
        accuracy: accuracy(actual, mean, scale),
        pinball: scaledPinball(actual, bounded, scale),
        elapsed,
      });
    }
    const elapsed = [...windows, ...failures].reduce((sum, window) => sum + window.elapsed, 0);
    return { name: candidate.name, windows, failures, ...meanScores(windows), elapsed };
  });
  return { period, h, origins, trials };
}

/** Returns each measure's mean over the windows where it is defined; NaN where it is in none. */
export function meanScores(windows: readonly Window[]): Pick<Trial, "accuracy" | "pinball"> {
  const mean = (values: readonly number[]) => {
    const defined = values.filter((value) => !Number.isNaN(value));
    return defined.length > 0 ? defined.reduce((sum, value) => sum + value, 0) / defined.length : NaN;
  };
  const of = (measure: keyof Accuracy) => mean(windows.map(({ accuracy }) => accuracy[measure]));
  return {
    accuracy: {
      ...{ me: of("me"), rmse: of("rmse"), mae: of("mae"), mape: of("mape") },
      ...{ smape: of("smape"), wape: of("wape"), mase: of("mase"), rmsse: of("rmsse") },
    },
    pinball: mean(windows.map(({ pinball }) => pinball)),
  };
}
