/**
 * Measures how often held-out sums of series stay within the intervals of their total: from the parts' intervals as if their errors
 * were independent, and by the correlation of their errors (`readErrorSums`), as `manymodel totals` has them.
 *
 *   npm run totals-study -- [--sets nn5,rossmann,…] [--method ets] [--most 200] [--size 10] [--origins 2]
 *
 * Groups have so many series of a set, by a hash of their names. The forecasts of each origin are a horizon long.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { forecast, METHODS, type Method } from "../packages/forecast/src/index.ts";
import { halfOfSum } from "../src/api/verbs/totals.ts";
import { ErrorSums } from "../src/inspect/error-correlation.ts";
import { hashOf, type StudySeries, studySeries } from "./best-study/series.ts";

const { values: options } = parseArgs({
  options: {
    sets: { type: "string", default: "aus-retail,hospital,nn5,pbs,rossmann,stallion,walmart" },
    method: { type: "string", default: "ets" },
    most: { type: "string", default: "200" },
    size: { type: "string", default: "10" },
    origins: { type: "string", default: "2" },
    folder: { type: "string", default: path.join(process.env.MANYMODEL_DATA ?? "../shared/data", "public") },
  },
});
const LEVELS = [80, 95];
const RULES = ["independent", "correlated"] as const;
const isMethod = (name: string): name is Method => Object.hasOwn(METHODS, name);
const method = options.method;
if (!isMethod(method)) throw new Error(`there is no method ${method}`);

/** Returns a series up to an origin, the values that follow, and their forecast. */
function forecastAt({ training, actual, period, periods }: StudySeries, origin: number) {
  const whole = Float64Array.of(...training, ...actual);
  const end = training.length - origin * actual.length;
  const season = periods.at(-1) ?? 1;
  const y = whole.slice(0, end);
  const { mean, lower, upper } = forecast(METHODS[method as Method](y, period), { h: actual.length, levels: LEVELS });
  const errors = y.subarray(season).map((value, t) => value - (y[t] ?? NaN));
  // Series of a set end together, so that times count from the end.
  const times = Array.from(errors, (_, t) => t - errors.length);
  return { actual: whole.slice(end, end + actual.length), mean, lower, upper, errors, times };
}

console.log("| set | sums | 80 %, independent | correlated | 95 %, independent | correlated |");
console.log("| --- | --- | --- | --- | --- | --- |");
const all = studySeries([options.folder], Number.MAX_SAFE_INTEGER);
for (const set of options.sets.split(",")) {
  const series = all
    .filter((one) => one.set === set)
    .sort((a, b) => hashOf(a.id) - hashOf(b.id))
    .slice(0, Number(options.most));
  const hits = new Map(RULES.map((rule) => [rule, LEVELS.map(() => 0)]));
  let count = 0;
  const size = Number(options.size);
  for (let origin = 0; origin < Number(options.origins); origin++)
    for (let from = 0; from + size <= series.length; from += size) {
      const parts = series.slice(from, from + size).map((one) => forecastAt(one, origin));
      const sums = new ErrorSums();
      for (const { times, errors } of parts) sums.add(0, times, errors);
      const correlation = sums.of(0);
      for (let step = 0; step < (parts[0]?.actual.length ?? 0); step++) {
        const observed = parts.filter(({ actual }) => !Number.isNaN(actual[step]));
        const error = observed.reduce((sum, { actual, mean }) => sum + (actual[step] ?? NaN) - (mean[step] ?? NaN), 0);
        count++;
        for (const rule of RULES)
          for (const [l] of LEVELS.entries()) {
            const bounds = observed.map(({ lower, upper, mean }) =>
              Math.abs(((error < 0 ? lower : upper)[l]?.[step] ?? NaN) - (mean[step] ?? NaN)),
            );
            const squares = bounds.reduce((sum, half) => sum + half * half, 0);
            const whole = bounds.reduce((sum, half) => sum + half, 0);
            const half = halfOfSum(squares, whole, rule === "correlated" ? correlation : null);
            const counts = hits.get(rule);
            if (counts !== undefined && Math.abs(error) <= half) counts[l] = (counts[l] ?? 0) + 1;
          }
      }
    }
  const share = (rule: (typeof RULES)[number], l: number) => ((hits.get(rule)?.[l] ?? NaN) / count).toFixed(3);
  const cells = LEVELS.flatMap((_, l) => RULES.map((rule) => share(rule, l)));
  console.log(`| ${set} | ${count} | ${cells.join(" | ")} |`);
}
