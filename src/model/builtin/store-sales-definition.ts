import { accuracy } from "@manymodel/forecast";
import {
  type Calendar,
  cumulative,
  fitted,
  forecast,
  type LinearModel,
  type LinearOptions,
  linearModel,
  update,
} from "@manymodel/forecast/regression";
import { at } from "../../core/aligned.ts";
import { boundSeries } from "../bounded-series.ts";
import { defineModel, type FitContext, type PredictContext } from "../define-model.ts";
import type { Frame } from "../frame.ts";
import { formatTime, type Interval, nextTimes, parseInterval, parseTime } from "../interval.ts";
import type { KnownSteps } from "../known-steps.ts";
import { observed } from "../observed.ts";
import type { RegressorColumns } from "../regressors.ts";
import { NO_AXIS, type SeriesAxis } from "../series-axis.ts";
import { readTimes, timeAxis } from "../time-axis.ts";
import type { Decided, Exports, STORE_SALES } from "./options.ts";

type StoreSalesExports = Decided<Exports<typeof STORE_SALES>>;

/** The fitted model, and where its series ends. */
export type StoreSalesModel = {
  readonly kind: "store-sales";
  readonly formatVersion: 1;
  readonly linear: LinearModel;
  readonly regressors: readonly string[];
  /** Names of the regressors that the source states (see `regressors`). */
  readonly driven?: readonly string[];
  /** The values of regressors that had only one in the training data, so that their effects are not known. */
  readonly constant?: Readonly<Record<string, number>>;
  readonly time: { readonly column: string; readonly last: string; readonly interval: Interval };
};

/** Reads the drivers that the source states, where a run has any. */
export interface SourceDrivers {
  /** Returns them over the steps of an axis: all, or those of a model. */
  regressors(exports: unknown, axis: SeriesAxis, names?: readonly string[]): RegressorColumns;
  /** Returns the steps of a forecast that they are known for. */
  known(
    request: Pick<PredictContext<StoreSalesModel>, "model" | "horizon" | "axis"> & { readonly exports: unknown },
  ): KnownSteps;
}

/**
 * Returns sales with promotions, prices and the like: a linear model of trend, season, calendar and regressor columns for each
 * partition. A row without a regressor's value is left out, like one without sales.
 *
 * To forecast, the batch's input, or its table of the future, must have rows for the steps after the last known sales, with
 * the regressors' values; their target may be empty, and rows of the past may be there too.
 */
export function storeSales(driven?: SourceDrivers) {
  return defineModel({
    fit({ data, exports, axis: steps = NO_AXIS }: FitContext<object, StoreSalesExports>) {
      const { period, holdout, target, regressors = [] } = exports;
      const axis = timeAxis(data, exports.time);
      const last = formatTime(axis.type, at(axis.times, -1));
      const y = data.series(target);
      const ofRows = regressors.map((name) => [name, data.series(name)] as const);
      const ofSource = Object.entries(driven?.regressors(exports, steps) ?? {});
      const columns = [...ofRows, ...ofSource];
      for (const [, column] of columns) column.forEach((value, t) => (Number.isNaN(value) ? (y[t] = NaN) : value));
      const xreg = (from: number, to: number) =>
        Object.fromEntries(
          columns.map(([name, column]) => [name, column.slice(from, to).map((value) => (value === value ? value : 0))]),
        );
      const start = formatTime(axis.type, at(axis.times, 0));
      const terms = termsOf(exports, axis.interval, start);
      const fit = (n: number) => linearModel(y.subarray(0, n), { ...terms, xreg: xreg(0, n) });
      const { linear, leftOut } = fitFewer(y, { ...terms, xreg: xreg(0, y.length) });
      const constant = constants(ofRows, y);
      const inSample = accuracy(
        y,
        fitted(linear, y, { xreg: xreg(0, y.length) }).map((v, t) => (Number.isNaN(at(y, t)) ? NaN : v)),
        {
          training: y,
          period,
        },
      );
      const measured: Record<string, number> = {};
      const n = y.length - holdout;
      if (holdout > 0 && n >= holdout)
        try {
          const { mean } = forecast(fit(n), { h: holdout, xreg: xreg(n, y.length) });
          const measures = accuracy(y.subarray(n), boundSeries(mean, data, exports, n), {
            training: y.subarray(0, n),
            period,
          });
          for (const [name, value] of Object.entries(measures)) measured[`holdout_${name}`] = value;
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
        }
      const effects = columns.flatMap(([name]) => {
        const i = linear.names.indexOf(name);
        return i < 0 ? [] : [[name, { effect: at(linear.coef, i), standardError: at(linear.se, i) }] as const];
      });
      const model: StoreSalesModel = {
        kind: "store-sales",
        formatVersion: 1,
        linear,
        regressors,
        ...(ofSource.length > 0 && { driven: ofSource.map(([name]) => name) }),
        ...(Object.keys(constant).length > 0 && { constant }),
        time: { column: exports.time, last, interval: axis.interval },
      };
      return {
        model,
        metrics: { ...inSample, ...measured },
        info: { effects: Object.fromEntries(effects), dropped: linear.dropped, ...(leftOut.length > 0 && { leftOut }) },
      };
    },
    update({ model, data, exports, axis = NO_AXIS }) {
      const y = observed(data, exports.target).slice();
      if (y.length === 0) return { model, steps: 0 };
      const columns = [
        ...model.regressors.map((name) => [name, data.series(name)] as const),
        ...Object.entries((model.driven && driven?.regressors(exports, axis, model.driven)) ?? {}),
      ];
      const xreg = Object.fromEntries(
        columns.map(([name, all]) => {
          const values = all.slice(0, y.length);
          values.forEach((value, t) => {
            if (Number.isNaN(value)) y[t] = NaN;
          });
          return [name, values.map((value) => (value === value ? value : 0))];
        }),
      );
      const { column, last, interval } = model.time;
      const { type } = readTimes(data, column);
      const moved = formatTime(type, at(nextTimes(parseTime(type, last), interval, y.length), -1));
      const linear = update(model.linear, y, { xreg });
      return { model: { ...model, linear, time: { column, last: moved, interval } }, steps: y.length };
    },
    predict(context) {
      const { model, horizon, levels, leadTime, seed } = context;
      const ofRows = model.regressors.length === 0 ? {} : ownRegressors(model, horizon, context);
      const ahead = driven?.known(context) ?? { steps: horizon, xreg: {}, stopped: {} };
      const { steps, stopped } = ahead;
      if (steps === 0)
        return { mean: [], levels, lower: levels.map(() => []), upper: levels.map(() => []), ...stopped };
      const xreg = Object.fromEntries(
        Object.entries({ ...ofRows, ...ahead.xreg }).map(([name, values]) => [name, values.slice(0, steps)]),
      );
      const sumQuantile = (sum: NonNullable<typeof leadTime>) =>
        at(
          at(cumulative(model.linear, { h: steps, quantiles: [sum.serviceLevel], seed, xreg }).values, 0),
          sum.steps - 1,
        );
      return {
        ...forecast(model.linear, { h: steps, levels, xreg }),
        ...(leadTime !== undefined && leadTime.steps <= steps && { orderUpTo: sumQuantile(leadTime) }),
        ...unseen(model, ofRows),
        ...stopped,
      };
    },
  });
}

/** Parts of the model in the order in which they are left out where there are fewer rows than coefficients. */
const PARTS = ["calendar", "season", "trend", "regressors"] as const;

/**
 * Fits the model with all its parts or, where there are not more rows than coefficients, with as few of `PARTS` left out as
 * allow one.
 *
 * @throws {RangeError} of the whole model, if none can be fitted
 */
function fitFewer(y: Float64Array, whole: LinearOptions): { linear: LinearModel; leftOut: readonly string[] } {
  let reason: unknown;
  let options = whole;
  for (let count = 0; count <= PARTS.length; count++) {
    const leftOut = PARTS.slice(0, count);
    if (leftOut.at(-1) === "calendar") options = { ...options, effects: [] };
    if (leftOut.at(-1) === "season") options = { ...options, fourier: [] };
    if (leftOut.at(-1) === "trend") options = { ...options, trend: false };
    if (leftOut.at(-1) === "regressors") options = { ...options, xreg: {} };
    try {
      return { linear: linearModel(y, options), leftOut };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      reason ??= error;
    }
  }
  throw reason;
}

/** Returns the regressors that have one value wherever there is one of the target, with that value. */
function constants(columns: readonly (readonly [string, Float64Array])[], y: Float64Array): Record<string, number> {
  return Object.fromEntries(
    columns.flatMap(([name, column]) => {
      const distinct = new Set(column.filter((_, t) => !Number.isNaN(at(y, t))));
      const [value, ...others] = distinct;
      return value === undefined || others.length > 0 ? [] : [[name, value] as const];
    }),
  );
}

/** Notes a regressor whose effect is not known, for it never varied, but which varies in the steps to come. */
function unseen({ constant = {} }: StoreSalesModel, xreg: Readonly<Record<string, ArrayLike<number>>>) {
  const messages = Object.entries(constant).flatMap(([name, value]) => {
    const values = Array.from(xreg[name] ?? []);
    const step = values.findIndex((other) => other !== value);
    return step < 0
      ? []
      : [
          `${name} was always ${value} in training, so its effect is not known: its value ${values[step]} in step ${step + 1} changes nothing`,
        ];
  });
  return messages.length === 0 ? {} : { note: { type: "unseen-regressor", message: messages.join("; ") } };
}

/** Returns the linear model's terms. */
function termsOf(
  { period, periods = [period], trend = true, calendar = [], ridge = 0 }: StoreSalesExports,
  interval: Interval,
  start: string,
): LinearOptions {
  const seasons = periods
    .filter((one) => one > 1)
    .map((one) => ({ period: one, harmonics: Math.max(1, Math.min(3, Math.floor(one / 2))) }));
  return {
    trend,
    ridge,
    ...(seasons.length > 0 && { fourier: seasons }),
    ...(calendar.length > 0 && { effects: calendar, calendar: calendarOf(interval, start) }),
  };
}

/**
 * Returns the calendar of a series' observations. @throws {RangeError} if the interval has steps that a calendar does
 * not count
 */
function calendarOf(interval: Interval, start: string): Calendar {
  const parts = parseInterval(interval);
  if (
    parts === undefined ||
    parts.unit === "weekday" ||
    parts.unit === "number" ||
    (parts.unit === "second" && !Number.isInteger(parts.step))
  )
    throw new RangeError(`calendar effects need steps of days, months or whole seconds; the interval is ${interval}`);
  return {
    start: `${start.replace(" ", "T")}${start.includes(" ") ? "Z" : ""}`,
    unit: parts.unit,
    every: parts.step,
  };
}

/** Returns the values of the model's own regressors in the steps to come. */
function ownRegressors(model: StoreSalesModel, horizon: number, { data, future }: { data: Frame; future?: Frame }) {
  return future === undefined ? futureRegressors(model, horizon, data) : givenRegressors(model, future);
}

/**
 * Returns the regressors' values in the rows of the future, one a step. @throws {RangeError} naming one that is missing
 */
function givenRegressors({ regressors }: StoreSalesModel, future: Frame) {
  return Object.fromEntries(
    regressors.map((name) => {
      const values = future.series(name);
      const step = values.findIndex(Number.isNaN);
      if (step >= 0)
        throw new RangeError(
          `the table of the future has no ${name} in step ${step + 1} of ${values.length}; fill it in`,
        );
      return [name, values];
    }),
  );
}

/**
 * Returns the regressors' values at the steps after the model's last observation. @throws {RangeError} naming one that
 * is not there
 */
function futureRegressors({ regressors, time }: StoreSalesModel, horizon: number, data: Frame) {
  if (regressors.length === 0) return {};
  const { type, times } = readTimes(data, time.column);
  const rows = new Map(Array.from(times, (at, row) => [at, row]));
  const steps = nextTimes(parseTime(type, time.last), time.interval, horizon);
  return Object.fromEntries(
    regressors.map((name) => {
      const values = data.series(name);
      return [
        name,
        Array.from(steps, (at, step) => {
          const value = values[rows.get(at) ?? -1] ?? NaN;
          if (Number.isNaN(value))
            throw new RangeError(
              `the input has no ${name} for ${time.column} ${formatTime(type, at)}, step ${step + 1} of ${horizon}; add the rows after ${time.last}`,
            );
          return value;
        }),
      ];
    }),
  );
}
