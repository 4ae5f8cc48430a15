import type { CalendarField, ContestOptions, Method } from "@manymodel/forecast";
import { isPeriodRule } from "../period-rule.ts";

/** A kind of value that an option takes: what it must be, for people, and the check of it. */
interface Kind<T> {
  readonly expected: string;
  readonly fits: (value: unknown) => value is T;
}
/** An option of a built-in model. */
export interface Option<T = unknown> extends Kind<T> {
  readonly isOptional: boolean;
}
export type Options = Readonly<Record<string, Option>>;

type Value<O> = O extends Option<infer T> ? T : never;
type OptionalName<O extends Options> = { [K in keyof O]: O[K]["isOptional"] extends false ? never : K }[keyof O];
/** The exports that fit options. */
export type Exports<O extends Options> = {
  readonly [K in Exclude<keyof O, OptionalName<O>>]: Value<O[K]>;
} & { readonly [K in OptionalName<O>]?: Value<O[K]> };

const required = <T>(kind: Kind<T>) => ({ ...kind, isOptional: false }) as const;
const optional = <T>(kind: Kind<T>) => ({ ...kind, isOptional: true }) as const;

const kind = <T>(expected: string, fits: (value: unknown) => value is T): Kind<T> => ({ expected, fits });
const text = kind("a string", (value) => typeof value === "string");
const number = kind("a number", (value) => typeof value === "number");
const flag = kind("true or false", (value) => typeof value === "boolean");
const names = kind(
  "a list of strings",
  (value): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === "string"),
);
const someNames = kind(
  "a list of at least one string",
  (value): value is readonly string[] => names.fits(value) && value.length > 0,
);
const oneOf = <W extends string>(...words: readonly W[]) =>
  kind(`one of ${words.join(", ")}`, (value): value is W => words.some((word) => word === value));
const someOf = <W extends string>(...words: readonly W[]) =>
  kind(
    `a list of some of ${words.join(", ")}`,
    (value): value is readonly W[] =>
      Array.isArray(value) && value.every((item) => words.some((word) => word === item)),
  );
const wholeFrom = (least: number) =>
  kind(
    `a whole number of at least ${least}`,
    (value): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= least,
  );
const share = kind(
  "a number from 0 to 1",
  (value): value is number => typeof value === "number" && value >= 0 && value <= 1,
);
const classWeight = kind(
  "balanced, or a number above 0",
  (value): value is "balanced" | number => value === "balanced" || (typeof value === "number" && value > 0),
);
const classNames = kind(
  "a list of at least two different texts or numbers",
  (value): value is readonly (string | number)[] =>
    Array.isArray(value) &&
    value.every((name) => typeof name === "string" || typeof name === "number") &&
    new Set(value.map((name) => String(name).toLowerCase())).size === value.length &&
    value.length > 1,
);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const costs = kind(
  "an object such as { false_positive: 1, false_negative: 5 }, of numbers of at least 0, not both 0",
  (value): value is { readonly false_positive: number; readonly false_negative: number } =>
    isRecord(value) &&
    Object.keys(value).sort().join() === "false_negative,false_positive" &&
    Object.values(value).every((cost) => typeof cost === "number" && cost >= 0) &&
    Object.values(value).some((cost) => cost !== 0),
);
/** Returns values to try of some options. */
const valuesOf = (...options: readonly string[]) =>
  kind(
    `an object of lists of numbers for some of ${options.join(", ")}`,
    (value): value is Readonly<Record<string, readonly number[]>> =>
      isRecord(value) &&
      Object.entries(value).every(
        ([name, list]) =>
          options.includes(name) &&
          Array.isArray(list) &&
          list.length > 0 &&
          list.every((item) => typeof item === "number"),
      ),
  );
const period = kind("auto, a number of at least 1, a list of such numbers, or one of these by interval", isPeriodRule);

/** Options of every model of series. */
export const SERIES = {
  /** The column to forecast. */
  target: required(text),
  /** Observations per season, or how they are decided for each series. */
  period: required(period),
  /** Steps of the forecast kept beside the model. */
  horizon: required(wholeFrom(1)),
  /** Observations held out at the end to measure accuracy, before all are fitted; 0 for none. */
  holdout: required(wholeFrom(0)),
};

/** Options of every model that forecasts the holdout: a method, learnt weights, one model of all series. */
export const FORECASTER = {
  ...SERIES,
  /** Steps ahead at which orders are placed: the holdout is measured at that lag too (see `atLag`); not when left out. */
  lag: optional(wholeFrom(1)),
  /** Origins from which the holdout is forecast, each `holdout` observations before the next; default 1. */
  origins: optional(wholeFrom(1)),
};

/** Exports of a combination with learnt weights. */
export type LearnedExports = Decided<Exports<typeof FORECASTER>>;

/** Options of one model of all series. */
export const GLOBAL = {
  ...FORECASTER,
  /** Columns that tell what kind of series it is, such as a category: `source.attributes`. */
  attributes: optional(names),
  /** The number of trees; default 200. */
  rounds: optional(wholeFrom(1)),
};

/** Exports of one model of all series. */
export type GlobalExports = Decided<Exports<typeof GLOBAL>>;

/** Options of sales with regressors. */
export const STORE_SALES = {
  ...SERIES,
  /** The time column. */
  time: required(text),
  /** Columns of numbers or booleans with an effect of their own, such as a promotion; known ahead when forecasting. */
  regressors: optional(names),
  /** Effects of the calendar (for days, weeks, months and shorter steps), such as dayOfWeek, month. */
  calendar: optional(someOf<CalendarField>("dayOfWeek", "month", "dayOfMonth", "hour")),
  /** A straight line; default true. */
  trend: optional(flag),
  /** Penalty on large coefficients (see `linearModel`); default 0. */
  ridge: optional(number),
};

/** Options of every model of rows. */
const ROWS = {
  /** The outcome; empty where it is not known yet. */
  target: required(text),
  /** Columns to learn from: numbers, booleans, texts as categories, dates and timestamps. */
  features: required(someNames),
  /** Rows held out, drawn by the run's seed, to measure the model; 0 for none. */
  holdout: required(wholeFrom(0)),
  /** Folds of a cross-validation, at least 2, stratified by class; none when left out, 5 to tune. */
  folds: optional(wholeFrom(2)),
  /** The number of times that the rows are divided into folds; default 1. */
  repeats: optional(wholeFrom(1)),
  /** A column whose equal values are in one fold. */
  group: optional(text),
  /** The number of combinations of `tune` to try, drawn by the run's seed; all when left out. */
  tries: optional(wholeFrom(1)),
  /** The most categories of a feature that count on their own, the most frequent; default 50. */
  levels: optional(wholeFrom(1)),
  /** Columns of the input that are in the output too. */
  keep: optional(names),
  /** True to add each feature's contribution to a score to the output; default false. */
  explain: optional(flag),
};

/** Options of every model of classes. The target is 0 or 1, or a boolean, or one of `classes`. */
const CLASSES = {
  ...ROWS,
  /** The values of a target of several classes. */
  classes: optional(classNames),
  /** The weight of ones, or `balanced` for equal weights of both classes; default 1. */
  class_weight: optional(classWeight),
  /** The probability from which on a row is of class 1, in the column CLASS. */
  threshold: optional(share),
  /** Costs of wrong classes; the threshold is then the one that costs least on held-out rows. */
  costs: optional(costs),
  /** Segments with fewer rows than this of either class get their base rate; default 1. */
  min_class_rows: optional(wholeFrom(1)),
};

/** Options of boosted trees (see `boostedTrees`). */
const TREES = {
  rounds: optional(wholeFrom(1)),
  rate: optional(number),
  leaves: optional(wholeFrom(2)),
  min_rows: optional(wholeFrom(1)),
  l2: optional(number),
  /** Values to try of these; those of the least cross-validated loss are taken. */
  tune: optional(valuesOf("rounds", "rate", "leaves", "min_rows", "l2")),
};

/** Options of a yes or no by logistic regression. */
export const CHURN = {
  ...CLASSES,
  /** Penalty on large coefficients, in units of the features' standard deviations; default 1. */
  ridge: optional(number),
  /** Values of `ridge` to try; the value of the least cross-validated loss is taken. */
  tune: optional(valuesOf("ridge")),
};

/** Options of a yes or no by boosted trees. */
export const BOOSTED_CLASSIFICATION = { ...CLASSES, ...TREES };

/** Options of a number by boosted trees. */
export const BOOSTED_REGRESSION = { ...ROWS, ...TREES };

/** Exports of any model of rows. */
export type RowExports = Exports<typeof CHURN> & Exports<typeof BOOSTED_CLASSIFICATION>;

/** Options of the detector of unusual readings. */
export const SENSOR_ANOMALIES = {
  ...SERIES,
  /** The time column. */
  time: required(text),
  /** The forecaster of the next reading; default harmonics. */
  method: optional(oneOf("harmonics", "ets", "holt-winters", "snaive")),
  /** Coverage of the band in percent; default 99.99, or 99.9 with a method other than harmonics. */
  level: optional(number),
};

/** Exports as `fit` has them: the period was decided for the series, and where it was not a number, those of all seasons. */
export type Decided<E> = Omit<E, "period"> & { readonly period: number; readonly periods?: readonly number[] };

/** Exports of a forecaster by one method. */
export type ForecasterExports = Decided<Exports<typeof FORECASTER>> & {
  /** One of the family's. */
  readonly method: Method;
};

/** Exports of a contest, of which `holdout` is the length of each window. */
export type ContestExports = Decided<Exports<typeof SERIES>> & {
  /** Methods that compete; those that suit the series when left out. */
  readonly candidates?: readonly Method[];
  /** Origins that choose, those of the holdout included; with more origins than one there are as many more windows. */
  readonly windows: number;
  readonly origins?: number;
  /** The share by which scores may be above the least and tie with it. */
  readonly tie?: number;
  readonly metric: NonNullable<ContestOptions["metric"]>;
};
