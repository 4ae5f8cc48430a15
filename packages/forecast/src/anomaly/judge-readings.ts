import { median } from "../stats/median.ts";
import { checkSeries, type Series, toFloat64 } from "../time/series.ts";
import { tailQuantile } from "./error-tails.ts";
import { stationaryVariance } from "./reading-noise.ts";
import type { ClimbingSum, DetectorState, ReadingKind, ReadingsDetector, Verdicts } from "./readings-detector.ts";
import { seasonOf } from "./robust-harmonics.ts";

/** The share of each rule in the rate of false alarms. */
export const ALARM_SHARES = { spike: 0.9, change: 0.02, stuck: 0.04, gaps: 0.04 } as const;
/** Readings beyond one side of the band before the level has moved. */
const PATIENCE = 5;
/** A change of level that took more readings than this to show is a drift. */
const SHIFT_READINGS = 30;
/** A new level is the average of so many independent readings, or as many more as are worth that. */
const SETTLING = 30;
/** Half the shift of standardised errors that is found soonest. */
const REFERENCE = 0.25;
/** A standardised error adds no more than this to the sums. */
export const MOST_ERROR = 3;
/** Sensors whose readings are often equal this many times in a row may stay at a new level. */
const OFTEN_EQUAL = 30;

const NOTHING: ClimbingSum = { value: 0, since: 0, count: 0, distance: 0 };

/** Returns the share of a clean sensor's readings that are reported. */
export const alarmRate = (level: number) => 1 - level / 100;

/** Returns the state before a first reading at an offset. */
export function firstState(noise: ReadingsDetector["noise"], offset: number): DetectorState {
  return {
    ...{ time: 0, offset, settling: 0, mean: 0, variance: stationaryVariance(noise) },
    ...{ last: null, equal: 0, equalSince: 0, missing: 0 },
    ...{ outside: [], outsideSince: 0, up: NOTHING, down: NOTHING, gaps: NOTHING },
  };
}

/**
 * Judges each new reading of a sensor against the forecast made just before it, and moves the detector over the
 * reading. The faults, checked in this order:
 * - `stuck`: more equal readings in a row than the history has by chance
 * - `missing`: more missing steps in a row than the history has by chance
 * - `spike`: outside the band, which widens with the steps before it that are missing or withheld
 * - `level-shift`: five readings in a row beyond the same side, or a cumulative sum of errors over its decision value
 *   within 30 readings. Expected readings then move to the new level
 * - `drift`: a cumulative sum of errors over its decision value after more than 30 readings
 * - `rate`: steps are missing between readings more often than in the history
 *
 * Spikes and stuck readings are withheld from the state. Several calls in a row give the same verdicts as one call.
 *
 * @param readings - one per step after the readings judged before, NaN where missing
 * @throws {RangeError} if a reading is infinite
 * @see Page (1954), doi:10.1093/biomet/41.1-2.100 (cumulative sums); Siegmund (1985), doi:10.1007/978-1-4757-1862-1
 *   (their false alarms)
 */
export function judgeReadings(
  detector: ReadingsDetector,
  readings: Series,
): { readonly verdicts: Verdicts; readonly detector: ReadingsDetector } {
  const values = toFloat64(readings);
  checkSeries(values, 0);
  const { noise, tails, resolution, centre, spread, stuckAfter, missingAfter } = detector;
  const { phi, drive } = noise;
  const season = seasonOf(detector.waves);
  const rate = alarmRate(detector.level);
  const below = Math.max(resolution, tailQuantile(tails[0], (ALARM_SHARES.spike * rate) / 2));
  const above = Math.max(resolution, tailQuantile(tails[1], (ALARM_SHARES.spike * rate) / 2));
  const belowScale = Math.max(resolution, tails[0].scale);
  const aboveScale = Math.max(resolution, tails[1].scale);
  const decision = cusumDecision((ALARM_SHARES.change * rate) / 2);
  const gapDecision = -Math.log(ALARM_SHARES.gaps * rate);
  const usualGaps = Math.max(1e-4, Math.min(0.9, detector.gapShare));
  const manyGaps = Math.max(0.5, (1 + usualGaps) / 2);
  const afterGap = Math.log(manyGaps / usualGaps);
  const afterNone = Math.log((1 - manyGaps) / (1 - usualGaps));

  const n = values.length;
  const expected = new Float64Array(n);
  const lower = new Float64Array(n);
  const upper = new Float64Array(n);
  const score = new Float64Array(n);
  const since = new Float64Array(n).fill(NaN);
  const kinds: (ReadingKind | null)[] = new Array(n).fill(null);
  const start = detector.state.time;
  const settled = SETTLING * ((1 + phi) / (1 - phi));
  let { offset, settling, mean, variance, last, equal, equalSince, missing, outsideSince, up, down, gaps } =
    detector.state;
  let outside = [...detector.state.outside];

  for (let i = 0; i < n; i++) {
    const time = start + i;
    const value = values[i]!;
    const report = (kind: ReadingKind, from: number) => {
      kinds[i] = kind;
      since[i] = from - start;
    };
    const ahead = variance + 1 - drive;
    const root = Math.sqrt(ahead);
    const usual = season(time) + offset;
    expected[i] = usual + mean;
    lower[i] = expected[i]! - below * root;
    upper[i] = expected[i]! + above * root;
    const error = value - expected[i]!;
    const standardised = error / (root * (error < 0 ? belowScale : aboveScale));
    score[i] = standardised;
    if (Number.isNaN(value)) {
      missing++;
      if (missing >= missingAfter) report("missing", time - missing + 1);
    } else {
      gaps = climb(gaps, missing > 0 ? afterGap : afterNone, time);
      if (gaps.value > 2 * gapDecision) gaps = { ...gaps, value: 2 * gapDecision };
      missing = 0;
      if (value === last) equal++;
      else [last, equal, equalSince] = [value, 1, time];
      const isBelow = value < lower[i]!;
      if (equal >= stuckAfter) {
        report("stuck", equalSince);
        outside = [];
        up = down = NOTHING;
      } else if (isBelow || value > upper[i]!) {
        const isSameSide = outside.length > 0 && outside[0]! < mean === isBelow;
        if (!isSameSide) [outside, outsideSince] = [[], time];
        outside.push(value - usual);
        const mayBeStuck = equal >= outside.length && stuckAfter <= OFTEN_EQUAL;
        if (outside.length < PATIENCE || mayBeStuck) report("spike", outsideSince);
        else {
          report("level-shift", outsideSince);
          offset += median(outside);
          mean = 0;
          variance = stationaryVariance(noise);
          settling = outside.length;
          outside = [];
          up = down = NOTHING;
        }
        if (outside.length > PATIENCE) outside = outside.slice(1);
      } else {
        outside = [];
        mean += (variance / ahead) * error;
        variance -= (variance * variance) / ahead;
        if (settling > 0) {
          const moved = (value - usual) / ++settling;
          offset += moved;
          mean -= moved;
          if (settling >= settled) settling = 0;
        }
        if (settling === 0) {
          const part = (Math.max(-MOST_ERROR, Math.min(MOST_ERROR, standardised)) - centre) / spread;
          up = climb(up, part - REFERENCE, time, value - usual);
          down = climb(down, -part - REFERENCE, time, value - usual);
        }
        const changed = up.value > decision ? up : down.value > decision ? down : undefined;
        if (changed !== undefined) {
          const isDrift = time - changed.since >= SHIFT_READINGS;
          report(isDrift ? "drift" : "level-shift", changed.since);
          if (!isDrift) settling = changed.count;
          const moved = changed.distance / changed.count;
          offset += moved;
          mean -= moved;
          // Half of the sum stays: a drift that goes on is reported again, since the same time.
          const half = { value: decision / 2, since: changed.since, count: 0, distance: 0 };
          const remainder = isDrift ? half : NOTHING;
          [up, down] = changed === up ? [remainder, NOTHING] : [NOTHING, remainder];
        } else if (gaps.value >= gapDecision) report("rate", gaps.since);
      }
    }
    mean *= phi;
    variance = phi * phi * variance + drive;
  }
  const state: DetectorState = {
    ...{ time: start + n, offset, settling, mean, variance, last, equal, equalSince, missing },
    ...{ outside, outsideSince, up, down, gaps },
  };
  return { verdicts: { expected, lower, upper, score, kinds, since }, detector: { ...detector, state } };
}

function climb(sum: ClimbingSum, by: number, time: number, distance = 0): ClimbingSum {
  const value = sum.value + by;
  if (value <= 0) return NOTHING;
  if (sum.value === 0) return { value, since: time, count: 1, distance };
  return { value, since: sum.since, count: sum.count + 1, distance: sum.distance + distance };
}

/**
 * Returns the decision value at which a one-sided CUSUM of white noise raises false alarms at a rate, by Siegmund's
 * approximation of the average run length: (exp(2kb) - 2kb - 1) / 2k² with b = h + 1.166.
 */
function cusumDecision(rate: number): number {
  const k = REFERENCE;
  let high = 2;
  const runLength = (b: number) => (Math.exp(2 * k * b) - 2 * k * b - 1) / (2 * k * k);
  while (runLength(high) < 1 / rate) high *= 2;
  let low = high / 2;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (runLength(middle) < 1 / rate) low = middle;
    else high = middle;
  }
  return high - 1.166;
}
