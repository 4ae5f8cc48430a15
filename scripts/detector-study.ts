/**
 * Measures the detector of sensors' readings (`fitDetector`, `judgeReadings`) on generated sensors of eight kinds, beside robust
 * harmonic regression with a fixed limit, and where Python has them, STL of statsmodels and KMeansAD of aeon. Then on the labelled
 * series that aeon ships.
 *
 *   npm run detector-study -- [--seed 1] [--level 99.99] [--kinds clean,spikes] [--sensors 1] [--python python3]
 *
 * `history` are three days that are also learnt from, `new` is the day after. `false` are reported readings outside of events, a
 * thousand readings; `named` are events reported by their own kind. Seeds below 1,000 are for developing, others for judging.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Forecast, fitted, forecast, linearModel } from "@manymodel/forecast";
import { fitDetector, judgeReadings } from "@manymodel/forecast/anomaly";
import { DAY, HISTORY, KINDS, type Kind, type Sensor, sensorOf } from "./detector-study/sensors.ts";

const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    level: { type: "string", default: "99.99" },
    kinds: { type: "string", default: KINDS.join(",") },
    sensors: { type: "string", default: "1" },
    python: { type: "string", default: "python3" },
  },
});
const level = Number(options.level);
const COUNTS: Readonly<Record<Kind, number>> = {
  ...{ clean: 60, spikes: 15, shift: 15, stuck: 15, drift: 10, gaps: 10, rate: 10, noise: 10 },
};
/** Kinds of verdicts that name what happened. */
const NAMES: Readonly<Record<Kind, readonly string[]>> = {
  ...{ clean: [], spikes: ["spike"], shift: ["level-shift"], stuck: ["stuck"], drift: ["drift", "level-shift"] },
  ...{ gaps: ["missing"], rate: ["rate"], noise: ["spike"] },
};
/** Readings after an event that may be reported still. */
const AFTER = 10;

/** A detector's verdict on each step: null where nothing is wrong. */
type Flags = readonly (string | null)[];

/** Counts of one detector, over the sensors of a kind. */
class Tally {
  #readings = 0;
  #false = 0;
  #true = 0;
  #events = 0;
  #found = 0;
  #named = 0;

  add({ kind, y, events }: Sensor, flags: Flags, first: number): void {
    const ofStretch = events.filter(({ from }) => from >= first && from < first + flags.length);
    flags.forEach((flag, i) => {
      const t = first + i;
      if (Number.isNaN(y[t] ?? NaN)) return;
      this.#readings++;
      if (flag === null) return;
      if (ofStretch.some(({ from, to }) => t >= from && t < to + AFTER)) this.#true++;
      else this.#false++;
    });
    for (const { from, to } of ofStretch) {
      const during = flags.slice(from - first, to - first).filter((flag) => flag !== null);
      this.#events++;
      if (during.length > 0) this.#found++;
      if (during.some((flag) => NAMES[kind].includes(flag))) this.#named++;
    }
  }

  row(): object {
    const precision = this.#true / (this.#true + this.#false);
    return {
      false: Number(((1000 * this.#false) / this.#readings).toFixed(3)),
      precision: Number.isNaN(precision) ? "" : Number(precision.toFixed(2)),
      found: this.#events === 0 ? "" : `${this.#found}/${this.#events}`,
      named: this.#events === 0 ? "" : `${this.#named}/${this.#events}`,
    };
  }
}

/**
 * Fits two harmonics of a day by least squares of the readings within 3 robust deviations, and reports readings beyond
 * 4 of them.
 */
function harmonicBaseline(history: Float64Array, readings: Float64Array): Flags {
  const fourier = [{ period: DAY, harmonics: 2 }];
  let clean = history;
  let scale = 0;
  let expected: Pick<Forecast, "mean"> = { mean: new Float64Array(0) };
  for (let round = 0; round < 3; round++) {
    const model = linearModel(clean, { trend: false, fourier });
    const usual = fitted(model, clean);
    const errors = history.map((value, t) => Math.abs(value - (usual[t] ?? NaN)));
    const sizes = errors.filter((error) => !Number.isNaN(error)).sort();
    scale = 1.4826 * (sizes[sizes.length >> 1] ?? 0);
    clean = history.map((value, t) => ((errors[t] ?? 0) > 3 * scale ? NaN : value));
    expected = forecast(model, { h: readings.length, levels: [] });
  }
  return Array.from(readings, (value, t) =>
    Math.abs(value - (expected.mean[t] ?? NaN)) > 4 * scale ? "beyond" : null,
  );
}

/** Returns the verdicts of the judges in Python, or undefined if they are not installed. */
function pythonJudges(sensors: readonly Sensor[]): readonly Readonly<Record<string, readonly boolean[]>>[] | undefined {
  const values = (y: Float64Array) => Array.from(y, (value) => (Number.isNaN(value) ? null : value));
  const input = JSON.stringify(
    sensors.map(({ y }) => ({
      history: values(y.subarray(0, HISTORY)),
      new: values(y.subarray(HISTORY)),
      period: DAY,
    })),
  );
  return python([], input);
}

function python(args: readonly string[], input = "") {
  const file = fileURLToPath(new URL("../scripts/detector-study/judges.py", import.meta.url));
  const { status, stdout } = spawnSync(options.python, [file, ...args], {
    input,
    maxBuffer: 2 ** 30,
    encoding: "utf8",
  });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

let [fitting, judging, sensors] = [0, 0, 0];
const tables: Record<string, Record<string, object>> = {};
for (const kind of KINDS.filter((one) => options.kinds.split(",").includes(one))) {
  const tallies = new Map<string, Tally>();
  const tally = (name: string) => {
    const total = tallies.get(name) ?? new Tally();
    tallies.set(name, total);
    return total;
  };
  const all = Array.from({ length: Math.ceil(COUNTS[kind] * Number(options.sensors)) }, (_, i) =>
    sensorOf(kind, Number(options.seed) * 100_003 + i * KINDS.length + KINDS.indexOf(kind)),
  );
  for (const sensor of all) {
    const [history, next] = [sensor.y.subarray(0, HISTORY), sensor.y.subarray(HISTORY)];
    const before = process.cpuUsage().user;
    const { detector, verdicts } = fitDetector(history, { periods: [DAY], level });
    const after = process.cpuUsage().user;
    const judged = judgeReadings(detector, next).verdicts;
    judging += process.cpuUsage().user - after;
    fitting += after - before;
    sensors++;
    tally("detector, history").add(sensor, verdicts.kinds, 0);
    tally("detector, new").add(sensor, judged.kinds, HISTORY);
    tally("harmonics beyond 4, new").add(sensor, harmonicBaseline(history, next), HISTORY);
  }
  pythonJudges(all)?.forEach((answer, i) => {
    for (const [name, flags] of Object.entries(answer)) {
      const sensor = all[i];
      if (sensor !== undefined)
        tally(`${name}, new`).add(
          sensor,
          flags.map((flag) => (flag ? "beyond" : null)),
          HISTORY,
        );
    }
  });
  tables[kind] = Object.fromEntries(Array.from(tallies, ([name, total]) => [name, total.row()]));
  console.log(kind);
  console.table(tables[kind]);
}
console.log(
  `fit ${(fitting / sensors / 1000).toFixed(0)} ms a sensor of ${HISTORY} readings, judged ${(judging / sensors / DAY).toFixed(2)} µs a reading (CPU of one core)`,
);

const shipped = python(["public"]);
if (shipped !== undefined) {
  // Blood pressure, one beat about every 41 readings (UCR 135, InternalBleeding16).
  const { detector } = fitDetector(shipped.train.y, { periods: [beatOf(shipped.train.y)], level });
  const { kinds } = judgeReadings(detector, shipped.test.y.slice(shipped.train.y.length)).verdicts;
  const labels: number[] = shipped.test.anomaly.slice(shipped.train.y.length);
  const near = (t: number) => labels.slice(Math.max(0, t - 100), t + 100).includes(1);
  const reported = kinds.flatMap((flag, t) => (flag === null ? [] : [near(t)]));
  console.log(
    `InternalBleeding16: ${reported.filter(Boolean).length} readings reported near the labelled event, ${reported.filter((isNear) => !isNear).length} of ${kinds.length} elsewhere`,
  );
}

/** Returns the lag of the highest autocorrelation. */
function beatOf(y: readonly number[]): number {
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const product = (lag: number) =>
    y.slice(lag).reduce((sum, value, t) => sum + (value - mean) * ((y[t] ?? mean) - mean), 0) / (y.length - lag);
  const lags = Array.from({ length: 400 }, (_, i) => i + 20);
  return lags.reduce((best, lag) => (product(lag) > product(best) ? lag : best));
}
