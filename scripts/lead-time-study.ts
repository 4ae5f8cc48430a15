/**
 * Measures how often the demand over a lead time, held out, stays within its forecast quantile: by method, collection and lead
 * time, on public series. Half of the series (even places) is for developing, the other half judges.
 *
 *   npm run lead-time-study -- [--part develop|judge] [--most 200] [--quantile 0.95] [--methods auto-arima,ets,best]
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { cumulative, METHODS, type Method } from "@manymodel/forecast";

const { values: options } = parseArgs({
  options: {
    part: { type: "string", default: "develop" },
    most: { type: "string", default: "200" },
    quantile: { type: "string", default: "0.95" },
    methods: { type: "string", default: "auto-arima,ets,best" },
    data: { type: "string", default: path.join(process.env.MANYMODEL_DATA ?? "../shared/data", "public") },
  },
});

interface PublicSeries {
  readonly m: number;
  readonly h: number;
  readonly y: readonly (number | null)[];
  readonly test: readonly (number | null)[];
}

const isMethod = (name: string): name is Method => Object.hasOwn(METHODS, name);
const methods = (options.methods ?? "").split(",").filter(isMethod);
const p = Number(options.quantile);
const numbers = (values: readonly (number | null)[]) => Float64Array.from(values, (value) => value ?? Number.NaN);
const percent = (hits: number, of: number) => (of === 0 ? "-" : (hits / of).toFixed(3));
const overall = new Map<Method, { hits: number; of: number }>();

for (const file of readdirSync(options.data ?? "").filter((name) => name.endsWith(".json.gz"))) {
  const all: readonly PublicSeries[] = JSON.parse(
    gunzipSync(readFileSync(path.join(options.data ?? "", file))).toString(),
  );
  const series = all.filter((_, i) => (i % 2 === 0) === (options.part === "develop")).slice(0, Number(options.most));
  for (const method of methods) {
    const horizons = [...new Set(series.map(({ h }) => h))];
    const leads = (h: number) => [...new Set([1, Math.ceil(h / 4), Math.ceil(h / 2), h])];
    const counts = new Map<number, { hits: number; of: number }>();
    for (const [i, { m, y, test, h }] of series.entries()) {
      let quantile: Float64Array;
      try {
        const model = METHODS[method](numbers(y), m);
        quantile = cumulative(model, { h, quantiles: [p], seed: i + 1 }).values[0] ?? new Float64Array();
      } catch (error) {
        if (error instanceof RangeError) continue;
        throw error;
      }
      const actual = numbers(test);
      let sum = 0;
      for (let step = 0; step < h; step++) {
        sum += actual[step] ?? Number.NaN;
        const bound = quantile[step] ?? Number.NaN;
        if (!leads(h).includes(step + 1) || Number.isNaN(sum) || Number.isNaN(bound)) continue;
        const count = counts.get(step + 1) ?? { hits: 0, of: 0 };
        const total = overall.get(method) ?? { hits: 0, of: 0 };
        for (const one of [count, total]) {
          one.hits += sum <= bound + 1e-9 * Math.abs(bound) ? 1 : 0;
          one.of++;
        }
        counts.set(step + 1, count);
        overall.set(method, total);
      }
    }
    const texts = [...counts].sort(([a], [b]) => a - b).map(([lead, { hits, of }]) => `${lead}: ${percent(hits, of)}`);
    console.log(
      `${file.replace(".json.gz", "").padEnd(12)} ${method.padEnd(12)} ${series.length} series, horizon ${horizons.join("/")}; coverage at lead time ${texts.join(", ")}`,
    );
  }
}
for (const [method, { hits, of }] of overall) console.log(`all ${method}: ${percent(hits, of)} of ${of} sums`);
