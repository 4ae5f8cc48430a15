import { checkInteger, checkOptions, type OptionNames } from "../model/options.ts";
import { checkPeriod, checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { loess } from "./loess.ts";
import { type Decomposition, oddWindow, remainderOf, seasonalTrend, standardWindows } from "./seasonal-trend.ts";

/** The options of `stl`. */
const NAMES: OptionNames<StlOptions> = {
  period: true,
  seasonalWindow: true,
  seasonalDegree: true,
  trendWindow: true,
  trendDegree: true,
  lowpassWindow: true,
  lowpassDegree: true,
  seasonalJump: true,
  trendJump: true,
  lowpassJump: true,
  robust: true,
  inner: true,
  outer: true,
};

/**
 * Options of `stl`. Windows are odd numbers of observations (the seasonal window: of seasons), at least 3. An even
 * window counts as the next odd number.
 */
export interface StlOptions {
  /** Observations per season, at least 2; only its whole part counts for the subseries. */
  readonly period: number;
  /** Number of seasons over which each subseries is smoothed, or `"periodic"` for its mean; default 11. */
  readonly seasonalWindow?: number | "periodic";
  /** Degree of the subseries' local fit; default 0. */
  readonly seasonalDegree?: 0 | 1;
  /** Window of the trend; default the least odd number that is not below 1.5 period / (1 - 1.5 / seasonalWindow). */
  readonly trendWindow?: number;
  /** Degree of the trend's local fit; default 1. */
  readonly trendDegree?: 0 | 1;
  /** Window of the low-pass filter; default the least odd number that is not below `period`. */
  readonly lowpassWindow?: number;
  /** Degree of the low-pass filter; default `trendDegree`. */
  readonly lowpassDegree?: 0 | 1;
  /**
   * Loess is fitted at every `jump`-th point and interpolated linearly between; default a tenth of its window, rounded
   * up.
   */
  readonly seasonalJump?: number;
  readonly trendJump?: number;
  readonly lowpassJump?: number;
  /** True to give outliers less weight; default false. */
  readonly robust?: boolean;
  /** Passes of the inner loop; default 1 if robust, otherwise 2. */
  readonly inner?: number;
  /** Passes of the outer, robust loop; default 15 if robust, otherwise 0. */
  readonly outer?: number;
}

/**
 * Decomposes a series by STL, seasonal-trend decomposition by loess. No value may be missing: fill gaps first
 * (`interpolateSeasonal`).
 *
 * Windows, degrees, jumps and passes have the customary defaults. `"periodic"` smooths each subseries with degree 0
 * over ten times the length of the series, then takes its mean.
 *
 * @returns components that add up to the series
 * @throws {RangeError} if a value is missing or infinite, the series is shorter than two seasons and one value, or an
 *   option is out of range
 * @see Cleveland, Cleveland, McRae & Terpenning (1990), "STL: a seasonal-trend decomposition procedure based on loess",
 *   Journal of Official Statistics 6(1), 3–73
 */
export function stl(y: Series, options: StlOptions): Decomposition {
  checkOptions("stl", options, NAMES, ["period"]);
  const values = toFloat64(y);
  const n = values.length;
  if (checkSeries(values) < n)
    throw new RangeError(`the series has ${n - checkSeries(values)} missing values; fill them before decomposing`);
  const period = Math.trunc(options.period);
  checkPeriod(period);
  if (period < 2) throw new RangeError(`period is ${options.period}; a seasonal decomposition needs at least 2`);
  if (n <= 2 * period)
    throw new RangeError(`the series has ${n} values; a period of ${period} needs more than ${2 * period}`);
  const periodic = options.seasonalWindow === "periodic";
  const seasonalWindow = periodic
    ? 10 * n + 1
    : odd(options.seasonalWindow as number | undefined, 11, "seasonalWindow");
  const standard = standardWindows(options.period, seasonalWindow);
  const trendWindow = odd(options.trendWindow, standard.trend, "trendWindow");
  const lowpassWindow = odd(options.lowpassWindow, standard.lowpass, "lowpassWindow");
  const { seasonalDegree = 0, trendDegree = 1, lowpassDegree = trendDegree, robust = false } = options;
  const inner = whole(options.inner, robust ? 1 : 2, 1, "inner");
  const outer = whole(options.outer, robust ? 15 : 0, 0, "outer");
  const jump = (value: number | undefined, window: number, name: string) =>
    whole(value, Math.ceil(window / 10), 1, name);
  const smoothers = {
    seasonal: loess(
      seasonalWindow,
      periodic ? 0 : seasonalDegree,
      Math.ceil(n / period),
      jump(options.seasonalJump, seasonalWindow, "seasonalJump"),
    ),
    trend: loess(trendWindow, trendDegree, n, jump(options.trendJump, trendWindow, "trendJump")),
    lowpass: loess(lowpassWindow, lowpassDegree, n, jump(options.lowpassJump, lowpassWindow, "lowpassJump")),
  };
  const decomposition = seasonalTrend(values, period, smoothers, { inner, outer });
  if (!periodic) return decomposition;
  const { seasonal, trend, weights } = decomposition;
  toMeans(seasonal, period);
  return { seasonal, trend, remainder: remainderOf(values, seasonal, trend), weights };
}

/** Replaces every value by the mean of its phase. */
function toMeans(seasonal: Float64Array, period: number): void {
  for (let phase = 0; phase < period; phase++) {
    let sum = 0;
    let count = 0;
    for (let t = phase; t < seasonal.length; t += period, count++) sum += seasonal[t]!;
    for (let t = phase; t < seasonal.length; t += period) seasonal[t] = sum / count;
  }
}

/** Returns a window: the option, or the default; the next odd number, at least 3. */
function odd(option: number | undefined, fallback: number, name: string): number {
  return oddWindow(whole(option, fallback, 1, name));
}

function whole(option: number | undefined, fallback: number, least: number, name: string): number {
  const value = option ?? fallback;
  checkInteger(name, value, least);
  return value;
}
