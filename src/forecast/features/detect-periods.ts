import { leastSquares } from "../least-squares.ts";
import { termColumns } from "../regression/linear-terms.ts";
import { checkSeries, interpolate, type Series, toFloat64 } from "../series.ts";
import { periodogram } from "./spectrum.ts";

/** A seasonal period, in observations. */
export interface DetectedPeriod {
  readonly period: number;
  /** Share of the variance of the changes from step to step, in [0, 1], that this period's waves explain. */
  readonly strength: number;
}

/** Seconds to years: the periods that the calendar and the clock give. */
const CANDIDATES = [4, 5, 7, 12, 13, 24, 48, 52.1775, 60, 96, 144, 168, 288, 336, 365.25, 672, 1440, 8766];
/** Chance that any period is found in Gaussian white noise. */
const FALSE_ALARM = 0.01;

/**
 * Seasonal periods of a series, by what pairs of waves (up to three harmonics) explain of its first differences, tested by
 * Fisher's F against what is left of it, and confirmed by the autocorrelation at that lag. The strongest is taken
 * out before the next is looked for; differencing takes out trends and random walks.
 *
 * @param y - missing values (NaN) are joined linearly
 * @param options.candidates - periods to look for; by default those of the calendar and the clock (7, 12, 24, 168, 365.25,
 *   …) and the periodogram's highest peak. Only those that fit twice into the series count
 * @param options.max - at most so many; default 3
 * @returns strongest first; none for noise, short and constant series
 * @throws {RangeError} if a value is infinite, none is observed, or a candidate is not a finite number of at least 2
 */
export function detectPeriods(
  y: Series,
  options: { candidates?: readonly number[]; max?: number } = {},
): DetectedPeriod[] {
  const { max = 3 } = options;
  if (!Number.isSafeInteger(max) || max < 1) throw new RangeError(`max is ${max}; it must be an integer of at least 1`);
  for (const period of options.candidates ?? [])
    if (!(period >= 2 && period < Infinity))
      throw new RangeError(`candidate period ${period} is not allowed; it must be a finite number of at least 2`);
  const values = toFloat64(y);
  checkSeries(values);
  const n = values.length - 1;
  if (n < 8) return [];
  const filled = interpolate(values);
  let x: Float64Array = filled.subarray(1).map((value, t) => value - filled[t]!);
  const average = x.reduce((sum, value) => sum + value, 0) / n;
  x = x.map((value) => value - average);
  const total = x.reduce((sum, value) => sum + value * value, 0);
  const largest = filled.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
  if (!(total > 1e-24 * n * largest * largest)) return [];
  const wanted = new Set(options.candidates ?? CANDIDATES);
  if (options.candidates === undefined) {
    const power = periodogram(x);
    let top = 0;
    for (let k = 0; k < power.length; k++) if (power[k]! > power[top]!) top = k;
    const peak = Math.round((2 * power.length) / (top + 1));
    // A peak beside a known period or its harmonic is that period's.
    const known = [...wanted].some((period) => {
      const ratio = period / peak;
      return Math.round(ratio) >= 1 && Math.abs(ratio / Math.round(ratio) - 1) < 0.08 && 2 * period <= n;
    });
    if (peak >= 3 && !known) wanted.add(peak);
  }
  const left = [...wanted].filter((period) => 2 * period <= n);
  const threshold = FALSE_ALARM / Math.max(1, left.length);
  const found: DetectedPeriod[] = [];
  let rest = total;
  while (found.length < max && left.length > 0) {
    let best: { i: number; p: number; rss: number; x: Float64Array } | undefined;
    left.forEach((period, i) => {
      const after = withoutWaves(x, period);
      // Waves of df coefficients leave (1 - R²)^(df'/2) as a chance for pairs: exact for one pair, cautious for more.
      const p =
        Math.exp(((n - 1 - after.size) / 2) * Math.log(after.rss / rest)) * tail(after.size, rest / after.rss, n);
      if (p < threshold && confirmed(x, period) && (best === undefined || after.rss < best.rss))
        best = { i, p, rss: after.rss, x: after.x };
    });
    if (best === undefined) break;
    found.push({ period: left[best.i]!, strength: (rest - best.rss) / total });
    left.splice(best.i, 1);
    x = best.x;
    rest = best.rss;
    if (!(rest > 1e-10 * total)) break;
  }
  return found;
}

/** Factor that makes the one-pair chance (1 - R²)^(df/2) the upper tail of F for `size` / 2 pairs: a binomial sum. */
function tail(size: number, ratio: number, n: number): number {
  const b = (n - 1 - size) / 2;
  const explained = 1 - 1 / ratio;
  let term = 1;
  let sum = 1;
  for (let j = 1; j < size / 2; j++) {
    term *= ((b + j - 1) / j) * explained;
    sum += term;
  }
  return sum;
}

function withoutWaves(x: Float64Array, period: number): { x: Float64Array; rss: number; size: number } {
  const harmonics = Math.max(1, Math.min(3, Math.floor(period / 2)));
  const { columns } = termColumns({ intercept: false, fourier: [{ period, harmonics }] }, 0, x.length);
  const { coef, rss, kept } = leastSquares(columns, x);
  const rest = x.slice();
  for (const j of kept) for (let t = 0; t < x.length; t++) rest[t]! -= coef[j]! * columns[j]![t]!;
  return { x: rest, rss, size: kept.length };
}

/** The series is like itself one period later: that autocorrelation is more than two standard errors above 0. */
function confirmed(x: Float64Array, period: number): boolean {
  const lag = Math.round(period);
  let sum = 0;
  let squares = 0;
  for (let t = 0; t < x.length; t++) {
    squares += x[t]! * x[t]!;
    if (t >= lag) sum += x[t]! * x[t - lag]!;
  }
  return sum / squares > (period > 100 ? 0 : 2 / Math.sqrt(x.length));
}
