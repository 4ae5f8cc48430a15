import type { Regressors } from "../arima/regressors.ts";
import { normalQuantile } from "../stats/distribution.ts";
import { normal, random } from "../stats/random.ts";
import type { AnyKind, AnyModel } from "./kind.ts";
import { rowsOf } from "./missing-ends.ts";
import { checkInteger, checkOptions } from "./options.ts";
import { arraysOf, type Forecast } from "./prediction.ts";

/** Options of `cumulative`. */
export interface CumulativeOptions {
  /** The longest lead time in steps, an integer of at least 1. */
  readonly h: number;
  /** Probabilities in (0, 1); default 0.95. */
  readonly quantiles?: readonly number[];
  /** The number of sample paths, at least 100; default 2,000. */
  readonly paths?: number;
  /** Seed of the random numbers; the same seed gives the same sums on every platform. */
  readonly seed: number;
  readonly xreg?: Regressors | undefined;
}

/** Forecasts of sums: step `i` is the sum of the first `i + 1` steps. All arrays have length h. */
export interface CumulativeForecast {
  /** The sum of the point forecasts. */
  readonly mean: Float64Array;
  /** The probabilities, as in the options. */
  readonly quantiles: readonly number[];
  /** For each probability, the quantile of the sum at each step; NaN if the model has no intervals. */
  readonly values: readonly Float64Array[];
}

/** Coverages in percent whose bounds describe a step's distribution: those of a normal one are a line in them. */
const LEVELS = [0, 20, 40, 60, 80, 90, 95, 98, 99, 99.8];
/** The probabilities' distances from the median, in standard deviations. */
const DEVIATIONS = LEVELS.map((level) => (level === 0 ? 0 : normalQuantile(0.5 + level / 200)));

/** Functions of the models that `cumulative` takes. */
interface SummedKind<M> extends Pick<AnyKind, "forecast" | "update" | "supports"> {
  /** Returns quantiles of sums in closed form; undefined of a model that has none. */
  exact(model: M, options: CumulativeOptions): CumulativeForecast | undefined;
}

/** Returns `cumulative` for models whose functions these are. */
export function cumulativeBy<M extends AnyModel>({ forecast, update, supports, exact }: SummedKind<M>) {
  /**
   * Returns the effect of a shock in the first step on a model's forecasts of later steps, as a share of the shock: 1,
   * then the change of each point forecast by one observation that is a standard deviation larger. Zero where the model
   * takes no new values.
   */
  function responseOf(model: M, base: Forecast, { h, xreg }: CumulativeOptions): Float64Array {
    const response = new Float64Array(h);
    response[0] = 1;
    const at = LEVELS.indexOf(80);
    const shock = (base.upper[at]![0]! - base.lower[at]![0]!) / (2 * DEVIATIONS[at]!);
    if (h === 1 || !(shock > 0) || !supports(model, "update")) return response;
    const after = (value: number) =>
      forecast(update(model, Float64Array.of(value), { xreg: xreg && rowsOf(xreg, 0, 1) }), {
        ...{ h: h - 1, levels: [] },
        xreg: xreg && rowsOf(xreg, 1, h),
      }).mean;
    const [expected, shocked] = [after(base.mean[0]!), after(base.mean[0]! + shock)];
    for (let i = 1; i < h; i++) response[i] = (shocked[i - 1]! - expected[i - 1]!) / shock;
    return response;
  }

  return function cumulative(model: M, options: CumulativeOptions): CumulativeForecast {
    checkOptions("cumulative", options, { h: true, quantiles: true, paths: true, seed: true, xreg: true }, [
      "h",
      "seed",
    ]);
    const { h, quantiles = [0.95], paths = 2000, seed, xreg } = options;
    checkInteger("paths", paths, 100);
    if (!Number.isFinite(seed)) throw new RangeError(`seed is ${seed}; it must be a finite number`);
    for (const p of quantiles)
      if (!(p > 0 && p < 1)) throw new RangeError(`quantile is ${p}; it must be a probability between 0 and 1`);
    checkInteger("h", h, 1);
    const closed = exact(model, options);
    if (closed !== undefined) return closed;
    const base = forecast(model, { h, levels: LEVELS, xreg });
    const response = responseOf(model, base, options);
    const errors = new Float64Array(h);
    const uniform = random(seed);
    const sums = arraysOf(h, paths);
    for (let path = 0; path < paths; path++) {
      for (let i = 0; i < h; i++) errors[i] = normal(uniform);
      let sum = 0;
      let variance = 0;
      for (let i = 0; i < h; i++) {
        variance += response[i]! ** 2;
        let error = 0;
        for (let j = 0; j <= i; j++) error += response[i - j]! * errors[j]!;
        sum += valueAt(base, i, error / Math.sqrt(variance));
        sums[i]![path] = sum;
      }
    }
    for (const values of sums) values.sort();
    let total = 0;
    return {
      mean: base.mean.map((value) => (total += value)),
      quantiles,
      values: quantiles.map((p) => Float64Array.from(sums, (sorted) => quantileOf(sorted, p))),
    };
  };
}

/**
 * Returns the value of a step that is so many standard deviations from the median, by its intervals; linear between and
 * beyond them.
 */
function valueAt({ lower, upper }: Forecast, step: number, deviations: number): number {
  const bounds = deviations < 0 ? lower : upper;
  const size = Math.abs(deviations);
  let i = 1;
  while (i < DEVIATIONS.length - 1 && DEVIATIONS[i]! < size) i++;
  const [from, to] = [bounds[i - 1]![step]!, bounds[i]![step]!];
  return from + ((to - from) * (size - DEVIATIONS[i - 1]!)) / (DEVIATIONS[i]! - DEVIATIONS[i - 1]!);
}

/** Returns the quantile of sorted values, linear between order statistics; NaN where one is NaN. */
function quantileOf(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  const below = sorted[low]!;
  return Number.isNaN(sorted[sorted.length - 1]!) ? NaN : below + (at - low) * ((sorted[low + 1] ?? below) - below);
}
