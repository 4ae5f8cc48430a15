/**
 * Fits methods to awkward series of 12 kinds (4 lengths, 4 seeds, 2 periods) and lists the fits whose forecasts leave the
 * range of the data by more than three times its width within one season, or six times within two. Of a trend that the
 * data end in, a forecast may; of any other kind it is a fault, and the exit code 1.
 *
 *   npm run plausibility
 *
 * With words after it (`npm run plausibility -- ces tbats`), only fits those methods.
 */
import { type Fit, forecast, METHODS, type Method, normal, random } from "../packages/forecast/src/index.ts";

/** The place of a value in a series, and unit noise for it. */
interface Place {
  readonly t: number;
  readonly n: number;
  readonly period: number;
  readonly noise: number;
}

const seasonal = ({ t, period }: Place) => Math.sin((2 * Math.PI * t) / period);

/** The values of each kind of series. */
const KINDS: Readonly<Record<string, (place: Place) => number>> = {
  noise: ({ noise }) => 20 + noise,
  trend: ({ t, noise }) => 20 + 0.5 * t + noise,
  "season and growth": (place) => (10 + 3 * seasonal(place)) * Math.exp(0.02 * place.t) * (1 + 0.03 * place.noise),
  "season and jump": (place) => 30 + 8 * seasonal(place) + place.noise + (place.t >= place.n - 3 ? 40 : 0),
  "jump at the end": ({ t, n, noise }) => (t >= n - 2 ? 60 : 20) + noise,
  "jump before the end": ({ t, n, noise }) => (t >= n - Math.floor(n / 4) ? 60 : 20) + noise,
  "fall to near zero": ({ t, n, noise }) => (t >= n - 3 ? 0.1 : 20) + 0.05 * noise,
  "outlier in the middle": ({ t, n, noise }) => 20 + noise + (t === n >> 1 ? 100 : 0),
  "outlier at the end": ({ t, n, noise }) => 20 + noise + (t === n - 1 ? 100 : 0),
  "one sale at the end": ({ t, n }) => (t === n - 1 ? 3 : 0),
  intermittent: ({ noise }) => (noise > 0.8 ? Math.ceil(3 * noise) : 0),
  "launch at the end": ({ t, n }) => [1, 3, 6, 9][t - n + 4] ?? 0,
};
/** Kinds that end in a trend. */
const TRENDS: ReadonlySet<string> = new Set(["launch at the end"]);
const LENGTHS = [10, 21, 38, 84];
const SEEDS = [1, 2, 3, 4];
const PERIODS = [7, 12];

/** Returns the distance of values beyond the data's range, in widths of that range. */
function beyond(y: Float64Array, values: Float64Array): number {
  const [low, high] = [Math.min(...y), Math.max(...y)];
  return Math.max(...values.map((value) => Math.max(value - high, low - value))) / (high - low || 1);
}

/** Forecasts of two seasons, or undefined of a series that the method refuses: too short, or demand below 0. */
function forecastOf(fit: Fit, y: Float64Array, period: number): Float64Array | undefined {
  try {
    return forecast(fit(y, period), { h: 2 * period }).mean;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const words = process.argv.slice(2);
let faults = 0;
for (const [name, fit] of Object.entries(METHODS) as [Method, (typeof METHODS)[Method]][]) {
  if (words.length > 0 && !words.includes(name)) continue;
  const lines: string[] = [];
  let fits = 0;
  let refused = 0;
  for (const [kind, at] of Object.entries(KINDS))
    for (const n of LENGTHS)
      for (const seed of SEEDS)
        for (const period of PERIODS) {
          const uniform = random(seed);
          const y = Float64Array.from({ length: n }, (_, t) => at({ t, n, period, noise: normal(uniform) }));
          const mean = forecastOf(fit, y, period);
          if (mean === undefined) {
            refused++;
            continue;
          }
          fits++;
          const [one, two] = [beyond(y, mean.subarray(0, period)), beyond(y, mean)];
          if (one <= 3 && two <= 6) continue;
          const isTrend = TRENDS.has(kind);
          if (!isTrend) faults++;
          const finding = `${one.toFixed(1)} ranges in one season, ${two.toFixed(1)} in two`;
          lines.push(`  ${kind}, n ${n}, seed ${seed}, period ${period}: ${finding}${isTrend ? " (a trend)" : ""}\n`);
        }
  process.stdout.write(`${name}: ${lines.length} of ${fits} fits; ${refused} series refused\n${lines.join("")}`);
}
process.exitCode = faults > 0 ? 1 : 0;
