import { normalQuantile, type Series } from "@manymodel/forecast";
import { anomalies, forecast, type ReadingsModel, scoreReadings, update } from "@manymodel/forecast/anomaly";
import { snaive } from "@manymodel/forecast/simple";
import { ets, holtWinters } from "@manymodel/forecast/smoothing";
import { at } from "../../core/aligned.ts";
import { defineModel, type FitContext, type Prediction } from "../define-model.ts";
import { observed } from "../observed.ts";
import { timesOfSeries } from "../time-axis.ts";
import type { Decided, Exports, SENSOR_ANOMALIES } from "./options.ts";

/** What may expect the next reading. */
const FITS = {
  ets: (y, period) => ets(y, { period }),
  "holt-winters": (y, period) => holtWinters(y, { period }),
  snaive: (y, period) => snaive(y, { period }),
} satisfies Record<Expecting, (y: Series, period: number) => ReadingsModel>;

type SensorAnomaliesExports = Decided<Exports<typeof SENSOR_ANOMALIES>>;
type Expecting = NonNullable<SensorAnomaliesExports["method"]>;

/** The fitted model, and the robust scale of its one-step errors. */
export type SensorAnomaliesModel = {
  readonly kind: "sensor-anomalies";
  readonly formatVersion: 1;
  readonly model: ReadingsModel;
  readonly scale: number;
};

/** At most so many anomalies are listed, those furthest out. */
const LISTED = 100;

/**
 * What a sensor should read, and which readings are not like it. Fits a model for each partition, and counts the readings
 * outside of the band about their one-step forecasts (`anomalies`): metrics `anomalies` and `anomaly_share`, and their
 * times, values and expected values in the info. With a holdout, `holdout_anomaly_share` is the share among the last
 * readings, scored one by one by a model fitted to those before: what to expect of new readings. In sample an anomaly
 * moves the model too, so that its neighbours may be listed with it; among the held-out readings it does not.
 *
 * A batch gives the expected readings and their bands; ask for `levels` such as 99.9.
 */
export default defineModel({
  fit({ data, exports }: FitContext<object, SensorAnomaliesExports>) {
    const { target, time, period, horizon, holdout, method = "ets", level = 99.9 } = exports;
    const y = data.series(target);
    const model = FITS[method](y, period);
    const { positions, score, expected, scale } = anomalies(model, y, { level });
    const times = timesOfSeries(data, time, y.length);
    const scoreAt = (position: number) => at(score, position);
    const list = [...positions]
      .sort((a, b) => Math.abs(scoreAt(b)) - Math.abs(scoreAt(a)))
      .slice(0, LISTED)
      .sort((a, b) => a - b)
      .map((position) => ({
        time: at(times, position),
        value: at(y, position),
        expected: at(expected, position),
        score: finite(scoreAt(position)),
      }));
    const scored = score.filter((value) => !Number.isNaN(value)).length;
    const kept: SensorAnomaliesModel = { kind: "sensor-anomalies", formatVersion: 1, model, scale };
    return {
      model: kept,
      metrics: {
        anomalies: positions.length,
        anomaly_share: positions.length / scored,
        scale,
        holdout_anomaly_share: trial(method, y, period, holdout, level),
      },
      forecast: forecast(model, { h: horizon }).mean,
      info: { anomalies: list },
    };
  },
  update({ model, data, exports }) {
    const y = observed(data, exports.target);
    return { model: { ...model, model: update(model.model, y) }, steps: y.length };
  },
  predict: ({ model, horizon, levels }) => band(model, horizon, levels),
});

/** The model's intervals, as wide in the first step as the robust scale says: anomalies do not widen their own band. */
function band({ model, scale }: SensorAnomaliesModel, h: number, levels: readonly number[]): Prediction {
  const { mean, lower, upper } = forecast(model, { h, levels });
  const widened = (bounds: readonly Float64Array[]) =>
    bounds.map((bound, i) => {
      const reach = normalQuantile(0.5 + at(levels, i) / 200) * scale;
      const first = (at(at(upper, i), 0) - at(at(lower, i), 0)) / 2;
      if (!(first > 0)) return bound;
      return bound.map((value, step) => at(mean, step) + ((value - at(mean, step)) * reach) / first);
    });
  return { mean, levels, lower: widened(lower), upper: widened(upper) };
}

/** The share of the last readings outside of their band; NaN where those before allow no model. */
function trial(method: Expecting, y: Float64Array, period: number, holdout: number, level: number): number {
  const n = y.length - holdout;
  if (holdout === 0 || n < holdout) return NaN;
  try {
    const before = FITS[method](y.subarray(0, n), period);
    const { scale } = anomalies(before, y.subarray(0, n), { level });
    const { positions, score } = scoreReadings(before, y.subarray(n), { level, scale });
    return positions.length / score.filter((value) => !Number.isNaN(value)).length;
  } catch (error) {
    if (error instanceof RangeError) return NaN;
    throw error;
  }
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);
