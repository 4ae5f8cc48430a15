/**
 * CPU time of fitting and forecasting: milliseconds a series, on the 40 daily series (n = 1,095, period 7) and on the
 * monthly series of the M3 sample, beside R's forecast package, npm's arima and statsforecast where installed.
 * Data: see test/reference.ts for where it is looked for. Run from the repository's root:
 *
 *   npm run bench:forecast
 *
 * Words name the methods to run (`npm run bench:forecast -- auto-arima`; all without). `--others=8` runs the others on 8
 * series of each set only, evenly spread (R takes seconds a series); 0 leaves them out.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  autoArima,
  ces,
  dynamicOptimizedTheta,
  ets,
  type FittedModel,
  forecast,
  METHODS as LIBRARY,
  tbats,
  theta,
} from "../packages/forecast/src/index.ts";
import { absent, data } from "../packages/forecast/test/reference.ts";

interface SeriesSet {
  readonly name: string;
  readonly period: number;
  readonly h: number;
  readonly series: readonly Float64Array[];
}

/** A method of ours, and what it is called elsewhere. */
interface Method {
  readonly name: string;
  readonly fit: (y: Float64Array, period: number) => FittedModel;
  /** An R expression of the series `y` that forecasts; R's forecast package is loaded. */
  readonly r?: (h: number) => string;
  /** Whether only daily series have what it looks for. */
  readonly daily?: boolean;
  /** A class of statsforecast.models. */
  readonly statsforecast?: string;
}

/** Days of a year, as the second period of daily series. */
const YEAR = 365.25;

const METHODS: readonly Method[] = [
  {
    name: "auto-arima",
    fit: (y, period) => autoArima(y, { period }),
    r: (h) => `forecast(auto.arima(y), h = ${h})`,
    statsforecast: "AutoARIMA",
  },
  {
    name: "ets",
    fit: (y, period) => ets(y, { period }),
    r: (h) => `forecast(ets(y), h = ${h})`,
    statsforecast: "AutoETS",
  },
  { name: "auto-arima, stepwise: false", fit: (y, period) => autoArima(y, { period, stepwise: false }) },
  {
    name: "theta",
    fit: (y, period) => theta(y, { period }),
    r: (h) => `thetaf(y, h = ${h})`,
    statsforecast: "Theta",
  },
  { name: "ces", fit: (y, period) => ces(y, { period }), statsforecast: "AutoCES" },
  {
    name: "dynamic-theta",
    fit: (y, period) => dynamicOptimizedTheta(y, { period }),
    statsforecast: "DynamicOptimizedTheta",
  },
  {
    name: "tbats",
    fit: (y, period) => tbats(y, { periods: [period] }),
    r: (h) => `forecast(tbats(y, use.parallel = FALSE), h = ${h})`,
  },
  {
    name: "tbats, also yearly",
    daily: true,
    fit: (y, period) => tbats(y, { periods: [period, YEAR] }),
    r: (h) => `forecast(tbats(msts(y, seasonal.periods = c(frequency(y), ${YEAR})), use.parallel = FALSE), h = ${h})`,
  },
  { name: "best", fit: (y, period) => LIBRARY.best(y, period) },
];

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const others = Number(process.argv.find((word) => word.startsWith("--others="))?.slice(9) ?? 8);

function sets(): SeriesSet[] {
  const group = (rows: readonly Readonly<Record<string, string>>[], id: string, value: string) => {
    const byId = new Map<string, number[]>();
    for (const row of rows) byId.set(row[id]!, [...(byId.get(row[id]!) ?? []), Number(row[value])]);
    return byId;
  };
  const daily = data("series_events_40");
  const m3 = data("m3_train");
  if (daily === undefined || m3 === undefined) throw new Error(absent);
  const monthly = new Set(
    data("m3_sample400")!
      .filter((row) => row.period === "MONTHLY")
      .map((row) => row.id!),
  );
  return [
    { name: "daily, n = 1,095", period: 7, h: 30, series: toArrays(group(daily, "unit_id", "y")) },
    {
      name: "M3 monthly",
      period: 12,
      h: 18,
      series: toArrays(
        group(
          m3.filter((row) => monthly.has(row.id!)),
          "id",
          "value",
        ),
      ),
    },
  ];
}

function toArrays(byId: ReadonlyMap<string, readonly number[]>): Float64Array[] {
  return [...byId.values()].map((values) => Float64Array.from(values));
}

/** `count` of the series, evenly spread. */
function spread(series: readonly Float64Array[], count = others): Float64Array[] {
  const some = Math.min(count, series.length);
  return Array.from({ length: some }, (_, i) => series[Math.floor((i * series.length) / some)]!);
}

function milliseconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function summary(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const show = (value: number) => value.toFixed(1).padStart(9);
  return `${show(mean)} mean ${show(sorted[sorted.length >> 1]!)} median ${show(sorted.at(-1)!)} max   (${sorted.length} series)`;
}

function ours({ fit }: Method, series: readonly Float64Array[], { period, h }: SeriesSet): number[] {
  return series.map((y) => milliseconds(() => forecast(fit(y, period), { h })));
}

function print(who: string, what: string): void {
  process.stdout.write(`  ${who.padEnd(34)}${what}\n`);
}

/** Runs a program on the series as lines of numbers; it prints its CPU milliseconds a series. */
function external(who: string, command: string, args: readonly string[], program: string, { series }: SeriesSet): void {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    writeFileSync(
      join(folder, "series.txt"),
      spread(series)
        .map((y) => y.join(" "))
        .join("\n"),
    );
    writeFileSync(join(folder, "program"), program);
    const run = spawnSync(command, [...args, join(folder, "program"), join(folder, "series.txt")], {
      encoding: "utf8",
    });
    const times = run.status === 0 ? run.stdout.trim().split(/\s+/).map(Number) : [];
    print(who, times.length > 0 && times.every(Number.isFinite) ? summary(times) : "not installed");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const rProgram = (period: number, expression: string) => `
suppressMessages(library(forecast))
for (line in readLines(commandArgs(TRUE)[1])) {
  y <- ts(scan(text = line, quiet = TRUE), frequency = ${period})
  t <- system.time(${expression})
  cat(1000 * (t[["user.self"]] + t[["sys.self"]]), "")
}`;

const pythonProgram = (model: string, period: number, h: number) => `
import sys, time
import numpy as np
from statsforecast.models import ${model}
lines = [np.array(line.split(), dtype=float) for line in open(sys.argv[1])]
${model}(season_length=${period}).forecast(y=lines[0], h=${h}, level=[80, 95])
for y in lines:
    t = time.process_time()
    ${model}(season_length=${period}).forecast(y=y, h=${h}, level=[80, 95])
    print(1000 * (time.process_time() - t))
`;

/** npm's arima, where it is installed. */
async function npmArima({ series, period, h }: SeriesSet): Promise<void> {
  const name = "arima";
  const found: unknown = await import(name).catch(() => undefined);
  const make = (
    found as { default?: new (options: object) => { fit(y: number[]): { predict(h: number): unknown } } } | undefined
  )?.default;
  if (make === undefined) {
    print("npm arima (auto)", "not installed");
    return;
  }
  const options = { auto: true, p: 5, d: 2, q: 5, P: 2, D: 1, Q: 2, s: period, verbose: false };
  print(
    "npm arima (auto)",
    summary(spread(series).map((y) => milliseconds(() => new make(options).fit([...y]).predict(h)))),
  );
}

for (const set of sets()) {
  process.stdout.write(`${set.name}: CPU ms a series\n`);
  for (const method of METHODS.filter(({ name }) => words.length === 0 || words.includes(name))) {
    if (method.daily === true && set.period !== 7) continue;
    print(`${method.name}, first pass of a process`, summary(ours(method, set.series, set)));
    print(`${method.name}, compiled`, summary(ours(method, set.series, set)));
    if (others === 0) continue;
    print(`${method.name}, the ${others} series below`, summary(ours(method, spread(set.series), set)));
    if (method.r !== undefined)
      external(`R ${method.r(set.h)}`, "Rscript", [], rProgram(set.period, method.r(set.h)), set);
    if (method.statsforecast !== undefined)
      external(
        `statsforecast ${method.statsforecast}`,
        "python3",
        [],
        pythonProgram(method.statsforecast, set.period, set.h),
        set,
      );
    if (method.name === "auto-arima") await npmArima(set);
  }
}
