/**
 * Measures how often values of the validation half stay within the intervals of a method, by set, with the 95 % interval of the
 * bootstrap over series. The halves are those of `best-study`.
 *
 *   npm run coverage-study -- [--folder FOLDER] [--method best] [--series 100] [--part validation] [--write]
 *
 * `--write` writes scripts/coverage-study/result.md, which docs/accuracy.md takes up.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Forecast, forecast, METHODS, type Method } from "../packages/forecast/src/index.ts";
import { meanDifference } from "./best-study/bootstrap.ts";
import { LEVELS } from "./best-study/forecasts.ts";
import { isDemand } from "./best-study/members.ts";
import { scoresOf } from "./best-study/scores.ts";
import { type StudySeries, studySeries } from "./best-study/series.ts";

const { values: options } = parseArgs({
  options: {
    folder: { type: "string", multiple: true, default: ["../shared/data/public"] },
    method: { type: "string", default: "best" },
    series: { type: "string", default: "100" },
    part: { type: "string", default: "validation" },
    write: { type: "boolean", default: false },
  },
});
const { method } = options;
const isMethod = (name: string): name is Method => Object.hasOwn(METHODS, name);
if (!isMethod(method)) throw new Error(`there is no method ${method}`);

/**
 * Returns the share of a stretch of the horizon, from `from` to `to` of it, inside the interval of a level; NaN without
 * values.
 */
function inside({ actual }: StudySeries, { lower, upper }: Forecast, level: number, from = 0, to = 1): number {
  const h = actual.length;
  const steps = Array.from(actual, (_, j) => j).slice(Math.floor(from * h), Math.floor(to * h));
  const observed = steps.filter((j) => !Number.isNaN(actual[j]));
  const hits = observed.filter((j) => actual[j]! >= lower[level]![j]! && actual[j]! <= upper[level]![j]!);
  return hits.length / observed.length;
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value / values.length, 0);
const groups = new Map<string, (readonly [number, number, number, number, number])[]>();
for (const series of studySeries(options.folder, Number(options.series))) {
  if (series.part !== options.part || /^m[13]-/.test(series.set)) continue;
  const result = forecast(METHODS[method](series.training, series.period), { h: series.actual.length, levels: LEVELS });
  const name = isDemand(series) ? `${series.set}, intermittent` : series.set;
  const row = [
    inside(series, result, 1),
    inside(series, result, 1, 0, 1 / 3),
    inside(series, result, 1, 2 / 3, 1),
    inside(series, result, 0),
    scoresOf(series, result).msis,
  ] as const;
  groups.set(name, [...(groups.get(name) ?? []), row]);
}
const lines = [...groups].map(([name, rows]) => {
  const column = (place: number) => rows.map((row) => row[place] ?? NaN).filter(Number.isFinite);
  const { mean, lower, upper } = meanDifference(column(0));
  const [early, late, of80, msis] = [1, 2, 3, 4].map((place) => average(column(place)));
  const cells = [mean, lower, upper, early, late, of80].map((value) => value?.toFixed(3));
  return `| ${name} | ${rows.length} | ${cells[0]} [${cells[1]}, ${cells[2]}] | ${cells.slice(3).join(" | ")} | ${msis?.toFixed(2)} |`;
});
const table = [
  "| set | series | 95 % intervals | first third | last third | 80 % intervals | MSIS 95 % |",
  "| --- | --- | --- | --- | --- | --- | --- |",
  ...lines,
].join("\n");
console.log(table);
if (options.write)
  writeFileSync(
    "scripts/coverage-study/result.md",
    `## Coverage of \`${method}\`

Written by \`npm run coverage-study -- --write\`: how many values of the ${options.part} half are within their intervals, at most
${options.series} series of a set, with the 95 % interval of the bootstrap over series.

${table}
`,
  );
