/**
 * Speed and accuracy beside peers: our methods, statsforecast's, R's forecast package and npm's arima, where they are installed,
 * on the same series in one run. All take turns, series by series, each in a process of its own that measures its own CPU.
 * Then whole jobs, from a Parquet file to a Parquet file, in turn.
 *
 *   npm run bench:peers -- [--write]   --write: into docs/performance.md
 *     --methods a,b      our methods (all of the list below when left out)
 *     --peers a,b        R,statsforecast,npm arima; none: ours alone
 *     --series 40        series of each set; --few 8: the number for a peer that takes over a second a series
 *     --python PROGRAM   a Python that has statsforecast
 *     --npm FOLDER       a folder in whose node_modules `arima` is
 *     --jobs 200         series of the whole jobs; 0 leaves them out. --rounds 3: how often each is done
 *
 * Data: the daily series (n = 1,095, period 7) and the monthly sample of M3 that the tests use; see packages/forecast/test/reference.ts.
 * MASE is of the last 30 days or 18 months, which nobody fits. A ratio is the peer's CPU over ours: the geometric mean over the
 * series, with its 10 % and 90 % quantiles.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { accuracy, forecast, METHODS, type Method } from "../packages/forecast/src/index.ts";
import { type PeerName, PeerProcess } from "../scripts/oracle/peer-process.ts";
import { measuredSeries, spread } from "./measured-series.ts";
import { writeSource } from "./source-table.js";
import { median, timedCommand } from "./timed-command.js";

const { values: options } = parseArgs({
  options: {
    methods: { type: "string" },
    peers: { type: "string", default: "R,statsforecast,npm arima" },
    series: { type: "string", default: "40" },
    few: { type: "string", default: "8" },
    python: { type: "string", default: "python3" },
    npm: { type: "string", default: "." },
    jobs: { type: "string", default: "200" },
    rounds: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
  },
});
const LEVELS = [80, 95];
/** CPU milliseconds a series above which a peer does only a few of them. */
const SLOW_MS = 1000;

/** A peer's method beside one of ours. */
interface Rival {
  readonly peer: PeerName;
  readonly method: string;
  /** Its name in the table. */
  readonly label: string;
}

const statsforecast = (method: string, label: string): Rival => ({ peer: "statsforecast", method, label });
const R = (method: string, label: string): Rival => ({ peer: "R", method, label });

const RIVALS: Readonly<Partial<Record<Method, readonly Rival[]>>> = {
  "auto-arima": [
    statsforecast("auto-arima-approximation", "AutoARIMA, approximation=True"),
    statsforecast("auto-arima", "AutoARIMA"),
    R("auto-arima", "auto.arima"),
    { peer: "npm arima", method: "auto", label: "auto" },
  ],
  ets: [statsforecast("ets", "AutoETS"), R("ets", "ets")],
  theta: [statsforecast("theta", "Theta"), R("theta", "thetaf")],
  "dynamic-theta": [statsforecast("dynamic-theta", "DynamicOptimizedTheta")],
  ces: [statsforecast("ces", "AutoCES")],
  "holt-winters": [statsforecast("holt-winters", "HoltWinters")],
  tbats: [R("tbats", "tbats")],
  stlf: [R("stlf", "stlf")],
  snaive: [statsforecast("snaive", "SeasonalNaive"), R("snaive", "snaive")],
  best: [],
};

/** A series, its end kept apart. */
interface Split {
  readonly training: Float64Array;
  readonly actual: Float64Array;
}

/** Series of one length of season. */
interface SeriesSet {
  readonly name: string;
  readonly period: number;
  readonly h: number;
  readonly series: readonly Split[];
}

/** CPU milliseconds and error of one forecast. */
interface Taken {
  readonly ms: number;
  readonly mase: number;
}

/** Returns some of the series, their ends kept apart: first the few that slow peers do, spread evenly. */
function splits(all: readonly Float64Array[], h: number): Split[] {
  const first = spread(Number(options.few), all.length);
  const others = spread(Number(options.series), all.length).filter((i) => !first.includes(i));
  return [...first, ...others]
    .slice(0, Number(options.series))
    .map((i) => all[i] ?? new Float64Array())
    .map((y) => ({ training: y.slice(0, -h), actual: y.slice(-h) }));
}

function sets(): SeriesSet[] {
  const { daily, monthly } = measuredSeries();
  return [
    { name: "daily, n = 1,065", period: 7, h: 30, series: splits(daily, 30) },
    { name: "M3 monthly", period: 12, h: 18, series: splits(monthly, 18) },
  ];
}

const maseOf = (mean: Float64Array, { training, actual }: Split, period: number) =>
  accuracy(actual, mean, { training, period }).mase;

function ours(method: Method, split: Split, { period, h }: SeriesSet): Taken {
  const began = process.cpuUsage();
  const { mean } = forecast(METHODS[method](split.training, period), { h, levels: LEVELS });
  const { user, system } = process.cpuUsage(began);
  return { ms: (user + system) / 1000, mase: maseOf(mean, split, period) };
}

async function theirs(
  peer: PeerProcess,
  method: string,
  split: Split,
  { period, h }: SeriesSet,
): Promise<Taken | undefined> {
  const answer = await peer.ask({ method, values: [...split.training], period, h });
  if (!("mean" in answer) || answer.ms === undefined) return undefined;
  const mean = Float64Array.from(answer.mean, (value) => value ?? NaN);
  return { ms: answer.ms[0], mase: maseOf(mean, split, period) };
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const quantile = (numbers: readonly number[], p: number) =>
  numbers.toSorted((a, b) => a - b)[Math.round(p * (numbers.length - 1))] ?? NaN;
const milliseconds = (ms: number) => (ms < 10 ? ms.toFixed(2) : Math.round(ms).toLocaleString("en"));
const times = (ratio: number) => (ratio < 10 ? ratio.toFixed(1) : Math.round(ratio).toLocaleString("en"));

/** Returns one line of the table: two methods on the series that both forecast. */
function line(method: Method, label: string, pairs: readonly (readonly [Taken, Taken])[]): string {
  const logs = pairs.map(([our, their]) => Math.log(their.ms / our.ms));
  const ratio = times(Math.exp(mean(logs)));
  const [low, high] = [0.1, 0.9].map((p) => times(Math.exp(quantile(logs, p))));
  const of = (index: 0 | 1, key: keyof Taken) => mean(pairs.map((pair) => pair[index][key]));
  const cells = [
    `\`${method}\``,
    label,
    pairs.length,
    milliseconds(of(0, "ms")),
    milliseconds(of(1, "ms")),
    `${ratio} (${low} to ${high})`,
    of(0, "mase").toFixed(3),
    of(1, "mase").toFixed(3),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Compares one of our methods on a set, and returns its lines: all take turns on each series. */
async function compare(
  set: SeriesSet,
  method: Method,
  rivals: readonly (readonly [Rival, PeerProcess])[],
): Promise<string[]> {
  const first = set.series.slice(0, 3);
  // The first calls compile.
  for (const split of first) ours(method, split, set);
  for (const [{ method: theirName }, peer] of rivals) if (first[0]) await theirs(peer, theirName, first[0], set);
  const alone: Taken[] = [];
  const pairs = rivals.map((): [Taken, Taken][] => []);
  for (const [s, split] of set.series.entries()) {
    const mine = [ours(method, split, set)];
    const answers: (Taken | undefined)[] = [];
    for (const [r, [{ method: theirName }, peer]] of rivals.entries()) {
      const isSlow = median((pairs[r] ?? []).map(([, { ms }]) => ms)) > SLOW_MS;
      answers.push(s >= Number(options.few) && isSlow ? undefined : await theirs(peer, theirName, split, set));
      mine.push(ours(method, split, set));
    }
    const our = { ms: median(mine.map(({ ms }) => ms)), mase: mine[0]?.mase ?? NaN };
    alone.push(our);
    for (const [r, their] of answers.entries())
      if (their !== undefined && Number.isFinite(their.mase)) pairs[r]?.push([our, their]);
  }
  const { ms, mase } = { ms: mean(alone.map((one) => one.ms)), mase: mean(alone.map((one) => one.mase)) };
  const ourLine = `| \`${method}\` | | ${alone.length} | ${milliseconds(ms)} | | | ${mase.toFixed(3)} | |`;
  return [ourLine, ...rivals.map(([{ peer, label }], r) => line(method, `${peer} ${label}`, pairs[r] ?? []))];
}

/** Measures whole jobs on daily series, from a file to a file: CPU seconds of all processes. */
async function jobs(count: number): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "manymodel-peers-"));
  const rounds = Array.from({ length: Number(options.rounds) }, (_, round) => round);
  const program = fileURLToPath(new URL("../bin/manymodel.js", import.meta.url));
  const job = fileURLToPath(new URL("../bench/statsforecast_job.py", import.meta.url));
  try {
    const value = "round(100 + 20 * sin(2 * pi() * (i % 7) / 7) + 5 * sin(i // 400) + (hash(i) % 1000) / 100, 2)";
    await writeSource(path.join(folder, "source.parquet"), { partitions: count, rows: 1095, value });
    const lines: string[] = [];
    for (const method of ["snaive", "theta", "holt-winters"]) {
      writeFileSync(
        path.join(folder, "job.yaml"),
        `workspace: .job\nsource: { table: source.parquet, partition_by: UNIT_ID, order_by: OBS_DATE, target: Y, period: 7 }
model: ${method}\ntrain: { horizon: 30, holdout: 0 }\nregister: { name: M }\npipeline: { export: ours.parquet }\n`,
      );
      const times = rounds.map(() => {
        rmSync(path.join(folder, ".job"), { recursive: true, force: true });
        const our = timedCommand([process.execPath, program, "pipeline", "run", "--config", "job.yaml"], folder).cpu;
        const output = path.join(folder, "theirs.parquet");
        return [our, timedCommand([options.python, job, method, "source.parquet", output], folder).cpu] as const;
      });
      const [our, their] = [0, 1].map((who) => median(times.map((pair) => pair[who as 0 | 1])) / 1000);
      const ratios = times.map(([mine, other]) => mine / other);
      lines.push(
        `| \`${method}\` | ${our?.toFixed(1)} s | ${their?.toFixed(1)} s | ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}) |`,
      );
      console.log(lines.at(-1));
    }
    return lines;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const places = { python: options.python, npm: options.npm };
const peers = new Map<PeerName, PeerProcess>();
const hidden: string[] = [];
for (const name of ["R", "statsforecast", "npm arima"] as const) {
  if (!options.peers.split(",").includes(name)) continue;
  const peer = PeerProcess.start(name, places);
  if (peer === undefined) hidden.push(name);
  else peers.set(name, peer);
}
const versions = [...peers.values()].map(({ name, version }) => `${name} ${version}`);
const machine = `${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.versions.node}`;
const text = [
  `${[machine, ...versions].join(", ")}.${hidden.length > 0 ? ` Not installed: ${hidden.join(", ")}.` : ""}`,
];
try {
  const methods = options.methods?.split(",");
  for (const set of sets()) {
    text.push("", `**${set.name}, period ${set.period}, ${set.h} steps**`, "");
    text.push(
      "| method | peer | series | ours, ms | peer, ms | peer ÷ ours | MASE, ours | MASE, peer |",
      `|${" --- |".repeat(8)}`,
    );
    console.log(text.slice(-4).join("\n"));
    for (const [method, rivals] of Object.entries(RIVALS) as [Method, readonly Rival[]][]) {
      if (methods !== undefined && !methods.includes(method)) continue;
      const there = rivals.flatMap((rival) => {
        const peer = peers.get(rival.peer);
        return peer === undefined ? [] : [[rival, peer] as const];
      });
      const lines = await compare(set, method, there);
      console.log(lines.join("\n"));
      text.push(...lines);
    }
  }
  if (Number(options.jobs) > 0 && peers.has("statsforecast")) {
    text.push(
      "",
      `**Whole jobs, Parquet to Parquet, ${options.jobs} daily series of three years, CPU of all processes**`,
      "",
    );
    text.push(
      "| method | ours: `pipeline run` | statsforecast, two processes | ours ÷ theirs |",
      `|${" --- |".repeat(4)}`,
    );
    console.log(text.slice(-4).join("\n"));
    text.push(...(await jobs(Number(options.jobs))));
  }
} finally {
  for (const peer of peers.values()) peer.close();
}
if (options.write) {
  const document = fileURLToPath(new URL("../docs/performance.md", import.meta.url));
  const [before = "", after = ""] = readFileSync(document, "utf8").split(
    /(?<=<!-- peers -->\n)[\s\S]*(?=<!-- \/peers -->)/,
  );
  writeFileSync(document, `${before}\n${text.join("\n")}\n\n${after}`);
}
