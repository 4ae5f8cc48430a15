/**
 * Measures what drivers are worth on series of daily sales with promotions: the error of each method without them, with
 * promotions, with three useless columns of noise besides, and with noise alone; and what fitting with four drivers costs.
 *
 *   npm run driver-study -- FILE.json.gz [--methods auto-arima,ets,theta,best,linear] [--series 48] [--seed 1]
 *
 * The file holds a list of `{ id, m, h, y, test, promo }`: the period, the horizon, training and test values, and promotions over both.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import {
  accuracy,
  forecast,
  METHODS,
  type Method,
  normal,
  type Regressors,
  random,
  regression,
} from "@manymodel/forecast";
import { ARIMA_WITH_REGRESSORS, type JointFits, LINEAR_WITH_REGRESSORS } from "@manymodel/forecast/families";

interface Series {
  readonly id: string;
  readonly m: number;
  readonly h: number;
  readonly y: readonly (number | null)[];
  readonly test: readonly (number | null)[];
  readonly promo: readonly number[];
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    methods: { type: "string", default: "auto-arima,ets,theta,best,linear" },
    series: { type: "string", default: "48" },
    seed: { type: "string", default: "1" },
  },
});
const [file] = positionals;
if (file === undefined) throw new Error("name the file of series, such as rossmann.json.gz");
const all = (JSON.parse(gunzipSync(readFileSync(file)).toString()) as Series[]).slice(0, Number(options.series));
const JOINT: JointFits = { ...ARIMA_WITH_REGRESSORS, ...LINEAR_WITH_REGRESSORS };
const isMethod = (name: string): name is Method => Object.hasOwn(METHODS, name);
const values = (list: readonly (number | null)[]) => Float64Array.from(list, (value) => value ?? Number.NaN);

/** Returns columns over training and test: promotions, with the days around them; and noise. */
function columnsOf({ y, h, promo }: Series, i: number): Readonly<Record<string, Regressors>> {
  const uniform = random(1000 * Number(options.seed) + i);
  const length = y.length + h;
  const shifted = (by: number) => Array.from({ length }, (_, t) => promo[t + by] ?? 0);
  const noise = {
    coin: Array.from({ length }, () => Number(uniform() < 0.3)),
    bell: Array.from({ length }, () => normal(uniform)),
    week: Array.from({ length }, (_, t) => Math.sin(Math.floor(t / 7) ** 2)),
  };
  return {
    promo: { promo },
    noisy: { promo, ...noise },
    noise,
    four: { promo, before: shifted(1), after: shifted(-1), bell: noise.bell },
  };
}

const part = (xreg: Regressors, from: number, to: number) =>
  Object.fromEntries(Object.entries(xreg).map(([name, column]) => [name, Array.from(column).slice(from, to)]));

/** Returns the scaled error of a method with drivers, or without, and the milliseconds that the fit took. */
function measure(
  { y, test, m, h }: Series,
  method: Method,
  xreg: Regressors | undefined,
): { mase: number; ms: number } {
  const training = values(y);
  const n = training.length;
  const began = performance.now();
  const alone = (values: Float64Array) => METHODS[method](values, m);
  const errors = JOINT[method]?.(m) ?? alone;
  const model =
    xreg === undefined ? alone(training) : regression(training, { xreg: part(xreg, 0, n), period: m, errors });
  const ms = performance.now() - began;
  const { mean } = forecast(model, { h, ...(xreg !== undefined && { xreg: part(xreg, n, n + h) }) });
  return { mase: accuracy(values(test), mean, { training, period: m }).mase, ms };
}

const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value / list.length, 0);
const change = (after: number, before: number) => `${(100 * (after / before - 1)).toFixed(1)} %`;

console.log(`${all.length} series\n`);
console.log(
  "| method | MASE without | with promo | change | with promo and noise | change by noise | noise alone | change | time of four drivers |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
for (const method of options.methods.split(",")) {
  if (!isMethod(method)) throw new Error(`there is no method ${method}`);
  const results = all.map((series, i) => {
    const { promo, noisy, noise, four } = columnsOf(series, i);
    const of = (xreg?: Regressors) => measure(series, method, xreg);
    return { without: of(), promo: of(promo), noisy: of(noisy), noise: of(noise), four: of(four) };
  });
  const mase = (column: keyof (typeof results)[number]) => mean(results.map((result) => result[column].mase));
  const ms = (column: keyof (typeof results)[number]) => mean(results.map((result) => result[column].ms));
  const [without, promo, noisy, noise] = [mase("without"), mase("promo"), mase("noisy"), mase("noise")];
  const cells = [
    ...[without.toFixed(3), promo.toFixed(3), change(promo, without), noisy.toFixed(3), change(noisy, promo)],
    ...[noise.toFixed(3), change(noise, without), `${(ms("four") / ms("without")).toFixed(2)} x`],
  ];
  console.log(`| \`${method}\` | ${cells.join(" | ")} |`);
}
