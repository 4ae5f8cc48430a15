/**
 * Gain of the kernels in WebAssembly: the same fits with them and in TypeScript, in turn within one process, series by series.
 *
 *   npm run bench:kernels -- [--methods auto-arima] [--series 40] [--rounds 3] [--against FOLDER]
 *     --against FOLDER   a built checkout of another version, whose fits take turns with these
 *
 * Data: the daily series (n = 1,095, period 7) and the monthly sample of M3 that the tests use; see packages/forecast/test/reference.ts.
 * "Both fits" are the holdout's of all but the last season's steps, and the final one, which starts from it. Figures are
 * medians over the series of a series' least CPU time in the rounds, with ratios' 10 % and 90 % quantiles.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import * as numerics from "../packages/forecast/src/index.ts";
import { measuredSeries, spread } from "./measured-series.ts";

const { values: options } = parseArgs({
  options: {
    methods: { type: "string", default: "auto-arima" },
    series: { type: "string", default: "40" },
    rounds: { type: "string", default: "3" },
    against: { type: "string" },
  },
});

/** A set of series of one season, and the steps of its holdout. */
interface SeriesSet {
  readonly name: string;
  readonly period: number;
  readonly holdout: number;
  readonly series: readonly Float64Array[];
}

/** One way to run the fits. */
interface Way {
  readonly name: string;
  readonly code: Pick<typeof numerics, "METHODS" | "forecast">;
  readonly kernels: string | undefined;
}

function sets(): SeriesSet[] {
  const { daily, monthly } = measuredSeries();
  const chosen = (all: readonly Float64Array[]) =>
    spread(Number(options.series), all.length).map((i) => all[i] ?? new Float64Array());
  return [
    { name: "daily, n = 1,095", period: 7, holdout: 30, series: chosen(daily) },
    { name: "M3 monthly", period: 12, holdout: 18, series: chosen(monthly) },
  ];
}

async function ways(): Promise<Way[]> {
  const here: Way[] = [
    { name: "kernels", code: numerics, kernels: undefined },
    { name: "TypeScript", code: numerics, kernels: "typescript" },
  ];
  if (options.against === undefined) return here;
  // A version's own package says where its forecasting library is.
  const file = createRequire(path.resolve(options.against, "package.json")).resolve("manymodel/forecast");
  const code: Way["code"] = await import(pathToFileURL(file).href);
  return [...here, { name: path.basename(path.resolve(options.against)), code, kernels: undefined }];
}

/** Fits a series, and the holdout before it if `both`. Returns milliseconds of CPU, and the forecast as text. */
function fit({ code, kernels }: Way, method: numerics.Method, y: Float64Array, set: SeriesSet, both: boolean) {
  const { period, holdout } = set;
  globalThis.MANYMODEL_KERNELS = kernels;
  const began = process.cpuUsage();
  const earlier = both ? code.METHODS[method](y.slice(0, -holdout), period) : undefined;
  const model = code.METHODS[method](y, period, undefined, earlier);
  const { user, system } = process.cpuUsage(began);
  globalThis.MANYMODEL_KERNELS = undefined;
  return { ms: (user + system) / 1000, text: String(code.forecast(model, { h: holdout }).mean) };
}

const quantile = (numbers: readonly number[], q: number) =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(q * numbers.length))] ?? NaN;

const isMethod = (name: string): name is numerics.Method => Object.hasOwn(numerics.METHODS, name);

const all = await ways();
console.log(
  `| fits | ${all.map(({ name }) => `${name}, ms`).join(" | ")} | times as fast as ${all
    .slice(1)
    .map(({ name }) => name)
    .join(", as ")} | same forecasts |`,
);
console.log(`|---|${"--:|".repeat(all.length + 2)}`);
for (const method of options.methods.split(","))
  for (const set of sets())
    for (const both of [false, true]) {
      if (!isMethod(method)) throw new Error(`--methods has ${method}, which is no method`);
      const times = all.map((): number[] => []);
      let same = 0;
      for (const y of set.series) {
        const least = all.map(() => Infinity);
        let texts: string[] = [];
        for (let round = 0; round < Number(options.rounds); round++)
          texts = all.map((way, i) => {
            const { ms, text } = fit(way, method, y, set, both);
            least[i] = Math.min(least[i] ?? ms, ms);
            return text;
          });
        least.forEach((ms, i) => times[i]?.push(ms));
        same += Number(texts.every((text) => text === texts[0]));
      }
      const [kernels = []] = times;
      const ratios = times.slice(1).map((others) => {
        const each = others.map((ms, i) => ms / (kernels[i] ?? NaN));
        return `${quantile(each, 0.5).toFixed(2)} (${quantile(each, 0.1).toFixed(2)}–${quantile(each, 0.9).toFixed(2)})`;
      });
      const name = `${method}, ${set.name}${both ? ", both fits" : ""}`;
      const medians = times.map((ms) => quantile(ms, 0.5).toFixed(1));
      console.log(`| ${name} | ${medians.join(" | ")} | ${ratios.join(", ")} | ${same} of ${set.series.length} |`);
    }
