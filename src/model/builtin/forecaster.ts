import {
  type Accuracy,
  accuracy,
  drift,
  type FittedModel,
  fitted,
  forecast,
  holtWinters,
  mean,
  naive,
  type Series,
  snaive,
} from "../../forecast/index.ts";
import { defineModel, type FitContext } from "../define-model.ts";

/** The methods a user can ask for by one word in YAML. */
export const METHODS = {
  naive: (y) => naive(y),
  snaive: (y, period) => snaive(y, { period }),
  drift: (y) => drift(y),
  mean: (y) => mean(y),
  "holt-winters": (y, period) => holtWinters(y, { period }),
} satisfies Record<string, (y: Series, period: number) => FittedModel>;

export type Method = keyof typeof METHODS;

/** What the built-in forecaster needs to know; the run's exports. */
export type ForecasterExports = {
  readonly method: Method;
  /** The column to forecast. */
  readonly target: string;
  /** Observations per season. */
  readonly period: number;
  /** Steps of the forecast kept beside the model. */
  readonly horizon: number;
  /** Observations held out at the end to measure accuracy, before fitting all of them; 0 for none. */
  readonly holdout: number;
};

/**
 * Fits one univariate model per partition. With a holdout, the last observations are forecast from a fit to the ones
 * before them (metrics `holdout_*`), then the model is fitted to all. A series too short for both (fewer than twice the
 * holdout, or no more than one season before it) has no holdout metrics.
 */
export default defineModel({
  fit({ data, exports }: FitContext<object, ForecasterExports>) {
    const { method, period, horizon, holdout } = exports;
    const y = data.numbers(exports.target);
    const n = y.length;
    const train = y.subarray(0, n - holdout);
    const held = holdout > 0 && n >= 2 * holdout && train.length > period;
    const test = held
      ? accuracy(y.subarray(n - holdout), forecast(METHODS[method](train, period), { h: holdout }).mean, {
          training: train,
          period,
        })
      : undefined;
    const model = METHODS[method](y, period);
    return {
      model,
      metrics: {
        ...inSample(model, y, period),
        ...(test && Object.fromEntries(Object.entries(test).map(([name, value]) => [`holdout_${name}`, value]))),
      },
      forecast: forecast(model, { h: horizon }).mean,
    };
  },
  predict: ({ model, horizon, levels }) => forecast(model, { h: horizon, levels }),
});

/** Accuracy of the one-step forecasts over the series itself, and the information criterion where there is one. */
function inSample(model: FittedModel, y: Float64Array, period: number): Partial<Accuracy> & { aicc?: number } {
  const expected = fitted(model, y);
  const known = y.map((value, t) => (Number.isNaN(expected[t]!) ? NaN : value));
  const measures = accuracy(known, expected, { training: y, period });
  return "aicc" in model ? { ...measures, aicc: model.aicc } : measures;
}
