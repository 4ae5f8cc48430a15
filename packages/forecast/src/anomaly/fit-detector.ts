import { checkOptions } from "../model/options.ts";
import { median } from "../stats/median.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { fitTails } from "./error-tails.ts";
import { ALARM_SHARES, alarmRate, firstState, judgeReadings, MOST_ERROR } from "./judge-readings.ts";
import { fitNoise, innovations, robustScale, withoutBlockLevels } from "./reading-noise.ts";
import type { ReadingsDetector, Verdicts } from "./readings-detector.ts";
import { fitSeasons } from "./robust-harmonics.ts";

/** Settings of a detector of a sensor's readings. */
export interface DetectorOptions {
  /** Steps per season for each season, of any length; default none. A period of 1 is not a season. */
  readonly periods?: readonly number[];
  /** 100 minus the percentage of a clean sensor's readings that are reported; default 99.99, one in 10,000. */
  readonly level?: number;
}

/** A detector moved over its history, and the verdicts on it. */
export interface FittedDetector {
  readonly detector: ReadingsDetector;
  readonly verdicts: Verdicts;
}

const FEWEST_READINGS = 20;
/** Levels of a history whose level moves, and steps that each has at least. */
const MOST_LEVELS = 20;
const LEVEL_STEPS = 20;
const LEAST_SPREAD = 1.1;
const STUCK_AT_LEAST = 5;
/** A sensor that has changed less often than this may well stay as it is. */
const FEWEST_RUNS = 20;
const NEVER = Number.MAX_SAFE_INTEGER;
const MISSING_AT_LEAST = 3;

/**
 * Learns the usual readings of a sensor: seasons as robust harmonics, autocorrelated noise about them, the tails of its
 * errors, and the usual number of equal readings and of missing steps in a row. Then judges the history. If the
 * history's level moved, everything is fitted again with one level before the move and one after.
 *
 * @param y - one reading per step, NaN where missing
 * @returns the detector after the last reading, and the verdicts on the history
 * @throws {RangeError} if a reading is infinite, there are fewer than 20 readings, or an option is out of range
 */
export function fitDetector(y: Series, options: DetectorOptions = {}): FittedDetector {
  checkOptions("fitDetector", options, { periods: true, level: true });
  const { level = 99.99 } = options;
  if (!(level >= 50 && level < 100)) throw new RangeError(`level is ${level}; it must be at least 50 and below 100`);
  const values = toFloat64(y);
  checkSeries(values, FEWEST_READINGS);
  const all = [...new Set(options.periods)].filter((period) => period !== 1).sort((a, b) => a - b);
  for (const period of all)
    if (!(period > 1 && period < Infinity)) throw new RangeError(`period is ${period}; it must be at least 1`);
  const periods = all.filter((period) => values.length >= 2 * period);
  const leftOut = all.filter((period) => values.length < 2 * period);
  const fit = (starts: readonly number[] | null) => fitLevels(values, { level, periods, leftOut, starts });
  return fit(levelStarts(fit(null).verdicts));
}

interface Plan {
  readonly level: number;
  readonly periods: readonly number[];
  readonly leftOut: readonly number[];
  /** Positions at which another level begins, the first 0; null where they are not known yet. */
  readonly starts: readonly number[] | null;
}

function fitLevels(values: Float64Array, { level, periods, leftOut, starts }: Plan): FittedDetector {
  const { waves, levels, adjusted } = fitSeasons(values, periods, starts ?? [0]);
  let segment = 0;
  const aboutLevels = adjusted.map((value, t) => {
    while ((starts?.[segment + 1] ?? Infinity) <= t) segment++;
    return value - levels[segment]!;
  });
  // Before levels are known, a shift must not widen the errors.
  const remainder = starts === null ? withoutBlockLevels(adjusted) : aboutLevels;
  const noise = fitNoise(remainder);
  const errors = innovations(remainder, noise);
  const rate = alarmRate(level);
  const { equal, missing, gapShare } = runsOf(values);
  const judge = (usual: Float64Array) =>
    judgeReadings(
      {
        ...{ kind: "readings-detector", formatVersion: 1, level, waves, leftOut, noise, gapShare },
        ...errorsOf(usual, resolutionOf(values)),
        stuckAfter: equal.length < FEWEST_RUNS ? NEVER : unusualRun(equal, STUCK_AT_LEAST, rate * ALARM_SHARES.stuck),
        missingAfter: unusualRun(missing, MISSING_AT_LEAST, rate * ALARM_SHARES.gaps),
        state: firstState(noise, levels[0]!),
      },
      values,
    );
  const { verdicts } = judge(errors.filter((error) => !Number.isNaN(error)));
  return judge(errors.filter((error, t) => !Number.isNaN(error) && verdicts.kinds[t] === null));
}

/** Returns the usual errors of a sensor. */
function errorsOf(
  errors: Float64Array,
  resolution: number,
): Pick<ReadingsDetector, "tails" | "resolution" | "centre" | "spread"> {
  const tails = fitTails(errors);
  const standardised = errors.map((error) => {
    const scale = Math.max(resolution, tails[error < 0 ? 0 : 1].scale);
    return Math.max(-MOST_ERROR, Math.min(MOST_ERROR, error / scale));
  });
  return { tails, resolution, ...blockSums(standardised) };
}

/** Returns the positions where the level moved, the first few. */
function levelStarts({ kinds, since }: Verdicts): number[] {
  const starts = [0];
  kinds.forEach((kind, t) => {
    if (kind !== "level-shift" && kind !== "drift") return;
    // A drift that is reported again has moved on from where it was reported before.
    const start = Math.max(since[t]!, starts.at(-1)! === since[t]! ? t : 0);
    if (start >= starts.at(-1)! + LEVEL_STEPS && start <= kinds.length - LEVEL_STEPS && starts.length < MOST_LEVELS)
      starts.push(start);
  });
  return starts;
}

/** Returns the smallest step between two readings, halved; at least the rounding of a sum of numbers of their size. */
function resolutionOf(values: Float64Array): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  let [least, largest] = [Infinity, 0];
  sorted.forEach((value, i) => {
    const step = value - (sorted[i - 1] ?? value);
    if (step > 0 && step < least) least = step;
    largest = Math.max(largest, Math.abs(value));
  });
  return Math.max(least === Infinity ? 0 : least / 2, 1e-9 * largest, Number.MIN_VALUE);
}

/**
 * Returns the median of block means of standardised errors, and the standard deviation of block sums in units of white
 * noise's, at least 1.1 for what a fit to one history misses: what a season that differs from day to day leaves in the
 * errors is usual.
 */
function blockSums(errors: Float64Array): { centre: number; spread: number } {
  const length = Math.max(1, Math.floor(Math.sqrt(errors.length)));
  const means = Float64Array.from({ length: Math.floor(errors.length / length) }, (_, block) => {
    const part = errors.subarray(block * length, (block + 1) * length);
    return part.reduce((a, b) => a + b, 0) / length;
  });
  const centre = median(means);
  return {
    centre,
    spread: Math.max(LEAST_SPREAD, Math.sqrt(length) * robustScale(means.map((mean) => mean - centre))),
  };
}

/** Returns lengths of runs of equal readings and of missing steps, and the share of readings that come after a missing step. */
function runsOf(values: Float64Array): { equal: number[]; missing: number[]; gapShare: number } {
  const [equal, missing]: [number[], number[]] = [[], []];
  let last = NaN;
  let [run, gap, readings] = [0, 0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) {
      gap++;
      continue;
    }
    readings++;
    if (gap > 0) missing.push(gap);
    gap = 0;
    if (value === last) run++;
    else {
      if (run > 0) equal.push(run);
      [last, run] = [value, 1];
    }
  }
  equal.push(run);
  return { equal, missing, gapShare: missing.length / readings };
}

/**
 * Returns the length of a run that is reached at a rate or less: geometric by the share of runs longer than 1, and
 * longer by half than the third longest run, so that neither one event in the history nor two are taken for usual.
 */
function unusualRun(runs: readonly number[], least: number, rate: number): number {
  const more = runs.filter((run) => run > 1).length;
  const chance = Math.max(more, 1) / (runs.length + 1);
  const geometric = 1 + Math.ceil(Math.log(rate) / Math.log(chance));
  const third = [...runs].sort((a, b) => b - a)[2] ?? 1;
  return Math.max(least, geometric, Math.ceil(1.5 * third));
}
