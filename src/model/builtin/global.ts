import {
  forecastGlobal,
  type GlobalModel,
  type GlobalSeries,
  GlobalTraining,
  leastScaleOf,
  memoryOf,
} from "@manymodel/forecast";
import type { PlainData } from "../../core/columns/plain-data.ts";
import { findDrivers } from "../../core/drivers.ts";
import { messageOf } from "../../core/errors.ts";
import { boundSeries } from "../bounded-series.ts";
import { CALENDAR_FEATURES, calendarFeatures } from "../calendar-features.ts";
import {
  type CompleteContext,
  defineModel,
  type FitContext,
  type LearnContext,
  type PredictContext,
  type UpdateContext,
} from "../define-model.ts";
import { knownSteps, noSteps } from "../known-steps.ts";
import { observed } from "../observed.ts";
import { type RegressorColumns, regressors } from "../regressors.ts";
import { NO_AXIS, type SeriesAxis, stepsAfter } from "../series-axis.ts";
import { forecastsAtLag, holdoutMeasures, lagMeasures } from "./at-lag.ts";
import { type Attributes, attributeFeatures, attributesOf, commonAttributes } from "./attribute-features.ts";
import type { GlobalExports } from "./options.ts";
import { type Metrics, originMetrics } from "./origin-metrics.ts";

/** The models that a run trains once: on all values, and on those before the holdout. */
interface GlobalLearnt {
  readonly kind: "global-learnt";
  readonly formatVersion: 1;
  /** Null where no series is long enough. */
  readonly all: GlobalModel | null;
  /** Null where no series is long enough without its holdout. */
  readonly heldOut: GlobalModel | null;
  /** Models of the origins before the last one, each on the values before its own holdout; left out with one origin. */
  readonly earlier?: readonly (GlobalModel | null)[];
  /** The reason why there is no model. */
  readonly why?: string;
}

/** Missing values are null. */
type Values = readonly (number | null)[];

/** The part of a global model that a partition keeps: its last values. */
interface GlobalPartition {
  readonly kind: "global";
  readonly formatVersion: 1;
  /** The model of the run that forecasts it. A partition that is fitted alone has not been part of `all`. */
  readonly trees: "all" | "held-out";
  readonly y: Values;
  /** Features known ahead, over the last season. */
  readonly x: Readonly<Record<string, Values>>;
  readonly attributes: Attributes;
  readonly leastScale: number;
}

/** The facts of a partition that decide the features of the run's model. */
interface FittedInfo {
  readonly period: number;
  readonly known: readonly string[];
  readonly attributes: Attributes;
}

const IMPORTANT = 12;

/**
 * One model of all partitions: boosted trees that a run trains once (see `trainGlobal`) on scaled lags, the calendar, what drives
 * the series (`source.regressors`, `holidays`) and `source.attributes`. Of a partition only its last values are kept. The metrics
 * `holdout_*` of partitions are those of a second model, which has not seen the holdout of any of them. Its errors give the
 * intervals of both. Each further origin has a model of its own.
 *
 * `info` has the features that matter most, with their share in the gain of all splits.
 */
export default defineModel({
  needsLearnt: true,
  fit({ data, exports, axis = NO_AXIS }: FitContext<object, GlobalExports>) {
    const series = seriesOf({ data, exports, axis });
    const attributes = attributesOf(data, exports.attributes);
    const info: FittedInfo = { period: Math.round(exports.period), known: Object.keys(series.x), attributes };
    return { model: partitionOf(series, attributes, { ...exports, period: info.period }, "held-out"), info };
  },

  async learn({ partitions, exports }: LearnContext<GlobalExports>): Promise<GlobalLearnt> {
    const { horizon, holdout, rounds, origins = 1 } = exports;
    const infos: FittedInfo[] = [];
    for await (const { info } of partitions) infos.push(infoOf(info));
    const options = {
      ...{ period: mostFrequent(infos.map(({ period }) => period)), horizon: Math.max(horizon, holdout) },
      ...{ known: knownNames(infos), attributes: commonAttributes(infos.map(({ attributes }) => attributes)) },
      ...{ series: Math.max(1, infos.length), ...(rounds !== undefined && { rounds }) },
    };
    const all = new GlobalTraining(options);
    const lastValues = holdout > 0 ? holdout : horizon;
    const trainings = Array.from(
      { length: holdout > 0 ? origins : 1 },
      () => new GlobalTraining({ ...options, holdout: lastValues }),
    );
    for await (const row of partitions) {
      const context = await row.read();
      const attributes = attributeFeatures(attributesOf(context.data, exports.attributes));
      const series = { ...seriesOf(context, drivenNames(options.known)), attributes };
      all.add(series);
      for (const [i, training] of trainings.entries()) {
        const y = series.y.subarray(0, endOf(series.y, trainings.length - 1 - i, lastValues));
        training.add({ ...series, y, leastScale: leastScaleOf(y.subarray(0, -lastValues)) });
      }
    }
    const heldOut = trainings.map((training) => trainedBy(() => training.train()).model ?? null);
    const last = heldOut.pop() ?? null;
    const final = trainedBy(() => all.train(last?.errors));
    return {
      kind: "global-learnt",
      formatVersion: 1,
      all: final.model ?? null,
      heldOut: last,
      ...(heldOut.length > 0 && { earlier: heldOut }),
      ...(final.why !== undefined && { why: final.why }),
    };
  },

  complete({ data, exports, axis = NO_AXIS, learnt }: CompleteContext<GlobalPartition, object, GlobalExports>) {
    const { all, heldOut, earlier = [] } = learntOf(learnt);
    const { horizon, holdout } = exports;
    const series = seriesOf({ data, exports, axis }, drivenNames(all.known));
    const attributes = attributesOf(data, exports.attributes);
    const model = partitionOf(series, attributes, all, "all");
    const { mean } = predict(all, model, { horizon, levels: [], exports, axis: stepsAfter(axis, horizon) });
    const metrics = originMetrics(
      [...earlier, heldOut].map((trained, i) => {
        const y = series.y.subarray(0, endOf(series.y, earlier.length - i, holdout));
        const isMeasured = holdout > 0 && trained !== null && y.length >= 2 * holdout;
        return isMeasured ? holdoutMetrics(trained, { ...series, y, attributes }, { data, exports }) : undefined;
      }),
    );
    return {
      model,
      ...(metrics !== undefined && { metrics }),
      ...(mean.length > 0 && { forecast: mean }),
      info: { period: all.period, learnt_from: all.series, importance: importanceOf(all) },
    };
  },

  update({ model, data, exports, axis = NO_AXIS, learnt }: UpdateContext<GlobalPartition, object, GlobalExports>) {
    const { all } = learntOf(learnt);
    const y = observed(data, exports.target);
    const x = knownColumns(exports, { ...axis, times: axis.times?.slice(0, y.length) ?? null }, drivenNames(all.known));
    const later = Object.entries(model.x).map(([name, values]): [string, Values] => [
      name,
      [...values, ...asPlain(x[name] ?? new Float64Array(y.length).fill(NaN))].slice(-all.period),
    ]);
    return {
      model: {
        ...model,
        y: [...model.y, ...asPlain(y)].slice(-memoryOf(all.period, all.horizon)),
        x: Object.fromEntries(later),
      },
      steps: y.length,
    };
  },

  predict({ model, learnt, axis = NO_AXIS, ...request }: PredictContext<GlobalPartition, object, GlobalExports>) {
    const { all, heldOut } = learntOf(learnt);
    return predict(model.trees === "all" ? all : (heldOut ?? all), model, { ...request, axis });
  },
});

/** Reads what a run learnt. @throws {RangeError} if it has no model */
function learntOf(learnt: PlainData | undefined): GlobalLearnt & { readonly all: GlobalModel } {
  if (!isLearnt(learnt)) throw new TypeError("the result of learn is not a global model");
  const { all, ...others }: GlobalLearnt = learnt;
  if (all === null) throw new RangeError(others.why ?? "the run has no global model");
  return { ...others, all };
}

const hasKind = (value: unknown, kind: string) =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === kind;

const isLearnt = (value: unknown): value is GlobalLearnt => hasKind(value, "global-learnt");

const infoOf = (info: PlainData): FittedInfo => JSON.parse(JSON.stringify(info));

/** Returns the result of training, or the reason why there is none. */
function trainedBy(train: () => GlobalModel): { readonly model?: GlobalModel; readonly why?: string } {
  try {
    return { model: train() };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { why: messageOf(error) };
  }
}

/** Returns the most frequent number; of several the one that came first; 1 of none. */
function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts].find(([, count]) => count === most)?.[0] ?? 1;
}

/** Returns the names of the features known ahead that any partition has: of the calendar, then those of drivers. */
function knownNames(infos: readonly FittedInfo[]): string[] {
  const names = new Set<string>();
  for (const info of infos) for (const name of info.known) names.add(name);
  return [...CALENDAR_FEATURES.filter((name) => names.has(name)), ...drivenNames([...names].sort())];
}

const drivenNames = (names: readonly string[]) => names.filter((name) => !CALENDAR_FEATURES.includes(name));

/** Returns the series of a partition with what is known ahead over all of its steps. */
function seriesOf(
  { data, exports, axis = NO_AXIS }: Pick<FitContext<object, GlobalExports>, "data" | "exports" | "axis">,
  names?: readonly string[],
): GlobalSeries {
  const y = data.series(exports.target);
  return { y, x: knownColumns(exports, axis, names), leastScale: leastScaleOf(y) };
}

/**
 * Returns what is known ahead at each step of an axis: the calendar, and what drives the series.
 *
 * @param names - the drivers of a model; all that the rows have when left out
 */
function knownColumns(exports: GlobalExports, axis: SeriesAxis, names?: readonly string[]): RegressorColumns {
  const drivers = driversOf(exports);
  return { ...calendarFeatures(axis), ...(drivers !== undefined && regressors({ drivers }, axis, names)) };
}

/** Returns what drives the series, without parts of the date that are features anyway, and without waves, which trees do not need. */
function driversOf(exports: GlobalExports) {
  const { fourier: _, calendar = [], ...drivers } = findDrivers(exports) ?? {};
  const days = calendar.filter((field) => !CALENDAR_FEATURES.includes(field));
  const isDriven = drivers.regressors !== undefined || drivers.holidays !== undefined || days.length > 0;
  return isDriven ? { ...drivers, calendar: days } : undefined;
}

const asPlain = (values: ArrayLike<number>): Values =>
  Array.from(values, (value) => (Number.isNaN(value) ? null : value));

const fromPlain = (values: Values) => Float64Array.from(values, (value) => value ?? NaN);

/** Returns the part of the model that a partition keeps. */
function partitionOf(
  { y, x, leastScale }: GlobalSeries,
  attributes: Attributes,
  { period, horizon }: { readonly period: number; readonly horizon: number },
  trees: GlobalPartition["trees"],
): GlobalPartition {
  const start = Math.max(0, y.length - period);
  const last = Object.entries(x).map(([name, values]) => [name, asPlain(values.subarray(start, y.length))]);
  return {
    kind: "global",
    formatVersion: 1,
    trees,
    y: asPlain(y.subarray(-memoryOf(period, horizon))),
    x: Object.fromEntries(last),
    attributes,
    leastScale,
  };
}

/** Forecasts a partition as far as what drives it is known. */
function predict(
  model: GlobalModel,
  { y, x, attributes, leastScale }: GlobalPartition,
  {
    horizon,
    levels,
    exports,
    axis,
  }: Pick<PredictContext<object, object, GlobalExports>, "horizon" | "levels" | "exports"> & {
    readonly axis: SeriesAxis;
  },
) {
  const drivers = driversOf(exports);
  const names = drivers === undefined ? [] : drivenNames(model.known);
  const { steps, xreg, stopped } = knownSteps({ drivers }, axis, { names, horizon });
  if (steps === 0) return { ...noSteps(levels), ...stopped };
  const ahead: RegressorColumns = { ...calendarFeatures(axis), ...xreg };
  const columns = model.known.map((name): [string, Float64Array] => {
    const column = new Float64Array(y.length + steps).fill(NaN);
    const past = x[name];
    // A text that the partition has never had is 0.
    if (past === undefined) column.fill(0, 0, y.length);
    else column.set(fromPlain(past), y.length - past.length);
    column.set(ahead[name]?.subarray(0, steps) ?? [], y.length);
    return [name, column];
  });
  const series = {
    ...{ y: fromPlain(y), x: Object.fromEntries(columns) },
    ...{ attributes: attributeFeatures(attributes), leastScale },
  };
  return { ...forecastGlobal(model, series, { h: steps, levels }), ...stopped };
}

/** Returns the step after the last one of an origin's holdout, so many origins before the last one. */
const endOf = (y: Float64Array, before: number, holdout: number) => Math.max(0, y.length - before * holdout);

/** Returns the accuracy over the holdout of forecasts by the model that has not seen it. */
function holdoutMetrics(
  heldOut: GlobalModel,
  { y, attributes, ...series }: Omit<GlobalSeries, "attributes"> & { readonly attributes: Attributes },
  { data, exports }: Pick<FitContext<object, GlobalExports>, "data" | "exports">,
): Metrics {
  const { holdout, lag } = exports;
  const { period } = heldOut;
  const origin = y.length - holdout;
  const training = y.subarray(0, origin);
  const features = { ...series, attributes: attributeFeatures(attributes), leastScale: leastScaleOf(training) };
  const ahead = (length: number, h: number) =>
    forecastGlobal(heldOut, { ...features, y: y.subarray(0, length) }, { h, levels: [] }).mean;
  const mean = boundSeries(ahead(origin, holdout), data, exports, origin);
  // Intervals are quantiles of errors over this very holdout, so that no measure of them is out of sample.
  const whole = holdoutMeasures({ y, origin, period, lag }, y.subarray(origin), mean);
  if (lag === undefined || lag > holdout) return { ...whole };
  // The model stays as it is: what moves is the number of values that it knows.
  const moving = {
    forecast: (length: number, _: number, h: number) => ahead(length, h),
    update: (length: number) => length + 1,
  };
  const first = origin + lag - 1;
  const orders = boundSeries(forecastsAtLag(moving, origin, { origin, lag, length: y.length }), data, exports, first);
  return { ...whole, ...lagMeasures({ y, origin, period, lag }, y.subarray(first), orders) };
}

/** Returns the features that matter most, with their share in the gain of all splits. */
function importanceOf({ trees: { names, importance } }: GlobalModel): { readonly [name: string]: number } {
  const shares = names.map((name, f): [string, number] => [name, Number((importance[f] ?? 0).toPrecision(3))]);
  return Object.fromEntries(shares.sort(([, a], [, b]) => b - a).slice(0, IMPORTANT));
}
