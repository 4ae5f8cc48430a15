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
import { priorWeights } from "../packages/forecast/src/learned/prior-weights.ts";
import { WEIGHT_FEATURES } from "../packages/forecast/src/learned/weight-features.ts";
import { BEST, WEIGHTED_MEMBERS } from "../packages/forecast/src/learned/weighted-members.ts";
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

/** Scores before anything is learnt: `best` has the largest share, members that it does not have the least. */
const START = { best: 2, other: -1 };
/** The number of series that these outweigh. */
const STRENGTH = 5;
/** The members of `best` by kind. */
const OTHERS: Readonly<Partial<Record<LineupName, readonly string[]>>> = {
  demand: ["mean"],
  plain: ["theta"],
  season: ["stlf", "snaive"],
  days: ["cautious-ets", "stlf"],
  fortnight: ["ces", "stlf"],
  day: ["stlf"],
  hours: ["tbats"],
  "long-season": ["stl-ces", "snaive"],
};
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

function startOf(group: LineupName, rows: readonly SeriesEvidence[]): WeightModel {
  const columns = WEIGHT_FEATURES.map((_, f) => rows.map(({ features }) => features[f] ?? NaN).filter(Number.isFinite));
  // A feature that no series of the kind has counts for nothing.
  const centres = columns.map((column) => (column.length > 0 ? average(column) : 0));
  const scales = columns.map((column, f) => Math.sqrt(average(column.map((value) => (value - centres[f]!) ** 2))) || 1);
  const score = (name: string) => (name === BEST ? START.best : OTHERS[group]?.includes(name) ? START.other : 0);
  return {
    kind: "softmax-weights",
    formatVersion: 1,
    members: WEIGHTED_MEMBERS[group],
    features: WEIGHT_FEATURES,
    centres,
    scales,
    coef: WEIGHTED_MEMBERS[group].map((name) => [score(name), ...WEIGHT_FEATURES.map(() => 0)]),
    nobs: 0,
  };
}

function priorOf(group: LineupName): WeightModel {
  const rows = development.filter((row) => row.group === group);
  const prior = startOf(group, rows.length > 0 ? rows : development);
  const learnt = learnWeights(
    {
      members: prior.members,
      features: prior.features,
      x: rows.map(({ features }) => features),
      errors: rows.map(({ errors }) => errors),
    },
    { prior, strength: STRENGTH },
  );
  const short = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(4)));
  return { ...learnt, centres: short(learnt.centres), scales: short(learnt.scales), coef: learnt.coef.map(short) };
}

if (options.prior) {
  const groups = GROUPS.map((group) => {
    const { centres, scales, coef, nobs } = priorOf(group);
    return `  ${JSON.stringify(group)}: ${JSON.stringify({ centres, scales, coef, nobs })},`;
  });
  writeFileSync(
    "packages/forecast/src/learned/prior.ts",
    `import type { WeightModel } from "../contest/learn-weights.ts";
import type { LineupName } from "../contest/lineup.ts";

/** The weights of each kind of series, of the members of \`WEIGHTED_MEMBERS\`: written by \`npm run weights-study -- --prior\`. */
export const PRIOR: Readonly<Record<LineupName, Pick<WeightModel, "centres" | "scales" | "coef" | "nobs">>> = {
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
