/**
 * Measures how often values of the validation half stay within the intervals of a method, by set, with the 95 % interval of the
 * bootstrap over series. The halves are those of `best-study`.
 *
 *   npm run coverage-study -- [--folder FOLDER] [--method best] [--series 100] [--part validation] [--write]
 *     --origins N    the development half from so many origins, each a horizon before the next: the luck of one window
 *
 * `--write` writes scripts/coverage-study/result.md, or origins.md, which docs/accuracy.md takes up.
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
    origins: { type: "string" },
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

/** The fewest values that an origin needs before it. */
const LEAST = 10;
/** The fewest series of a set that an origin is shown for. */
const FEWEST = 5;

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value / values.length, 0);
const heldOut = (part: string, most: number) =>
  studySeries(options.folder, most).filter((series) => series.part === part && !/^m[13]-/.test(series.set));
const nameOf = (series: StudySeries) => (isDemand(series) ? `${series.set}, intermittent` : series.set);
const ahead = ({ training, period, actual }: StudySeries) =>
  forecast(METHODS[method](training, period), { h: actual.length, levels: LEVELS });
const covered = (values: readonly number[]) => {
  const { mean, lower, upper } = meanDifference(values);
  return `${mean.toFixed(3)} [${lower.toFixed(3)}, ${upper.toFixed(3)}]`;
};

/** Returns the table of the values at the end of each series. */
function atTheEnd(): string {
  const groups = new Map<string, (readonly [number, number, number, number, number])[]>();
  for (const series of heldOut(options.part, Number(options.series))) {
    const result = ahead(series);
    const row = [
      inside(series, result, 1),
      inside(series, result, 1, 0, 1 / 3),
      inside(series, result, 1, 2 / 3, 1),
      inside(series, result, 0),
      scoresOf(series, result).msis,
    ] as const;
    groups.set(nameOf(series), [...(groups.get(nameOf(series)) ?? []), row]);
  }
  const lines = [...groups].map(([name, rows]) => {
    const column = (place: number) => rows.map((row) => row[place] ?? NaN).filter(Number.isFinite);
    const [early, late, of80, msis] = [1, 2, 3, 4].map((place) => average(column(place)));
    const cells = [early, late, of80].map((value) => value?.toFixed(3));
    return `| ${name} | ${rows.length} | ${covered(column(0))} | ${cells.join(" | ")} | ${msis?.toFixed(2)} |`;
  });
  return [
    "| set | series | 95 % intervals | first third | last third | 80 % intervals | MSIS 95 % |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

/** Returns the series as they were at an origin, so many horizons before the last one; undefined where that is too early. */
function earlier({ training, actual, ...series }: StudySeries, before: number): StudySeries | undefined {
  const values = Float64Array.from([...training, ...actual]);
  const end = training.length - before * actual.length;
  if (end < Math.max(LEAST, series.period)) return undefined;
  return { ...series, training: values.subarray(0, end), actual: values.subarray(end, end + actual.length) };
}

/** Returns the table of 95 % intervals from several origins. */
function byOrigin(origins: number): string {
  const groups = new Map<string, number[][]>();
  for (const series of heldOut("development", Number(options.series))) {
    const shares = Array.from({ length: origins }, (_, before) => {
      const then = earlier(series, before);
      return then === undefined ? NaN : inside(then, ahead(then), 1);
    });
    groups.set(nameOf(series), [...(groups.get(nameOf(series)) ?? []), shares]);
  }
  const lines = [...groups].map(([name, rows]) => {
    const finite = (values: readonly number[]) => values.filter(Number.isFinite);
    const cells = Array.from({ length: origins }, (_, before) => {
      const shares = finite(rows.map((row) => row[before] ?? NaN));
      return shares.length < FEWEST ? "–" : covered(shares);
    });
    return `| ${[name, rows.length, ...cells, covered(finite(rows.map((row) => average(finite(row)))))].join(" | ")} |`;
  });
  const columns = Array.from({ length: origins }, (_, before) => (before === 0 ? "last origin" : `${before} before`));
  return [`| ${["set", "series", ...columns, "all"].join(" | ")} |`, `|${" --- |".repeat(origins + 3)}`, ...lines].join(
    "\n",
  );
}

if (options.origins === undefined) {
  const table = atTheEnd();
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
} else {
  const table = byOrigin(Number(options.origins));
  console.log(table);
  if (options.write)
    writeFileSync(
      "scripts/coverage-study/origins.md",
      `Written by \`npm run coverage-study -- --origins ${options.origins} --series ${options.series} --write\`: the share of values
of the development half within their 95 % intervals, by origin. Each origin is a horizon before the next, and no fit knows a later
value.

${table}
`,
    );
}
