import { normalQuantile, type Series } from "@manymodel/forecast";
import {
  anomalies,
  expectReadings,
  fitDetector,
  forecast,
  judgeReadings,
  type ReadingKind,
  type ReadingsDetector,
  type ReadingsModel,
  scoreReadings,
  update,
  type Verdicts,
} from "@manymodel/forecast/anomaly";
import { snaive } from "@manymodel/forecast/simple";
import { ets, holtWinters } from "@manymodel/forecast/smoothing";
import { at } from "../../core/aligned.ts";
import { defineModel, type FitContext, type JudgedReadings, type Prediction } from "../define-model.ts";
import { observed } from "../observed.ts";
import { timesOfSeries } from "../time-axis.ts";
import type { Decided, Exports, SENSOR_ANOMALIES } from "./options.ts";

/** Forecasters that may expect the next reading in place of the detector of the numerics. */
const FITS = {
  ets: (y, period) => ets(y, { period }),
  "holt-winters": (y, period) => holtWinters(y, { period }),
  snaive: (y, period) => snaive(y, { period }),
} satisfies Record<Forecaster, (y: Series, period: number) => ReadingsModel>;

type SensorAnomaliesExports = Decided<Exports<typeof SENSOR_ANOMALIES>>;
type Forecaster = Exclude<NonNullable<SensorAnomaliesExports["method"]>, "harmonics">;

/** A forecaster, and the robust scale of its one-step errors. */
interface ForecasterModel {
  readonly kind: "sensor-anomalies";
  readonly formatVersion: 1;
  readonly model: ReadingsModel;
  readonly scale: number;
  /** Anomalies in a row at the end; left out by version 0.1.0, whose models take anomalies in. */
  readonly run?: number;
}

interface DetectorModel {
  readonly kind: "sensor-anomalies";
  readonly formatVersion: 2;
  readonly detector: ReadingsDetector;
}

export type SensorAnomaliesModel = ForecasterModel | DetectorModel;

/** The longest season that `ets` has. */
const LONGEST_ETS = 24;
const LEVEL = { harmonics: 99.99, others: 99.9 };

/**
 * Expects the next reading of a sensor, and reports readings that are not like it. Metrics: `anomalies` reported in the
 * history, `anomaly_share`, the `scale` of one-step errors, and `holdout_anomaly_share` among the last readings, judged one by
 * one by a detector fitted to those before. The info lists all anomalies of the history with time, value, expected
 * value, score, kind, and since when; and the seasons that were left out.
 *
 * A batch of readings judges those that are newer than the history. Any other batch gives the readings to expect and their
 * bands. Anomalies do not enter the model.
 */
export default defineModel({
  fit: globalThis.MANYMODEL_SCORES_ONLY ? noFit : fitSensor,
  judge({ model, data, exports }) {
    const y = observed(data, exports.target);
    return { ...judged(model, y, exports), steps: y.length };
  },
  update({ model, data, exports }) {
    const y = observed(data, exports.target);
    const takesAll = model.formatVersion === 1 && model.run === undefined;
    const moved = takesAll ? { ...model, model: update(model.model, y) } : judged(model, y, exports).model;
    return { model: moved, steps: y.length };
  },
  predict: ({ model, horizon, levels }) => ({ ...expected(model, horizon, levels), ...leftOutNote(model) }),
});

function fitSensor({ data, exports }: FitContext<object, SensorAnomaliesExports>) {
  const { target, time, horizon, holdout } = exports;
  const y = data.series(target);
  const { model, scale, verdicts, leftOut } = learn(y, exports);
  const times = timesOfSeries(data, time, y.length);
  const reported = verdicts.kinds.flatMap((kind, position) => (kind === null ? [] : [position]));
  const list = reported.map((position) => ({
    time: at(times, position),
    value: finite(at(y, position)),
    expected: at(verdicts.expected, position),
    score: finite(at(verdicts.score, position)),
    kind: at(verdicts.kinds, position),
    since: at(times, at(verdicts.since, position)),
  }));
  const readings = list.filter(({ value }) => value !== null).length;
  return {
    model,
    metrics: {
      anomalies: readings,
      anomaly_share: readings / verdicts.score.filter((score) => !Number.isNaN(score)).length,
      scale,
      holdout_anomaly_share: trial(y, holdout, exports),
    },
    forecast: expected(model, horizon, []).mean,
    info: { anomalies: list, ...(leftOut.length > 0 && { leftOut }) },
  };
}

/** Stands for the fit where a function only scores. */
function noFit(): never {
  throw new TypeError("this function only scores");
}

interface Learnt {
  readonly model: SensorAnomaliesModel;
  readonly scale: number;
  readonly verdicts: Omit<Verdicts, "lower" | "upper">;
  /** Periods that the model has no season of. */
  readonly leftOut: readonly number[];
}

function learn(y: Float64Array, { method = "harmonics", period, periods, level }: SensorAnomaliesExports): Learnt {
  if (method === "harmonics") {
    const { detector, verdicts } = fitDetector(y, { periods: periods ?? [period], level: level ?? LEVEL.harmonics });
    const model: SensorAnomaliesModel = { kind: "sensor-anomalies", formatVersion: 2, detector };
    return { model, scale: detector.noise.scale, verdicts, leftOut: detector.leftOut };
  }
  const model = FITS[method](y, period);
  const { positions, score, expected, scale } = anomalies(model, y, { level: level ?? LEVEL.others });
  return {
    model: { kind: "sensor-anomalies", formatVersion: 1, model, scale, run: 0 },
    scale,
    verdicts: { expected, score, ...spikes(positions, y.length) },
    leftOut: method === "ets" && period > LONGEST_ETS ? [period] : [],
  };
}

function judged(
  model: SensorAnomaliesModel,
  y: Float64Array,
  { level = LEVEL.others }: Pick<SensorAnomaliesExports, "level">,
): { readonly model: SensorAnomaliesModel; readonly readings: JudgedReadings } {
  if (model.formatVersion === 2) {
    const { verdicts, detector } = judgeReadings(model.detector, y);
    return { model: { ...model, detector }, readings: { value: y, ...verdicts } };
  }
  const { scale, run = 0 } = model;
  const { positions, model: moved, run: rowed, ...scored } = scoreReadings(model.model, y, { level, scale, run });
  return {
    model: { ...model, model: moved, run: rowed },
    readings: { value: y, ...scored, ...spikes(positions, y.length) },
  };
}

/** Returns readings outside of a band as verdicts: each in its own right. */
function spikes(positions: readonly number[], length: number) {
  const kinds: (ReadingKind | null)[] = new Array(length).fill(null);
  const since = new Float64Array(length).fill(NaN);
  for (const position of positions) {
    kinds[position] = "spike";
    since[position] = position;
  }
  return { kinds, since };
}

function expected(model: SensorAnomaliesModel, h: number, levels: readonly number[]): Prediction {
  return model.formatVersion === 2 ? expectReadings(model.detector, { h, levels }) : band(model, h, levels);
}

/** Returns the model's intervals, as wide in the first step as the robust scale says: anomalies do not widen their own band. */
function band({ model, scale }: ForecasterModel, h: number, levels: readonly number[]): Prediction {
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

function leftOutNote(model: SensorAnomaliesModel): Pick<Prediction, "note"> {
  if (model.formatVersion === 1 || model.detector.leftOut.length === 0) return {};
  const periods = model.detector.leftOut.join(", ");
  const message = `the history has less than two seasons of ${periods} readings, so that they are not expected; train on a longer one`;
  return { note: { type: "season-left-out", message } };
}

/** Returns the share of the last readings that is reported; NaN where those before allow no model. */
function trial(y: Float64Array, holdout: number, exports: SensorAnomaliesExports): number {
  const n = y.length - holdout;
  if (holdout === 0 || n < holdout) return NaN;
  try {
    const { model } = learn(y.subarray(0, n), exports);
    const { value, kinds } = judged(model, y.subarray(n), exports).readings;
    const present = Array.from(value, (reading) => !Number.isNaN(reading));
    return kinds.filter((kind, i) => kind !== null && present[i]).length / present.filter(Boolean).length;
  } catch (error) {
    if (error instanceof RangeError) return NaN;
    throw error;
  }
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);
