/**
 * Measures the mean OWA of `best` and `learned` over seasonal sets, beside the `best` of an earlier version, on the validation halves
 * of `npm run best-study`. `learned` starts from the prior and learns from the last h values of the training parts of a set's
 * own validation series, as in `npm run weights-study`.
 *
 *   npm run owa-study -- --before FOLDER [--folder FOLDER]   FOLDER is a built checkout of the earlier version
 *     --cache FOLDER      where forecasts are kept (default dist/owa-study)
 *     --evidence FOLDER   where the evidence of `weights-study` is kept (default dist/weights-study)
 *     --series N          series of each set (default 60)
 *     --write             writes scripts/owa-study/result.md, which docs/accuracy.md takes up
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Forecast, METHODS } from "../packages/forecast/src/index.ts";
import { learnAcross } from "../packages/forecast/src/learned/learn-across.ts";
import { combinedError, type SeriesEvidence } from "../packages/forecast/src/learned/learned.ts";
import { priorWeights } from "../packages/forecast/src/learned/prior-weights.ts";
import { meanDifference } from "./best-study/bootstrap.ts";
import { Forecasts, LEVELS } from "./best-study/forecasts.ts";
import { isDemand } from "./best-study/members.ts";
import { naive2Scores } from "./best-study/naive2.ts";
import { scoresOf } from "./best-study/scores.ts";
import { hashOf, type StudySeries, studySeries } from "./best-study/series.ts";
import { collectEvidence } from "./weights-study/evidence.ts";

const { values: options } = parseArgs({
  options: {
    folder: { type: "string", multiple: true, default: ["../shared/data/public"] },
    before: { type: "string" },
    cache: { type: "string", default: "dist/owa-study" },
    evidence: { type: "string", default: "dist/weights-study" },
    series: { type: "string", default: "60" },
    write: { type: "boolean", default: false },
  },
});
if (options.before === undefined) throw new Error("name a built checkout of the earlier version: --before FOLDER");
const earlier: { readonly METHODS: Pick<typeof METHODS, "best"> } = await import(
  path.resolve(options.before, "dist/forecast/index.js")
);

/** The sets, each of one or several of the study: monthly and quarterly series of a competition count once. */
const SETS: Readonly<Record<string, readonly string[]>> = {
  hospital: ["hospital"],
  rossmann: ["rossmann"],
  nn5: ["nn5"],
  "aus-retail": ["aus-retail"],
  pbs: ["pbs"],
  "M3, seasonal": ["m3-monthly", "m3-quarterly"],
  "M1, monthly": ["m1-monthly"],
  "M1, quarterly": ["m1-quarterly"],
};

/** The sMAPE and the MASE of a forecast. */
interface Errors {
  readonly smape: number;
  readonly mase: number;
}

/** The errors of one series. */
interface Row {
  readonly naive2: Errors;
  readonly before: Errors;
  readonly best: Errors;
  readonly learned: Errors;
}

const forecasts = new Forecasts(options.cache);
const all = studySeries(options.folder, Number(options.series)).filter(
  (series) => series.part === "validation" && series.period > 1 && !isDemand(series),
);
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Returns the errors of combinations by weights that are learnt from the holdouts of series. */
function learnedErrors(series: readonly StudySeries[]): (Errors | undefined)[] {
  const evidence = collectEvidence(options.evidence, series);
  const of = series.map((one) => evidence.get(`${one.set} ${one.id}`));
  const holdouts = series.flatMap(({ id }, i): (SeriesEvidence & { readonly part: number })[] => {
    const before = of[i]?.before ?? null;
    return before === null ? [] : [{ ...before, part: hashOf(id) }];
  });
  const learnt = learnAcross(holdouts);
  return series.map((one, i) => {
    const after = of[i]?.after ?? null;
    if (after === null) return undefined;
    const weights = learnt.groups[after.group]?.weights ?? priorWeights(after.group);
    const mean = one.actual.map((value, step) => value - combinedError(after, weights, step));
    return scoresOf(one, pointForecast(mean));
  });
}

const pointForecast = (mean: Float64Array): Forecast => ({
  mean,
  levels: LEVELS,
  lower: [mean, mean],
  upper: [mean, mean],
});

function rowsOf(sets: readonly string[]): Row[] {
  const series = all.filter(({ set }) => sets.includes(set));
  const learned = sets.flatMap((set) => learnedErrors(series.filter((one) => one.set === set)));
  const ordered = sets.flatMap((set) => series.filter((one) => one.set === set));
  return ordered.flatMap((one, i) => {
    forecasts.fill(one, {
      before: () => earlier.METHODS.best(one.training, one.period),
      best: () => METHODS.best(one.training, one.period),
    });
    const [before, best] = [forecasts.of(one, "before"), forecasts.of(one, "best")];
    const weighed = learned[i];
    if (before === undefined || best === undefined || weighed === undefined) return [];
    const row = {
      naive2: naive2Scores(one),
      before: scoresOf(one, before),
      best: scoresOf(one, best),
      learned: weighed,
    };
    return Object.values(row).every(({ smape, mase }) => Number.isFinite(smape) && Number.isFinite(mase)) ? [row] : [];
  });
}

/** Returns the shares of a set's OWA that its series have: their mean is the OWA. */
function sharesOf(rows: readonly Row[], name: keyof Row): number[] {
  const smape = average(rows.map(({ naive2 }) => naive2.smape));
  const mase = average(rows.map(({ naive2 }) => naive2.mase));
  return rows.map((row) => (row[name].smape / smape + row[name].mase / mase) / 2);
}

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
const compared = (values: readonly number[], others: readonly number[]) => {
  const { mean, lower, upper } = meanDifference(values.map((value, i) => value - others[i]!));
  return `${signed(mean)} [${signed(lower)}, ${signed(upper)}]`;
};
const measured = Object.entries(SETS).map(([name, sets]) => {
  const rows = rowsOf(sets);
  const [before, best, learned] = (["before", "best", "learned"] as const).map((one) => sharesOf(rows, one));
  const owa = [average(before!), average(best!), average(learned!)];
  const cells = [...owa.map((value) => value.toFixed(3)), compared(best!, before!), compared(learned!, best!)];
  return { name, owa, line: `| ${[name, rows.length, ...cells].join(" | ")} |` };
});
const mean = (sets: typeof measured) => {
  const owa = [0, 1, 2].map((column) => average(sets.map((set) => set.owa[column]!)));
  const [before, best, learned] = owa;
  const differences = [signed(best! - before!), signed(learned! - best!)];
  return [...owa.map((value) => value.toFixed(3)), ...differences].join(" | ");
};
/** Returns the change of the mean OWA of `best` (1) or `learned` (2) in percent of that of the `best` before. */
const change = (sets: typeof measured, column: 1 | 2) => {
  const before = average(sets.map(({ owa }) => owa[0]!));
  return `${signed((100 * average(sets.map(({ owa }) => owa[column]!))) / before - 100).slice(0, -2)} %`;
};
const first = measured.filter(({ name }) => !name.startsWith("M1"));
const table = [
  "| set | series | `best` before | `best` | `learned` | `best` less before | `learned` less `best` |",
  "|---|---|---|---|---|---|---|",
  ...measured.map(({ line }) => line),
  `| mean of the first ${first.length} | | ${mean(first)} |`,
  `| mean of all ${measured.length} | | ${mean(measured)} |`,
].join("\n");
console.log(table);
if (options.write) {
  mkdirSync("scripts/owa-study", { recursive: true });
  writeFileSync(
    "scripts/owa-study/result.md",
    `## Mean OWA of seasonal sets

Written by \`npm run owa-study -- --before FOLDER --write\`: the OWA of the validation halves, at most ${options.series} series of a set.
Series of intermittent demand are left out. \`best\` before is that of commit b829089, the state before the second edition. \`learned\`
starts from the shipped weights and learns from a holdout of the set's own series. Differences are paired by series, with 95 %
bootstrap intervals. A negative difference is in favour of the first.

${table}

Nine seasonal sets were measured before the second edition: M3, monthly and quarterly tourism, hospital, Rossmann, nn5, hourly M4,
aus-retail and pbs. Tourism and M4 are kept aside, so the first ${first.length} sets here are what public data have of them, and the two of M1 are
others. Samples and naive forecasts differ from those of that measurement, so compare the changes. The aims were a mean OWA of 0.69
for \`best\` and of 0.675 for \`learned\` instead of 0.738, which is −6.5 % and −8.5 %. The means here change by ${change(first, 1)} and ${change(first, 2)} on the
first ${first.length} sets, and ${change(measured, 1)} and ${change(measured, 2)} on all ${measured.length}.
`,
  );
}
