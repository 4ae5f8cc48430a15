/**
 * Simulates a year of daily series of which 5 % break, monitors it every week as `manymodel monitor` does, and writes what
 * is found, how soon, and how many false alarms there are, into docs/monitoring.md. Run from the repository's root:
 *
 *   npm run monitor-study              (about two minutes of one core)
 *   npm run monitor-study -- 400       only prints, of 400 series
 */
import { readFileSync, writeFileSync } from "node:fs";
import {
  accuracy,
  benjaminiHochberg,
  calibrate,
  detect,
  forecast,
  holtWinters,
  judge,
  normal,
  normalQuantile,
  random,
  type Thresholds,
  update,
} from "../packages/forecast/src/index.ts";
import { BREAKS, type BreakKind, simulate } from "./monitor-study/simulated-series.ts";

const SERIES = Number(process.argv[2] ?? 2000);
const TRAINING = 730;
const HOLDOUT = 28;
const HISTORY = 120;
const WEEKS = 52;
const BROKEN = 0.05;
const LEVELS = [80, 95];
const DEFAULTS: Thresholds = {
  window: 30,
  minObservations: 8,
  reference: 0.5,
  decision: 12,
  coverageTolerance: 5,
  falseDiscoveryRate: 0.01,
  watchRatio: 2,
  watchShift: 3,
};

/** A year of one series: what was observed, and what its model, brought up to date every week, had forecast. */
interface Watched {
  readonly kind: BreakKind | null;
  /** Day of the year on which it breaks. */
  readonly day: number;
  readonly history: Float64Array;
  /** The days with an observation; what follows is of these days. */
  readonly days: readonly number[];
  readonly actual: Float64Array;
  readonly z: Float64Array;
  readonly scaled: Float64Array;
  readonly inside: readonly Uint8Array[];
  /** For every day of the year whether an observation came. */
  readonly arrived: Uint8Array;
}

function watch(seed: number): Watched {
  const uniform = random(seed);
  const breaks = uniform() < BROKEN;
  const kind = breaks ? BREAKS[Math.floor(uniform() * BREAKS.length)]! : null;
  const day = 28 + Math.floor(uniform() * 252);
  const y = simulate(() => normal(uniform), uniform, TRAINING + 7 * WEEKS, kind, TRAINING + day);
  const training = y.slice(0, TRAINING);
  const options = { period: 7 };
  const trial = forecast(holtWinters(training.subarray(0, -HOLDOUT), options), { h: HOLDOUT });
  const scale = accuracy(training.subarray(-HOLDOUT), trial.mean).mae;
  let model = holtWinters(training, options);
  const year = y.subarray(TRAINING);
  const [z, scaled] = [new Float64Array(year.length), new Float64Array(year.length)];
  const inside = LEVELS.map(() => new Uint8Array(year.length).fill(2));
  for (let week = 0; week < WEEKS; week++) {
    const { mean, lower, upper } = forecast(model, { h: 7, levels: LEVELS });
    for (let step = 0; step < 7; step++) {
      const t = 7 * week + step;
      const error = year[t]! - mean[step]!;
      scaled[t] = error / scale;
      z[t] = error / ((upper[1]![step]! - mean[step]!) / normalQuantile(0.975));
      if (!Number.isNaN(error))
        for (const [l, hits] of inside.entries())
          hits[t] = Number(lower[l]![step]! <= year[t]! && year[t]! <= upper[l]![step]!);
    }
    model = update(model, year.subarray(7 * week, 7 * week + 7));
  }
  const days = Array.from(year.keys()).filter((t) => !Number.isNaN(year[t]!));
  const [actual, standardised, errors] = [year, z, scaled].map((values) => Float64Array.from(days, (t) => values[t]!));
  return {
    kind,
    day,
    history: training.subarray(-HISTORY),
    days,
    actual: actual!,
    z: standardised!,
    scaled: errors!,
    inside: inside.map((hits) => Uint8Array.from(days, (t) => hits[t]!)),
    arrived: Uint8Array.from(year, (value) => Number(!Number.isNaN(value))),
  };
}

/** For each series, the weeks at the end of which it raises an alarm. */
type Alarms = boolean[][];

function monitored(year: readonly Watched[], thresholds: Thresholds): Alarms {
  const alarms: Alarms = year.map(() => []);
  for (let week = 0; week < WEEKS; week++) {
    const days = 7 * (week + 1);
    const until = year.map(({ days: at }) => at.findLastIndex((day) => day < days) + 1);
    const calibration = calibrate(year.slice(0, 1000).map(({ z }, i) => z.subarray(0, until[i]!)));
    const results = year.map(({ z, scaled, actual, inside, history, arrived }, i) => {
      const part = <A extends Float64Array | Uint8Array>(values: A) => values.subarray(0, until[i]!) as A;
      const hits = LEVELS.map((level, l) => ({ level, inside: part(inside[l]!) }));
      const series = { z: part(z), scaled: part(scaled), recent: part(actual), hits, history };
      return detect({ ...series, arrived: arrived.subarray(0, days) }, thresholds, calibration);
    });
    const adjusted = benjaminiHochberg(Float64Array.from(results, ({ p }) => p));
    for (const [i, findings] of results.entries()) {
      const { verdict } = judge(findings, adjusted[i]!, thresholds);
      alarms[i]!.push(verdict === "drift");
    }
  }
  return alarms;
}

/**
 * Applies the usual rule of thumb: every fourth week, a mean absolute error over four weeks of so many times the
 * holdout's.
 */
function monthly(year: readonly Watched[], times: number): Alarms {
  return year.map(({ scaled, days }) =>
    Array.from({ length: WEEKS }, (_, week) => {
      if (week % 4 !== 3) return false;
      const errors = scaled.filter((_, t) => days[t]! >= 7 * (week - 3) && days[t]! < 7 * (week + 1));
      return errors.reduce((sum, e) => sum + Math.abs(e), 0) / errors.length > times;
    }),
  );
}

const quantile = (sorted: readonly number[], p: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];

/**
 * Returns one line of the table: found of broken, median and 90 % delay in days by kind, false alarms per 1,000 series
 * and year.
 */
function summary(name: string, year: readonly Watched[], alarms: Alarms): string[][] {
  const rows = [];
  let [falseAlarms, falseSeries, weeks] = [0, 0, 0];
  for (const [i, { kind, day }] of year.entries()) {
    const until = kind === null ? WEEKS : Math.floor(day / 7);
    weeks += until;
    const starts = alarms[i]!.filter((alarm, week) => alarm && week < until && !alarms[i]![week - 1]).length;
    falseAlarms += starts;
    if (starts > 0) falseSeries++;
  }
  const per = (count: number) => ((1000 * count * WEEKS) / weeks).toFixed(1);
  for (const kind of [...BREAKS, null]) {
    const broken = year
      .map((series, i) => ({ ...series, alarms: alarms[i]! }))
      .filter((s) => s.kind !== null && (kind === null || s.kind === kind));
    const delays = broken.flatMap(({ day, alarms }) => {
      const week = alarms.findIndex((alarm, w) => alarm && w >= Math.floor(day / 7));
      return week < 0 ? [] : [7 * (week + 1) - day];
    });
    delays.sort((a, b) => a - b);
    rows.push([
      name,
      kind ?? "**all**",
      `${delays.length} of ${broken.length}`,
      `${Math.round((100 * delays.length) / broken.length)} %`,
      String(quantile(delays, 0.5) ?? "-"),
      String(quantile(delays, 0.9) ?? "-"),
      kind === null ? `${per(falseAlarms)} (${per(falseSeries)} series)` : "",
    ]);
  }
  return rows;
}

const began = process.cpuUsage();
const year = Array.from({ length: SERIES }, (_, i) => watch(1000 + i));
const rules: [string, Alarms][] = [
  ["default (h = 12, rate 1 %)", monitored(year, DEFAULTS)],
  ["eager (h = 8, rate 5 %)", monitored(year, { ...DEFAULTS, decision: 8, falseDiscoveryRate: 0.05 })],
  ["calm (h = 16, rate 0.1 %)", monitored(year, { ...DEFAULTS, decision: 16, falseDiscoveryRate: 0.001 })],
  ["monthly error > 1.5 × holdout", monthly(year, 1.5)],
  ["monthly error > 2 × holdout", monthly(year, 2)],
];
const header = [
  "rule",
  "break",
  "found",
  "share",
  "median days",
  "90 % days",
  "false alarms per 1,000 series and year",
];
const all = rules.map(([name, alarms]) => summary(name, year, alarms));
const table = (rows: string[][]) =>
  [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
const kinds = header.slice(1, -1);
const byKind = (rows: string[][]) =>
  [kinds, kinds.map(() => "---"), ...rows.map((row) => row.slice(1, -1))]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
const calibration = calibrate(year.slice(0, 1000).map(({ z }) => z));
const { user, system } = process.cpuUsage(began);
const text = [
  table(all.map((rows) => rows.at(-1)!)),
  "By kind of break, at the default thresholds:",
  byKind(all[0]!),
  "The monthly rule of thumb, 1.5 times the holdout's error:",
  byKind(all[3]!),
  `${SERIES} series; the median series' errors are ${calibration.scale.toFixed(2)} of what the intervals claim and correlated by ${calibration.correlation.toFixed(2)} from day to day.`,
].join("\n\n");
console.log(text);
console.log(`${((user + system) / 1e6).toFixed(0)} s of CPU time`);
if (process.argv[2] === undefined) {
  const page = readFileSync("docs/monitoring.md", "utf8");
  const [start, end] = ["<!-- monitor-study -->", "<!-- /monitor-study -->"];
  writeFileSync(
    "docs/monitoring.md",
    `${page.slice(0, page.indexOf(start))}${start}\n\n${text}\n\n${page.slice(page.indexOf(end))}`,
  );
}
