import { METHODS } from "@manymodel/forecast";
import { FAMILIES } from "@manymodel/forecast/families";
import { moduleUrl } from "../core/module-url.ts";
import { UNDRIVEN } from "../model/builtin/driven-fit.ts";
import {
  BOOSTED_CLASSIFICATION,
  BOOSTED_REGRESSION,
  CHURN,
  FORECASTER,
  GLOBAL,
  type Options,
  SENSOR_ANOMALIES,
  STORE_SALES,
} from "../model/builtin/options.ts";

/** A model that can be named by one word. */
export interface BuiltinModel {
  /** The definition's module in `src/model/builtin`, without its ending. */
  readonly module: string;
  /** The options that it takes, in the order to list them. Others are not sent. */
  readonly options: Options;
  /** Options that name columns which must hold numbers or booleans. */
  readonly columns: readonly string[];
  /** The definition's module where drivers are stated (`source.regressors` and its like); left out if it does not know of any. */
  readonly driven?: string;
  /** Options that name columns of any type. */
  readonly anyColumns: readonly string[];
  /**
   * True if it forecasts the target's series: then that column holds numbers, and the last of `order_by` is a time.
   */
  readonly series: boolean;
  /** True if a stored model is the forecasting library's own, which takes in newer rows as the library does. */
  readonly library: boolean;
  /** True if its fit takes little longer than reading the rows: means, naive and intermittent methods. */
  readonly isQuick?: boolean;
  /** Exports of its own. */
  readonly exports: Readonly<Record<string, string>>;
}

/** Returns the smallest definition that has a method: of its family, or of all of them. */
const moduleOf = (method: string) =>
  Object.entries(FAMILIES).find(([, { fits }]) => Object.hasOwn(fits, method))?.[0] ?? "forecaster";

const drivenOf = (method: string) => {
  const module = moduleOf(method);
  return UNDRIVEN.includes(method) ? {} : { driven: module === "forecaster" ? "driven-methods" : `driven-${module}` };
};

const none = { columns: [], anyColumns: [], library: false, exports: {} };

/** The parts that models of rows share. */
const rows = { columns: ["target"], anyColumns: ["features", "group", "keep"], series: false };

/** The definition that `refine` trains by: methods compete for each partition. */
export const CONTEST = "contest";

/** Returns the URL of a definition's module in `src/model/builtin`. */
export const builtinDefinition = (module: string) => moduleUrl(`../model/builtin/${module}`, import.meta.url);

/** Definitions by the word that names them: each forecasting method, and the models of other shapes. */
export const BUILTIN_MODELS: Readonly<Record<string, BuiltinModel>> = {
  ...Object.fromEntries(
    Object.keys(METHODS).map((method) => [
      method,
      {
        ...{ ...none, ...drivenOf(method), module: moduleOf(method), options: FORECASTER },
        ...{ series: true, library: true, exports: { method }, isQuick: Object.hasOwn(FAMILIES.simple.fits, method) },
      },
    ]),
  ),
  learned: { ...none, module: "learned", options: FORECASTER, series: true, library: true },
  global: { ...none, module: "global", options: GLOBAL, anyColumns: ["attributes"], series: true },
  "store-sales": {
    ...none,
    module: "store-sales",
    driven: "driven-store-sales",
    options: STORE_SALES,
    columns: ["regressors"],
    series: true,
  },
  churn: {
    ...none,
    ...rows,
    module: "churn",
    options: CHURN,
  },
  "boosted-classification": {
    ...none,
    ...rows,
    module: "boosted-classification",
    options: BOOSTED_CLASSIFICATION,
  },
  "boosted-regression": {
    ...none,
    ...rows,
    module: "boosted-regression",
    options: BOOSTED_REGRESSION,
  },
  "sensor-anomalies": {
    ...none,
    module: "sensor-anomalies",
    options: SENSOR_ANOMALIES,
    series: true,
  },
};

/** Names of the definitions whose stored models are the forecasting library's own. */
export const LIBRARY_DEFINITIONS: ReadonlySet<string> = new Set([
  CONTEST,
  "forecaster",
  ...Object.values(BUILTIN_MODELS).flatMap(({ module, library }) => (library ? module : [])),
]);
