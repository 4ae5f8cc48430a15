import {
  type Choice,
  contest,
  forecast,
  METHODS,
  type Method,
  type Ranked,
  type Regressors,
  suitableMethods,
  update,
  type Window,
} from "@manymodel/forecast";
import { ARIMA_WITH_REGRESSORS, isIntermittent, LINEAR_WITH_REGRESSORS } from "@manymodel/forecast/families";
import { findDrivers } from "../../core/drivers.ts";
import { boundSeries } from "../bounded-series.ts";
import { defineModel, type FitContext } from "../define-model.ts";
import { observed } from "../observed.ts";
import { regressors } from "../regressors.ts";
import { NO_AXIS, stepsAfter } from "../series-axis.ts";
import { fitDriven, knownRegressors, predictDriven, UNDRIVEN } from "./driven-fit.ts";
import { drivenInfo } from "./driven-info.ts";
import type { ContestExports } from "./options.ts";
import { type Metrics, originMetrics } from "./origin-metrics.ts";

/**
 * Has methods compete for each partition by rolling origins, bounded as the source states, and keeps the winner, fitted to the whole series, with
 * every candidate's scores (`info.ranking`). `holdout_*` are the errors, at the same origins as the built-in forecaster's, of the
 * candidate that the windows before them chose (see `ContestResult.choices`), so that the two can be compared. Where there is one
 * window only, they are the winner's, which they chose; `contest_windows`, the windows that chose before the holdout, is 0 there.
 */
export default defineModel({
  fit({ data, exports, axis = NO_AXIS }: FitContext<object, ContestExports>) {
    const { period, periods, horizon, holdout, origins = 1, windows, metric, tie } = exports;
    const y = data.series(exports.target);
    const xreg = findDrivers(exports) === undefined ? undefined : regressors(exports, axis);
    const seasons = periods === undefined ? {} : { periods };
    // A method by its name knows of one season, and of no regressors.
    const candidates =
      periods === undefined && xreg === undefined
        ? exports.candidates
        : (exports.candidates ?? suitableMethods(y, period)).map((name: Method) => ({
            name,
            fit: (values: Float64Array, _: number, xreg?: Regressors) =>
              xreg === undefined || UNDRIVEN.includes(name) || (name === "best" && isIntermittent(values, period))
                ? METHODS[name](values, period, periods)
                : fitDriven(ALL, { method: name, period, ...seasons, exports }, values, asColumns(xreg)),
          }));
    const result = contest(y, {
      period,
      windows: windows + origins - 1,
      metric,
      ...(tie !== undefined && { tie }),
      ...(xreg !== undefined && { xreg }),
      ...(holdout > 0 && { h: holdout }),
      bound: (mean, origin) => boundSeries(mean, data, exports, origin),
      ...(candidates !== undefined && { candidates }),
    });
    const ahead = predictDriven(forecast, result.model, {
      ...{ horizon, levels: [], exports },
      axis: stepsAfter(axis, horizon),
    });
    const winner = result.ranking.find(({ name }) => name === result.name);
    return {
      model: result.model,
      metrics: { ...holdoutMetrics(winner, result.choices, y.length, exports), contest_score: winner?.score ?? NaN },
      ...(ahead.mean.length > 0 && { forecast: ahead.mean }),
      info: {
        winner: result.name,
        reason: result.reason,
        metric: result.metric,
        ranking: result.ranking.map(summary),
        ...drivenInfo(result.model),
      },
    };
  },
  update({ model, data, exports, axis = NO_AXIS }) {
    const y = observed(data, exports.target);
    return { model: update(model, y, knownRegressors(model, exports, axis, y.length)), steps: y.length };
  },
  predict: ({ model, horizon, levels, exports, axis = NO_AXIS }) =>
    predictDriven(forecast, model, { horizon, levels, exports, axis }),
});

const ALL = { fits: METHODS, joint: { ...ARIMA_WITH_REGRESSORS, ...LINEAR_WITH_REGRESSORS } };

const asColumns = (xreg: Regressors) =>
  Object.fromEntries(Object.entries(xreg).map(([name, values]) => [name, Float64Array.from(values)]));

/** Returns the accuracy over the holdout, from each origin, of the candidates chosen before; the winner's without any. */
function holdoutMetrics(
  winner: Ranked | undefined,
  choices: readonly Choice[],
  n: number,
  { holdout, origins = 1 }: ContestExports,
): Metrics {
  const last = winner?.windows.at(-1);
  if (last === undefined || last.origin !== n - holdout) return {};
  const measured = Array.from({ length: origins }, (_, i) => {
    const choice = choices.find(({ window }) => window.origin === n - (origins - i) * holdout);
    return choice && measuresOf(choice.window);
  });
  const contest_windows = winner?.windows.filter(({ origin }) => origin < last.origin).length ?? 0;
  return { ...(originMetrics(measured) ?? originMetrics([measuresOf(last)])), contest_windows };
}

const measuresOf = ({ accuracy, pinball }: Window): Metrics => ({ ...accuracy, pinball });

/** Returns a candidate's line: finite numbers, null where there is none. */
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
