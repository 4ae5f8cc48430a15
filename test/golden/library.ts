import {
  accuracy,
  adf,
  anomalies,
  boxCoxLambda,
  changePoints,
  contest,
  detectPeriods,
  features,
  fitted,
  forecast,
  groupedHierarchy,
  historicalProportions,
  kpss,
  ljungBox,
  logistic,
  mstl,
  ndiffs,
  nsdiffs,
  pp,
  RECONCILIATION_METHODS,
  reconcile,
  residuals,
  seasonalStrength,
  simulate,
  snaive,
  stl,
  supports,
  update,
} from "manymodel/forecast";
import { ALL_METHODS } from "../fixtures/bodies/any-method.ts";
import { hashOf, type Items } from "./hashes.ts";
import { vectors } from "./tables.ts";

const PERIOD = 7;
const HORIZON = 8;
const LEVELS = [0, 80, 95];
/** Values that follow a series, one of them missing. */
const NEWER = [3, Number.NaN, 5];

/**
 * Returns the results of the forecasting library: of each series by each method, and of some series by its other
 * functions.
 */
export function libraryItems(): Items {
  const items = new Map<string, string>();
  const series = vectors();
  for (const [name, y] of Object.entries(series)) {
    for (const [method, fit] of Object.entries(ALL_METHODS))
      items.set(
        `library/${method}/${name}`,
        result(() => {
          const model = fit(y, PERIOD);
          return [
            model.kind,
            {
              model,
              forecast: forecast(model, { h: HORIZON, levels: LEVELS }),
              fitted: supports(model, "fitted") && [fitted(model, y), residuals(model, y)],
              updated: supports(model, "update") && forecast(update(model, NEWER), { h: HORIZON, levels: LEVELS }),
              simulated: supports(model, "simulate") && simulate(model, { h: 4, paths: 2, seed: 1 }),
            },
          ];
        }),
      );
    for (const [fn, call] of Object.entries(FUNCTIONS))
      items.set(
        `library/${fn}/${name}`,
        result(() => [fn, call(y)]),
      );
  }
  for (const method of RECONCILIATION_METHODS)
    items.set(
      `library/reconcile/${method}`,
      result(() => [method, reconciled(method)]),
    );
  return items;
}

/** Returns a result's word and hash; of an error its type, and its message's hash. */
function result(work: () => [word: string, value: unknown]): string {
  try {
    const [word, value] = work();
    return `${word} ${hashOf(value)}`;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `RangeError ${hashOf(error.message)}`;
  }
}

const FUNCTIONS: Readonly<Record<string, (y: Float64Array) => unknown>> = {
  stl: (y) => stl(y, { period: PERIOD, robust: true }),
  mstl: (y) => mstl(y, { periods: [3, PERIOD] }),
  features: (y) => features(y, { period: PERIOD }),
  periods: (y) => detectPeriods(y),
  anomalies: (y) => anomalies(snaive(y, { period: PERIOD }), y, { level: 95 }),
  "change-points": (y) => changePoints(y),
  tests: (y) => [kpss(y), adf(y), pp(y), ljungBox(y, { lag: 5 })],
  differences: (y) => [
    ndiffs(y),
    nsdiffs(y, { period: PERIOD }),
    seasonalStrength(y, { period: PERIOD }),
    boxCoxLambda(y),
  ],
  accuracy: (y) => accuracy(y.subarray(-4), y.subarray(-8, -4), { training: y.subarray(0, -4), period: PERIOD }),
  contest: (y) => {
    const { model, name, reason, ranking } = contest(y, {
      period: PERIOD,
      h: 4,
      windows: 2,
      candidates: ["naive", "theta", "croston"],
    });
    return { model, name, reason, ranking: ranking.map(({ name, score, accuracy }) => ({ name, score, accuracy })) };
  },
  logistic: (y) =>
    logistic(
      { before: y.subarray(0, -1) },
      y.subarray(1).map((value, t) => Number(value > y[t]!)),
      { ridge: 1 },
    ),
};

/** Forecasts of two regions of two products each, with their sums, made coherent. */
function reconciled(method: (typeof RECONCILIATION_METHODS)[number]) {
  const keys = { region: ["n", "n", "s", "s"], product: ["a", "b", "a", "b"] };
  // Only levels that nest can be split from the top.
  const tree = groupedHierarchy(keys, method === "top-down" ? [[], ["region"]] : [[], ["region"], ["product"]]);
  const base = [0, 1].map((step) =>
    Float64Array.from({ length: tree.nodes }, (_, node) => 10 + step + ((node * 7) % 5)),
  );
  const errors = Array.from({ length: 12 }, (_, t) =>
    Float64Array.from({ length: tree.nodes }, (_, node) => ((t * 5 + node * 3) % 7) - 3),
  );
  const variances = Float64Array.from({ length: tree.nodes }, (_, node) => 1 + (node % 3));
  return reconcile(tree, base, {
    method,
    ...(method === "wls-var" && { variances }),
    ...(method === "mint-shrink" && { residuals: errors }),
    ...(method === "top-down" && {
      proportions: historicalProportions(
        tree,
        errors.map((e) => e.slice(0, 4).map(Math.abs)),
      ),
    }),
  });
}
