/**
 * Compares forecasts with those of R's forecast package and of Python's statsforecast, where they are installed, on the
 * series of the property suite, and prints where ours are further from both than they are from each other.
 *
 *   npm run oracle -- [--series 96] [--seed 1] [--python python3] [--tolerance 0.05]
 *
 * A difference is the mean absolute one over the steps, in standard deviations of the series. docs/accuracy.md explains
 * what it finds.
 */
import { parseArgs } from "node:util";
import { forecast, METHODS } from "@manymodel/forecast";
import { METHOD_NAMES } from "../packages/forecast/test/properties/check.ts";
import { type Recipe, SHAPE_NAMES, sampleOf } from "../packages/forecast/test/properties/samples.ts";
import { type Answer, ask } from "./oracle/ask.ts";

const { values: options } = parseArgs({
  options: {
    series: { type: "string", default: "96" },
    seed: { type: "string", default: "1" },
    python: { type: "string", default: "python3" },
    tolerance: { type: "string", default: "0.05" },
  },
});
const tolerance = Number(options.tolerance);
const PERIODS = [1, 12, 7, 4];
const LENGTHS = [40, 96, 72, 25];
const recipes = Array.from({ length: Number(options.series) }, (_, i): Recipe => {
  const turn = Math.floor(i / SHAPE_NAMES.length);
  return {
    shape: SHAPE_NAMES[i % SHAPE_NAMES.length] ?? "noise",
    length: LENGTHS[turn % LENGTHS.length] ?? 40,
    period: PERIODS[turn % PERIODS.length] ?? 1,
    seed: Number(options.seed) + i,
    gaps: false,
  };
});
const series = recipes.map((recipe) => {
  const { values, period } = sampleOf(recipe);
  return { values: Array.from(values), period, h: Math.max(8, period) };
});

const { python } = options;
const r = await ask("R", series);
const sf = await ask("statsforecast", series, { python });

const meanOf = (answer: Answer | undefined) =>
  answer !== undefined && "mean" in answer ? Float64Array.from(answer.mean, (value) => value ?? NaN) : undefined;
const scaleOf = (values: readonly number[]) => {
  const average = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
  return variance > 0 ? Math.sqrt(variance) : Math.max(Math.abs(average), 1);
};
/** Returns the mean absolute difference over the steps; NaN where one of the two is missing or not finite. */
const distance = (a: Float64Array | undefined, b: Float64Array | undefined) =>
  a === undefined || b === undefined
    ? NaN
    : a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? NaN)), 0) / a.length;
const text = (values: Float64Array | undefined) =>
  values === undefined ? "–" : Array.from(values.slice(0, 3), (value) => value.toPrecision(5)).join(", ");

let compared = 0;
let refused = 0;
const [againstBoth, againstOne]: [string[], string[]] = [[], []];
for (const method of METHOD_NAMES)
  for (const [i, { values, period, h }] of series.entries()) {
    const [ofR, ofSf] = [meanOf(r?.[i]?.[method]), meanOf(sf?.[i]?.[method])];
    if (ofR === undefined && ofSf === undefined) continue;
    let ours: Float64Array;
    try {
      ours = forecast(METHODS[method](Float64Array.from(values), period), { h }).mean;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refused++;
      continue;
    }
    compared++;
    const scale = scaleOf(values);
    const distances = [ofR, ofSf].map((theirs) => distance(ours, theirs) / scale).filter((d) => d === d);
    const nearest = Math.min(...distances);
    const between = distance(ofR, ofSf) / scale;
    if (nearest <= tolerance + (between === between ? between : 0)) continue;
    const { shape, length, seed } = recipes[i] ?? {};
    const cells = [`${shape} n=${length} period=${period} seed=${seed}`, method, text(ours), text(ofR), text(ofSf)];
    (distances.length > 1 ? againstBoth : againstOne).push(`${cells.join(" | ")} | ${nearest.toFixed(2)}`);
  }
console.log("series | method | ours | R | statsforecast | nearest");
for (const [heading, lines] of [
  ["further from both than they are from each other", againstBoth],
  ["far from the only other one that has the method", againstOne],
] as const) {
  for (const line of lines) console.log(line);
  console.log(`${lines.length} of ${compared} forecasts are ${heading}`);
}
console.log(`${refused} series were refused here`);
