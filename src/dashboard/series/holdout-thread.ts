import { parentPort, workerData } from "node:worker_threads";
import { accuracy, forecast, METHODS, type Method } from "@manymodel/forecast";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import type { SeriesPeriod } from "../../model/period-rule.ts";
import type { HoldoutForecast } from "../wire.ts";

/** A series whose last observations a method is to forecast from those before. */
export interface HoldoutRequest {
  readonly y: Float64Array;
  readonly season: SeriesPeriod;
  readonly holdout: number;
  readonly method: Method;
}

/** Returns the whole of a thread: one series, one method, one answer. */
function answer({ y, season, holdout, method }: HoldoutRequest): HoldoutForecast | { readonly failed: string } {
  const began = performance.now();
  try {
    const training = y.subarray(0, y.length - holdout);
    const { mean, levels, lower, upper } = forecast(METHODS[method](training, season.period, season.periods), {
      h: holdout,
    });
    const measured = accuracy(y.subarray(y.length - holdout), mean, { training, period: season.period });
    const line = (values: Float64Array) => Array.from(values, (value) => (Number.isFinite(value) ? value : null));
    return {
      method,
      forecast: { mean: line(mean), levels, lower: lower.map(line), upper: upper.map(line) },
      accuracy: Object.fromEntries(
        Object.entries(measured).map(([name, value]: [string, number]) => [
          name,
          Number.isFinite(value) ? value : null,
        ]),
      ),
      ms: performance.now() - began,
    };
  } catch (error) {
    return { failed: messageOf(error, 300) };
  }
}

if (parentPort === null) throw new ManymodelError("usage", "a holdout is forecast in a thread of its own");
parentPort.postMessage(answer(workerData as HoldoutRequest));
