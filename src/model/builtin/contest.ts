import {
  accuracy,
  contest,
  forecast,
  METHODS,
  type Method,
  type Ranked,
  suitableMethods,
  update,
} from "@manymodel/forecast";
import { boundSeries } from "../bounded-series.ts";
import { defineModel, type FitContext } from "../define-model.ts";
import type { Frame } from "../frame.ts";
import { observed } from "../observed.ts";
import type { ContestExports } from "./options.ts";

/**
 * Has methods compete for each partition by rolling origins, and keeps the winner, fitted to the whole series, with
 * every candidate's scores (`info.ranking`). `holdout_*` are the winner's errors in the last window: the same
 * observations as the built-in forecaster's holdout, so that the two can be compared.
 */
export default defineModel({
  fit({ data, exports }: FitContext<object, ContestExports>) {
    const { period, periods, horizon, holdout, windows, metric } = exports;
    const y = data.series(exports.target);
    // A method by its name knows of one season.
    const candidates =
      periods === undefined
        ? exports.candidates
        : (exports.candidates ?? suitableMethods(y, period)).map((name: Method) => ({
            name,
            fit: (values: Float64Array) => METHODS[name](values, period, periods),
          }));
    const result = contest(y, {
      period,
      windows,
      metric,
      ...(holdout > 0 && { h: holdout }),
      ...(candidates !== undefined && { candidates }),
    });
    const winner = result.ranking.find(({ name }) => name === result.name);
    return {
      model: result.model,
      metrics: { ...holdoutMetrics(winner, y, data, exports), contest_score: winner?.score ?? NaN },
      forecast: forecast(result.model, { h: horizon }).mean,
      info: { winner: result.name, reason: result.reason, metric: result.metric, ranking: result.ranking.map(summary) },
    };
  },
  update({ model, data, exports }) {
    const y = observed(data, exports.target);
    return { model: update(model, y), steps: y.length };
  },
  predict: ({ model, horizon, levels }) => forecast(model, { h: horizon, levels }),
});

/** The winner's accuracy over the last window, if that is the holdout. */
function holdoutMetrics(winner: Ranked | undefined, y: Float64Array, data: Frame, exports: ContestExports) {
  const { holdout, period } = exports;
  const last = winner?.windows.at(-1);
  if (last === undefined || last.origin !== y.length - holdout) return {};
  const training = y.subarray(0, last.origin);
  const mean = boundSeries(last.forecast.mean, data, exports, last.origin);
  const measured = accuracy(y.subarray(last.origin), mean, { training, period });
  return Object.fromEntries(Object.entries(measured).map(([name, value]) => [`holdout_${name}`, value]));
}

/** A candidate's line: finite numbers, null where there is none. */
function summary({ name, score, accuracy, elapsed, failures: [failure] }: Ranked) {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    name,
    score: finite(score),
    mase: finite(accuracy.mase),
    smape: finite(accuracy.smape),
    ms: Math.round(1000 * elapsed) / 1000,
    ...(failure !== undefined && { failure: failure.message }),
  };
}
