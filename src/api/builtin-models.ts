import { METHODS } from "@manymodel/forecast";
import { FAMILIES } from "@manymodel/forecast/families";
import { moduleUrl } from "../core/module-url.ts";

/** What a value of an option must be, as text for people and as a test. */
export interface OptionType {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

/** A model that can be named by one word. */
export interface BuiltinModel {
  /** The definition's module in `src/model/builtin`, without its ending. */
  readonly module: string;
  /** What it takes, in the order to list it; what is not here is not sent. */
  readonly options: Readonly<Record<string, OptionType>>;
  readonly required: readonly string[];
  /** Options that name columns which must hold numbers or booleans. */
  readonly columns: readonly string[];
  /** Whether it forecasts the target's series: then that column holds numbers, and the last of `order_by` is a time. */
  readonly series: boolean;
  /** Exports of its own. */
  readonly exports: Readonly<Record<string, string>>;
}

const text: OptionType = { expected: "a string", fits: (value) => typeof value === "string" };
const number: OptionType = { expected: "a number", fits: (value) => typeof value === "number" };
const flag: OptionType = { expected: "true or false", fits: (value) => typeof value === "boolean" };
const names: OptionType = {
  expected: "a list of strings",
  fits: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
};
const oneOf = (words: readonly string[]): OptionType => ({
  expected: `one of ${words.join(", ")}`,
  fits: (value) => words.includes(value as string),
});
const someOf = (words: readonly string[]): OptionType => ({
  expected: `a list of some of ${words.join(", ")}`,
  fits: (value) => Array.isArray(value) && value.every((item) => words.includes(item as string)),
});

/** The smallest definition that has a method: of its family, or of all of them. */
const moduleOf = (method: string) =>
  Object.entries(FAMILIES).find(([, { fits }]) => Object.hasOwn(fits, method))?.[0] ?? "forecaster";

const wholeFrom = (least: number): OptionType => ({
  expected: `a whole number of at least ${least}`,
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= least,
});
const period: OptionType = {
  expected: "a number of at least 1",
  fits: (value) => typeof value === "number" && value >= 1,
};
const series = { target: text, period, horizon: wholeFrom(1), holdout: wholeFrom(0) };
const none = { required: [], columns: [], exports: {} };

/** Returns the URL of a definition's module in `src/model/builtin`. */
export const builtinDefinition = (module: string) => moduleUrl(`../model/builtin/${module}`, import.meta.url);

/** Definitions by the word that names them: each forecasting method, and the models of other shapes. */
export const BUILTIN_MODELS: Readonly<Record<string, BuiltinModel>> = {
  ...Object.fromEntries(
    Object.keys(METHODS).map((method) => [
      method,
      { ...none, module: moduleOf(method), options: series, series: true, exports: { method } },
    ]),
  ),
  "store-sales": {
    ...none,
    module: "store-sales",
    options: {
      ...series,
      time: text,
      regressors: names,
      calendar: someOf(["dayOfWeek", "month", "dayOfMonth", "hour"]),
      trend: flag,
      ridge: number,
    },
    required: ["time"],
    columns: ["regressors"],
    series: true,
  },
  churn: {
    ...none,
    module: "churn",
    options: { target: text, features: names, holdout: number, ridge: number },
    required: ["features"],
    columns: ["target", "features"],
    series: false,
  },
  "sensor-anomalies": {
    ...none,
    module: "sensor-anomalies",
    options: { ...series, time: text, method: oneOf(["ets", "holt-winters", "snaive"]), level: number },
    required: ["time"],
    series: true,
  },
};
