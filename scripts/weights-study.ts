/**
 * Learns the weights that `model: learned` starts from, and compares learnt weights with `best`. The protocol is that of
 * `npm run best-study`: the development half of the series of each set makes the prior; the validation half is looked at once.
 *
 * Of each series two forecasts tell: that of the last h values of the training part, from which a user's run would learn, and that
 * of the h values to be forecast. The prior is learnt from both on the development half. In the table the weights of a set start
 * from the prior, and learn from the first forecast of the set's own validation series; the error is that of the second.
 *
 *   npm run weights-study -- --folder FOLDER [--folder FOLDER]   fits what is not in the cache, and prints the development part
 *     --prior                 writes packages/forecast/src/learned/prior.ts
 *     --validation            prints the validation part, and writes scripts/weights-study/result.md
 *     --cache FOLDER          where evidence is kept (default dist/weights-study)
 *     --series N              series of each set and part (default 60)
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { learnWeights, type WeightModel } from "../packages/forecast/src/contest/learn-weights.ts";
import type { LineupName } from "../packages/forecast/src/contest/lineup.ts";
import { learnAcross } from "../packages/forecast/src/learned/learn-across.ts";
import { combinedError, type SeriesEvidence } from "../packages/forecast/src/learned/learned.ts";
import { priorWeights, startingCoefficients } from "../packages/forecast/src/learned/prior-weights.ts";
import { WEIGHT_FEATURES } from "../packages/forecast/src/learned/weight-features.ts";
import { WEIGHTED_MEMBERS } from "../packages/forecast/src/learned/weighted-members.ts";
import { meanDifference } from "./best-study/bootstrap.ts";
import { hashOf, studySeries } from "./best-study/series.ts";
import { collectEvidence } from "./weights-study/evidence.ts";

const { values: options } = parseArgs({
  options: {
    folder: { type: "string", multiple: true, default: ["../shared/data/public"] },
    cache: { type: "string", default: "dist/weights-study" },
    series: { type: "string", default: "60" },
    prior: { type: "boolean", default: false },
    validation: { type: "boolean", default: false },
  },
});

/** The number of series that the starting weights outweigh. */
const STRENGTH = 5;
const GROUPS = Object.keys(WEIGHTED_MEMBERS).filter((name): name is LineupName =>
  Object.hasOwn(WEIGHTED_MEMBERS, name),
);

const series = studySeries(options.folder, Number(options.series));
const evidence = collectEvidence(options.cache, series);
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const development = series.flatMap(({ set, id, part }) => {
  const ofSeries = part === "development" ? evidence.get(`${set} ${id}`) : undefined;
  return [ofSeries?.before ?? null, ofSeries?.after ?? null].filter((one): one is SeriesEvidence => one !== null);
});

/** The centre and the scale of each feature. */
type Spread = Pick<WeightModel, "centres" | "scales">;

/** Returns the mean and the standard deviation of each feature; 0 and 1 for a feature that no series has. */
function spreadOf(rows: readonly SeriesEvidence[]): Spread {
  const columns = WEIGHT_FEATURES.map((_, f) => rows.map(({ features }) => features[f] ?? NaN).filter(Number.isFinite));
  const centres = columns.map((column) => (column.length > 0 ? average(column) : 0));
  const scales = columns.map((column, f) => Math.sqrt(average(column.map((value) => (value - centres[f]!) ** 2))) || 1);
  return { centres, scales };
}

const short = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(4)));

function priorOf(group: LineupName, rows: readonly SeriesEvidence[]): Pick<WeightModel, "coef" | "nobs"> & Spread {
  const prior: WeightModel = { ...priorWeights(group), ...spreadOf(rows), coef: startingCoefficients(group), nobs: 0 };
  const learnt = learnWeights(
    {
      members: prior.members,
      features: prior.features,
      x: rows.map(({ features }) => features),
      errors: rows.map(({ errors }) => errors),
    },
    { prior, strength: STRENGTH },
  );
  const { centres, scales, coef, nobs } = learnt;
  return { centres: short(centres), scales: short(scales), coef: coef.map(short), nobs };
}

if (options.prior) {
  const groups = GROUPS.flatMap((group) => {
    const rows = development.filter((row) => row.group === group);
    return rows.length === 0 ? [] : [`  ${JSON.stringify(group)}: ${JSON.stringify(priorOf(group, rows))},`];
  });
  const { centres, scales } = spreadOf(development);
  writeFileSync(
    "packages/forecast/src/learned/prior.ts",
    `import type { WeightModel } from "../contest/learn-weights.ts";
import type { LineupName } from "../contest/lineup.ts";

// Written by \`npm run weights-study -- --prior\`.

/** The centre and the scale of each feature over all public series, for kinds of which the public sets have none. */
export const OVERALL: Pick<WeightModel, "centres" | "scales"> = ${JSON.stringify({ centres: short(centres), scales: short(scales) })};

/** The weights of the members of \`WEIGHTED_MEMBERS\`, for each kind of which the public sets have series. */
export const PRIOR: Readonly<Partial<Record<LineupName, Pick<WeightModel, "centres" | "scales" | "coef" | "nobs">>>> = {
${groups.join("\n")}
};
`,
  );
}

const part = options.validation ? "validation" : "development";
const mae = (errors: readonly number[]) => average(errors.filter((error) => !Number.isNaN(error)).map(Math.abs));

/** Returns the mean absolute change over a season, the divisor of errors. */
function scaleOf(y: Float64Array, period: number): number {
  const changes = Array.from(y.subarray(period), (value, t) => value - y[t]!);
  return mae(changes);
}

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
const ratios: number[] = [];
const lines = [...new Set(series.map(({ set }) => set))].flatMap((set) => {
  const rows = series.flatMap((one) => {
    const selected = one.set === set && one.part === part ? evidence.get(`${set} ${one.id}`) : undefined;
    const scale = scaleOf(one.training, one.period);
    if (selected === undefined || selected.after === null || selected.best === null || !(scale > 0)) return [];
    return [{ before: selected.before, after: selected.after, best: selected.best, scale, seed: hashOf(one.id) }];
  });
  if (rows.length < 10) return [];
  const learnt = learnAcross(rows.flatMap(({ before, seed }) => (before === null ? [] : [{ ...before, part: seed }])));
  const pairs = rows.map(({ after, best, scale }) => {
    const weights = learnt.groups[after.group]?.weights ?? priorWeights(after.group);
    const learned = after.errors[0]!.map((_, step) => combinedError(after, weights, step));
    return { best: mae(best.map((error) => error ?? NaN)) / scale, learned: mae(learned) / scale };
  });
  const [before, after] = [average(pairs.map(({ best }) => best)), average(pairs.map(({ learned }) => learned))];
  ratios.push(Math.log(after / before));
  const { mean, lower, upper } = meanDifference(pairs.map(({ best, learned }) => learned - best));
  const kinds = [...new Set(rows.map(({ after: { group } }) => group))].join(", ");
  return [
    `| ${set} | ${kinds} | ${rows.length} | ${before.toFixed(4)} | ${after.toFixed(4)} | ${signed(mean)} [${signed(lower)}, ${signed(upper)}] |`,
  ];
});
const table = [
  "| set | kinds of series | series | MASE of best | of learned | difference |",
  "|---|---|---|---|---|---|",
  ...lines,
].join("\n");
const summary = `The geometric mean of the ratios over the ${ratios.length} sets is ${Math.exp(average(ratios)).toFixed(4)}.`;
console.log(`${table}\n\n${summary}`);
if (options.validation)
  writeFileSync(
    "scripts/weights-study/result.md",
    `## Learnt weights

Written by \`npm run weights-study -- --validation\`. The prior was learnt from half of the series of each set, by a hash of set
and id. These results are for the other half, at most ${options.series} series of a set, and were looked at once. The weights of each set start
from the prior and learn from a holdout of the set's own series. The error is that of the values after this holdout. Differences
are paired by series, with 95 % bootstrap intervals. Below 0 the learnt weights are better.

${table}

${summary}
`,
  );
