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

/** Options of a yes or no. */
export const CHURN = {
  /** The outcome: 0 or 1, or a boolean; empty where it is not known yet. */
  target: required(text),
  /** Columns of numbers or booleans that may tell. */
  features: required(someNames),
  /** Rows held out, drawn by the run's seed, to measure the probabilities; 0 for none. */
  holdout: required(wholeFrom(0)),
  /** Folds of a stratified cross-validation, at least 2; none when left out. */
  folds: optional(wholeFrom(2)),
  /** Penalty on large coefficients, in units of the features' standard deviations; default 1. */
  ridge: optional(number),
};

/** Options of the detector of unusual readings. */
export const SENSOR_ANOMALIES = {
  ...SERIES,
  /** The time column. */
  time: required(text),
  /** What expects the next reading; default harmonics. */
  method: optional(oneOf("harmonics", "ets", "holt-winters", "snaive")),
  /** Coverage of the band in percent; default 99.99, or 99.9 with a method other than harmonics. */
  level: optional(number),
};

/** Exports as `fit` has them: the period was decided for the series, and where it was not a number, those of all seasons. */
export type Decided<E> = Omit<E, "period"> & { readonly period: number; readonly periods?: readonly number[] };

/** Exports of a forecaster by one method. */
export type ForecasterExports = Decided<Exports<typeof SERIES>> & {
  /** One of the family's. */
  readonly method: Method;
};

/** Exports of a contest, of which `holdout` is the length of each window. */
export type ContestExports = Decided<Exports<typeof SERIES>> & {
  /** Methods that compete; those that suit the series when left out. */
  readonly candidates?: readonly Method[];
  readonly windows: number;
  readonly metric: NonNullable<ContestOptions["metric"]>;
};
