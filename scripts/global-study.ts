/**
 * Measures one global model of all series of a set (`trainGlobal`) on the series of one half, beside `best` of each. The halves are
 * those of `best-study`. All series train the model, up to the values to be forecast. Promotions (`promo`) are known ahead where a
 * set has them; `best` does not use them.
 *
 *   npm run global-study -- [--folder FOLDER] [--sets rossmann,walmart] [--part development] [--best 60]
 *     --best N       the series that `best` forecasts too (default 60)
 *     --write        writes scripts/global-study/result.md, which docs/accuracy.md takes up
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { leastScaleOf } from "../packages/forecast/src/global/origin.ts";
import {
  forecast,
  forecastGlobal,
  type GlobalSeries,
  METHODS,
  mase,
  trainGlobal,
} from "../packages/forecast/src/index.ts";
import { meanDifference } from "./best-study/bootstrap.ts";
import { type StudySeries, studySeries } from "./best-study/series.ts";

const { values: options } = parseArgs({
  options: {
    folder: { type: "string", default: "../shared/data/public" },
    sets: { type: "string", default: "rossmann,walmart" },
    part: { type: "string", default: "development" },
    best: { type: "string", default: "60" },
    write: { type: "boolean", default: false },
  },
});

interface Stored {
  readonly id: string | number;
  /** Promotions over training and test. */
  readonly promo?: readonly (number | null)[];
}

/** Returns promotions by series. */
function promotionsOf(set: string): Map<string, Float64Array> {
  const file = readFileSync(path.join(options.folder, `${set}.json.gz`));
  const stored: Stored[] = JSON.parse(gunzipSync(file).toString());
  return new Map(
    stored.flatMap(({ id, promo }) =>
      promo === undefined ? [] : [[String(id), Float64Array.from(promo, (value) => value ?? Number.NaN)] as const],
    ),
  );
}

const errorOf = ({ training, actual, period }: StudySeries, mean: Float64Array) => mase(actual, mean, training, period);
const meanText = (values: readonly number[], digits = 3) => {
  const { mean, lower, upper } = meanDifference(values.filter(Number.isFinite));
  return `${mean.toFixed(digits)} [${lower.toFixed(digits)}, ${upper.toFixed(digits)}]`;
};

const lines = options.sets.split(",").map((set) => {
  const promotions = promotionsOf(set);
  const all = studySeries([options.folder], Number.MAX_SAFE_INTEGER).filter((series) => series.set === set);
  const [first] = all;
  if (first === undefined) throw new Error(`there is no series of ${set} in ${options.folder}`);
  const trained = all.map((series): readonly [StudySeries, GlobalSeries] => {
    const promo = promotions.get(series.id);
    const x = promo === undefined ? {} : { promo };
    return [series, { y: series.training, x, leastScale: leastScaleOf(series.training) }];
  });
  const h = first.actual.length;
  const began = process.cpuUsage().user;
  const model = trainGlobal(
    trained.map(([, one]) => one),
    { period: first.period, horizon: h },
  );
  const seconds = (process.cpuUsage().user - began) / 1e6;
  const judged = trained.filter(([{ part }]) => part === options.part);
  const errors = judged.map(([series, one]) => errorOf(series, forecastGlobal(model, one, { h, levels: [] }).mean));
  const alone = judged
    .slice(0, Number(options.best))
    .map(([series]) => errorOf(series, forecast(METHODS.best(series.training, series.period), { h, levels: [] }).mean));
  const differences = alone.map((error, i) => (errors[i] ?? Number.NaN) - error);
  return `| ${[set, all.length, judged.length, meanText(errors), alone.length, meanText(alone), meanText(differences), seconds.toFixed(0)].join(" | ")} |`;
});
const table = [
  "| set | trained on | judged | MASE of global | beside best | MASE of best | global less best | CPU s |",
  "|---|---|---|---|---|---|---|---|",
  ...lines,
].join("\n");
console.log(table);
if (options.write)
  writeFileSync(
    "scripts/global-study/result.md",
    `## One global model

Written by \`npm run global-study -- --part ${options.part} --write\`: one model of all series of a set (\`trainGlobal\`), judged on the
${options.part} half. Rossmann has promotions, which are known ahead and which \`best\` does not use. \`walmart\` has no drivers, only its past.
Differences are paired by series, with 95 % bootstrap intervals. Below 0 the global model is better.

${table}
`,
  );
