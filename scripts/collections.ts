/**
 * Compares our methods with each other, and with R's forecast and Python's statsforecast where they are installed, on the M1 and M3
 * competitions where they are and on every collection of a folder (`*.json.gz`: a list of `{ id, m, y, test }`).
 *
 *   npm run accuracy:collections -- --folder FOLDER [--folder FOLDER]   prints a table for each set
 *     --series N          series of each set and half, by a hash of their names (default 25)
 *     --sets a,b          only these sets
 *     --methods a,b       our methods (default best,auto-arima,ets,dynamic-theta,ces,stlf,snaive; of demand sba,tsb,imapa)
 *     --peers a,b         R and statsforecast, where they are installed; R's automatic ARIMA takes minutes for a long daily series
 *     --python PROGRAM    a Python that has statsforecast
 *     --write             writes scripts/collections/result.md, which docs/accuracy.md takes up
 *
 * OWA is the mean of sMAPE and MASE as shares of those of naive forecasts of the seasonally adjusted series (Makridakis, Spiliotis &
 * Assimakopoulos 2020, doi:10.1016/j.ijforecast.2019.04.014). Differences of `best` are paired by series, with 95 % intervals of the
 * bootstrap. CPU is of one thread, fit and forecast; R and statsforecast are compiled or warmed up before.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Forecast, forecast, METHODS, type Method } from "../packages/forecast/src/index.ts";
import { meanDifference } from "./best-study/bootstrap.ts";
import { LEVELS } from "./best-study/forecasts.ts";
import { isDemand } from "./best-study/members.ts";
import { naive2Scores } from "./best-study/naive2.ts";
import { type Scores, scoresOf } from "./best-study/scores.ts";
import { type StudySeries, studySeries } from "./best-study/series.ts";
import { type Answer, ask, type Peer } from "./oracle/ask.ts";

const { values: options } = parseArgs({
  options: {
    folder: { type: "string", multiple: true, default: ["../shared/data/public"] },
    series: { type: "string", default: "25" },
    sets: { type: "string" },
    methods: { type: "string" },
    python: { type: "string", default: "python3" },
    peers: { type: "string", default: "R,statsforecast" },
    write: { type: "boolean", default: false },
  },
});

/** Our methods, of series with a level and of intermittent demand. */
const CONTINUOUS: readonly Method[] = ["best", "auto-arima", "ets", "dynamic-theta", "ces", "stlf", "snaive"];
const DEMAND: readonly Method[] = ["best", "sba", "tsb", "imapa", "snaive"];
/** Methods of peers: the usual ones of each. */
const PEERS: Readonly<Record<Peer, readonly string[]>> = {
  R: ["auto-arima", "ets", "theta", "croston"],
  statsforecast: ["auto-arima", "ets", "dynamic-theta", "ces", "imapa", "adida"],
};

/** A method's scores and CPU, series by series; undefined where it gave no finite forecast. */
type Column = readonly ((Scores & { readonly ms: number }) | undefined)[];

const numbers = (values: readonly (number | null)[]) => Float64Array.from(values, (value) => value ?? NaN);

function ours({ training, period, actual }: StudySeries, method: Method): (Forecast & { ms: number }) | undefined {
  const began = process.cpuUsage().user;
  try {
    const result = forecast(METHODS[method](training, period), { h: actual.length, levels: LEVELS });
    return { ...result, ms: (process.cpuUsage().user - began) / 1000 };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Returns a peer's forecast; bounds that it does not have are NaN. */
function theirs(answer: Answer | undefined, h: number): (Forecast & { ms: number }) | undefined {
  if (answer === undefined || !("mean" in answer)) return undefined;
  const unknown = LEVELS.map(() => new Float64Array(h).fill(NaN));
  const bounds = (rows: readonly (readonly (number | null)[])[] | null | undefined) => rows?.map(numbers) ?? unknown;
  const { mean, lower, upper, ms } = answer;
  return { mean: numbers(mean), levels: LEVELS, lower: bounds(lower), upper: bounds(upper), ms: ms?.[0] ?? NaN };
}

function scored(series: StudySeries, result: (Forecast & { ms: number }) | undefined) {
  if (result === undefined || !result.mean.every(Number.isFinite)) return undefined;
  const scores = scoresOf(series, result);
  // Without bounds nothing is inside them.
  return { ...scores, ...(Number.isNaN(scores.msis) && { coverage: NaN }), ms: result.ms };
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const cell = (value: number, digits: number) => (Number.isFinite(value) ? value.toFixed(digits) : "–");

/** Returns the table of one set: a line for each method, the most accurate first. */
async function table(set: string, all: readonly StudySeries[]): Promise<string> {
  const areDemand = all.filter(isDemand).length > all.length / 2;
  const questions = all.map(({ training, period, actual }) => ({
    values: Array.from(training, (value) => (Number.isNaN(value) ? null : value)),
    period,
    h: actual.length,
  }));
  const methods = (options.methods?.split(",") as Method[] | undefined) ?? (areDemand ? DEMAND : CONTINUOUS);
  const columns = new Map<string, Column>();
  for (const method of methods)
    columns.set(
      method,
      all.map((series) => scored(series, ours(series, method))),
    );
  for (const [peer, names] of Object.entries(PEERS) as [Peer, readonly string[]][]) {
    if (!options.peers.split(",").includes(peer)) continue;
    const answers = await ask(peer, questions, { python: options.python, methods: names });
    if (answers === undefined) continue;
    for (const name of names) {
      const column = all.map((series, i) => scored(series, theirs(answers[i]?.[name], series.actual.length)));
      columns.set(`${peer} ${name}`, column);
    }
  }
  // A series counts where every method has a forecast and the error has a scale.
  const isWhole = (i: number) => [...columns.values()].every((column) => Number.isFinite(column[i]?.mase));
  const missing = [...columns].filter(
    ([, column]) => column.filter((one) => one !== undefined).length < 0.9 * all.length,
  );
  for (const [name] of missing) columns.delete(name);
  const rows = all.map((_, i) => i).filter(isWhole);
  const pick = (column: Column, key: keyof Scores | "ms") => rows.map((i) => column[i]?.[key] ?? NaN);
  const bases = rows.map((i) => naive2Scores(all[i]!));
  const [baseSmape, baseMase] = [average(bases.map(({ smape }) => smape)), average(bases.map(({ mase }) => mase))];
  const measure = areDemand ? "rmsse" : "mase";
  const best = columns.get("best");
  const lines = [...columns]
    .map(([name, column]) => {
      const mean = (key: keyof Scores | "ms") => average(pick(column, key));
      const owa = (mean("smape") / baseSmape + mean("mase") / baseMase) / 2;
      const theirs = pick(column, measure);
      const {
        mean: by,
        lower,
        upper,
      } = meanDifference(pick(best ?? column, measure).map((value, r) => value - theirs[r]!));
      const difference =
        name === "best" || best === undefined ? "" : `${cell(by, 3)} [${cell(lower, 3)}, ${cell(upper, 3)}]`;
      const cells = [
        name,
        // The relative error of a value of 0 says nothing.
        areDemand ? "–" : cell(owa, 3),
        cell(mean("mase"), 3),
        cell(mean("rmsse"), 3),
        cell(mean("pinball"), 3),
        cell(mean("msis"), 1),
        cell(mean("coverage"), 3),
        cell(mean("ms"), mean("ms") < 10 ? 1 : 0),
        difference,
      ];
      return { error: mean(measure), line: `| ${cells.join(" | ")} |` };
    })
    .sort((a, b) => a.error - b.error)
    .map(({ line }) => line);
  const without = missing.length === 0 ? "" : ` Too few forecasts by: ${missing.map(([name]) => name).join(", ")}.`;
  return [
    `### ${set}`,
    "",
    `${rows.length} of ${all.length} series${areDemand ? ", most of them intermittent; ordered by RMSSE" : ""}.${without}`,
    "",
    `| method | OWA | MASE | RMSSE | pinball | MSIS 95 % | coverage 95 % | CPU ms | ${measure.toUpperCase()} of best less this |`,
    "|---|---|---|---|---|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}

const chosen = options.sets?.split(",");
const groups = new Map<string, StudySeries[]>();
for (const series of studySeries(options.folder, Number(options.series)))
  groups.set(series.set, [...(groups.get(series.set) ?? []), series]);
const tables: string[] = [];
for (const [set, series] of groups) {
  if (chosen !== undefined && !chosen.includes(set)) continue;
  tables.push(await table(set, series));
  console.log(tables.at(-1));
}
if (options.write) {
  mkdirSync("scripts/collections", { recursive: true });
  const heading = `## Beside R and statsforecast, by collection

Written by \`npm run accuracy:collections -- --write\`: at most ${2 * Number(options.series)} series of each set. OWA is against naive forecasts of the
seasonally adjusted series. A negative difference is in favour of \`best\`; its 95 % interval is the paired bootstrap's.
`;
  writeFileSync("scripts/collections/result.md", `${heading}\n${tables.join("\n")}`);
}
