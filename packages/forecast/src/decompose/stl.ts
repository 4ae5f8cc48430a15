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

/** Windows are in observations (the seasonal one in seasons), odd and at least 3; an even one counts as the next odd. */
export interface StlOptions {
  /** Observations per season, at least 2; only its whole part counts for the subseries. */
  readonly period: number;
  /** Seasons over which each subseries is smoothed; `"periodic"`: its mean. 11 by default. */
  readonly seasonalWindow?: number | "periodic";
  /** Degree of the subseries' local fit, 0 by default. */
  readonly seasonalDegree?: 0 | 1;
  /** The next odd number from 1.5 period / (1 - 1.5 / seasonalWindow) by default. */
  readonly trendWindow?: number;
  /** 1 by default. */
  readonly trendDegree?: 0 | 1;
  /** The next odd number from `period` by default. */
  readonly lowpassWindow?: number;
  /** `trendDegree` by default. */
  readonly lowpassDegree?: 0 | 1;
  /** Loess is fitted at every `jump`-th point and joined linearly between: a tenth of its window, rounded up, by default. */
  readonly seasonalJump?: number;
  readonly trendJump?: number;
  readonly lowpassJump?: number;
  /** Gives outliers less weight. False by default. */
  readonly robust?: boolean;
  /** Passes of the inner loop: 1 if robust, else 2, by default. */
  readonly inner?: number;
  /** Passes of the outer, robust loop: 15 if robust, else 0, by default. */
  readonly outer?: number;
}

/**
 * Returns the STL: seasonal-trend decomposition by loess. No value may be missing: fill gaps first
 * (`interpolateSeasonal`).
 *
 * The defaults of the windows' lengths, degrees, jumps and passes are those customary with it; `"periodic"` smooths each
 * subseries with degree 0 over ten times the series, then takes its mean.
 *
 * @returns components that add up to the series
 * @throws {RangeError} if a value is missing or infinite, the series does not hold two seasons and one value more, or an
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
