import { type Calibration, spreads, whiten } from "./calibration.ts";
import { coverageLoss, growth } from "./coverage.ts";
import { cusum, highest } from "./cusum.ts";
import { dataShift } from "./data-shift.ts";

/** The forecasts of a series, and the observations since then. Times ascend. */
export interface WatchedSeries {
  /**
   * For each time with an observation and a forecast, the error of the newest forecast over the standard deviation that
   * the model states for that step; NaN if it states none.
   */
  readonly z: Float64Array;
  /** The same errors in units of the registered holdout's mean absolute error, or of its substitute; NaN if unknown. */
  readonly scaled: Float64Array;
  /**
   * For each level in percent, and each of these observations: 1 if it was inside the interval, 0 if not, 2 if unknown.
   */
  readonly hits: readonly { readonly level: number; readonly inside: Uint8Array }[];
  /** These observations. */
  readonly recent: Float64Array;
  /** For each time that has a forecast and has passed: 1 if it has an observation, else 0. */
  readonly arrived: Uint8Array;
  /**
   * The observations that the model was trained on, at its own interval, as far back as the tests use; NaN where
   * missing.
   */
  readonly history: Float64Array;
}

/** The thresholds of the tests. */
export interface Thresholds {
  /** The number of latest times that all tests look at, except the CUSUM with its memory. */
  readonly window: number;
  /** The fewest errors that a verdict needs. */
  readonly minObservations: number;
  /** k and h of the CUSUMs, in standard deviations. */
  readonly reference: number;
  readonly decision: number;
  /** The most percentage points that coverage may be below its level. */
  readonly coverageTolerance: number;
  /** The expected share of false findings among those of the tests of shares (coverage, missing, zeros). */
  readonly falseDiscoveryRate: number;
  /**
   * The least mean absolute scaled error to watch, and also the least shift of the data in standard deviations and the
   * least factor of their spread.
   */
  readonly watchRatio: number;
  readonly watchShift: number;
}

/** The results of the tests for one series. */
export interface Findings {
  /** Number of known errors, and of those in the window. */
  readonly n: number;
  readonly inWindow: number;
  /** Over the window: mean scaled error (above 0: forecasts too low), and mean absolute scaled error. */
  readonly meanScaledError: number;
  readonly ratio: number;
  /** Coverage over the window by level, in percent; NaN if unknown. */
  readonly coverage: readonly { readonly level: number; readonly percent: number; readonly p: number }[];
  /** Highest sums within the window: for forecasts too low, forecasts too high, and errors too large. */
  readonly up: number;
  readonly down: number;
  readonly spread: number;
  /** Index of the error at which the highest of the three sums began to climb; -1 if all are 0. */
  readonly since: number;
  /** Number of times in the window that have a forecast and have passed, but have no observation. */
  readonly missing: number;
  readonly missingP: number;
  readonly zerosP: number;
  /** The smallest p-value times the number of tests, at most 1; NaN without a test. */
  readonly p: number;
  readonly level: number;
  readonly dispersion: number;
}

/** Runs every test on one series. */
export function detect(series: WatchedSeries, thresholds: Thresholds, calibration: Calibration): Findings {
  const { z, scaled, hits, recent, arrived, history } = series;
  const { window, reference, coverageTolerance } = thresholds;
  const from = Math.max(0, z.length - window);
  const errors = z.filter((value) => !Number.isNaN(value));
  const positions = Array.from(z.keys()).filter((t) => !Number.isNaN(z[t]!));
  const late = positions.findIndex((t) => t >= from);
  const white = whiten(errors, calibration);
  const sums = cusum(white, reference);
  const wide = cusum(spreads(white), reference).up;
  const peaks = [sums.up, sums.down, wide].map((sum) => (late < 0 ? { value: 0, start: -1 } : highest(sum, late)));
  const top = peaks.reduce((a, b) => (b.value > a.value ? b : a));

  const coverage = hits.map(({ level, inside }) => {
    const judged = inside.subarray(from).filter((hit) => hit !== 2);
    const misses = judged.filter((hit) => hit === 0).length;
    const p = coverageLoss(
      misses,
      judged.length,
      Math.max(0, level - coverageTolerance) / 100,
      calibration.correlation,
    );
    return { level, percent: 100 * (1 - misses / judged.length), p };
  });
  const passed = arrived.subarray(Math.max(0, arrived.length - window));
  const missing = passed.filter((came) => came === 0).length;
  const observed = history.filter((value) => !Number.isNaN(value));
  const latest = recent.subarray(from);
  const enough = observed.length >= thresholds.minObservations;
  const missingP = enough
    ? growth(missing, passed.length, { seen: history.length - observed.length, length: history.length })
    : NaN;
  const zeros = (values: Float64Array) => values.filter((value) => value === 0).length;
  const zerosP = enough
    ? growth(zeros(latest), latest.length, { seen: zeros(observed), length: observed.length })
    : NaN;
  const basis = z.length >= thresholds.minObservations;
  const tests = [...(basis ? [...coverage.map(({ p }) => p), zerosP] : []), missingP].filter((p) => !Number.isNaN(p));
  const { level, spread: dispersion } = dataShift(history, latest);
  return {
    n: z.length,
    inWindow: z.length - from,
    meanScaledError: mean(scaled.subarray(from)),
    ratio: mean(scaled.subarray(from).map(Math.abs)),
    coverage,
    up: peaks[0]!.value,
    down: peaks[1]!.value,
    spread: peaks[2]!.value,
    since: top.start < 0 ? -1 : positions[top.start]!,
    missing,
    missingP,
    zerosP,
    level,
    dispersion,
    p: tests.length === 0 ? NaN : Math.min(1, tests.length * Math.min(...tests)),
  };
}

/** Returns the mean of what is known; NaN if nothing is. */
function mean(values: Float64Array): number {
  const observed = values.filter((value) => !Number.isNaN(value));
  return observed.reduce((sum, value) => sum + value, 0) / observed.length;
}
