/** A series, and its features known ahead: columns with as many values as `y`, or more. */
export interface GlobalSeries {
  /** Observations, NaN where missing. */
  readonly y: Float64Array;
  /** Features of each step that are known ahead, such as the day of the week or a promotion, by name. */
  readonly x: Readonly<Record<string, Float64Array>>;
  /** Features that stay the same at every step, such as 1 for the category of an article, by name; 0 where left out. */
  readonly attributes?: Readonly<Record<string, number>>;
  /** The least scale of the series: smaller differences carry no information. */
  readonly leastScale: number;
}

/** The level and scale of a series at an origin, which make series of any size alike. */
export interface Origin {
  /** The number of values that are known. */
  readonly at: number;
  /** The mean of the last values. */
  readonly level: number;
  /** Their standard deviation, at least the series' least scale. */
  readonly scale: number;
}

/** The seasons that the level of an origin is the mean of. */
const SEASONS = 4;
const FEWEST = 8;
const MOST = 56;
/** The seasons of a year for which the value of the year before is a feature. */
const WEEKS = 52;
const DAYS_OF_WEEK = 7;
const YEAR = WEEKS * DAYS_OF_WEEK;

/** The share of the standard deviation of a series that its scale is at least, and of the mean of one that never varies. */
const LEAST_SHARE = 0.1;

/**
 * Returns the least scale of a series: a tenth of the standard deviation of its values, or of its mean absolute value
 * if it never varies; 1 if all values are 0.
 */
export function leastScaleOf(y: ArrayLike<number>): number {
  const values = Array.from(y).filter((value) => !Number.isNaN(value));
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0);
  const size = Math.sqrt(variance) || Math.abs(mean);
  return size > 0 ? LEAST_SHARE * size : 1;
}

/** Returns the number of values that the level of an origin is the mean of. */
const windowOf = (period: number) => Math.max(period, FEWEST, Math.min(SEASONS * period, MOST));

/** Returns the number of last values of a series that the features of steps up to a horizon use. */
export function memoryOf(period: number, horizon: number): number {
  const seasons = Math.ceil(horizon / period);
  const year = period === DAYS_OF_WEEK ? YEAR : 0;
  return Math.max(windowOf(period), period * (seasons + SEASONS), year);
}

/** Returns the level and scale at an origin; undefined where too few values are known. */
export function originOf({ y, leastScale }: GlobalSeries, at: number, period: number): Origin | undefined {
  let [count, sum, squares] = [0, 0, 0];
  for (let t = Math.max(0, at - windowOf(period)); t < at; t++) {
    const value = y[t]!;
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    squares += value * value;
  }
  if (count < 2) return undefined;
  const level = sum / count;
  const scale = Math.max(leastScale, Math.sqrt(Math.max(0, squares / count - level * level)));
  return scale > 0 ? { at, level, scale } : undefined;
}

/** The features of every origin and step, in their order, before those that are known ahead. */
export const ORIGIN_FEATURES = [
  "step",
  "last",
  "last-three",
  "season-mean",
  "season-change",
  "zero",
  "lag-1",
  "lag-2",
  "lag-3",
  "lag-mean",
  "even-lag",
  "lag-year",
] as const;

/**
 * Writes the features of a step ahead of an origin into a row: past values less the level, over the scale.
 *
 * `last`, `last-three`, `season-mean`, `season-change`: the last value, means of the last 3 and of the last season, and the latter less
 * that of the season before. `zero`: where 0 is. `lag-1` to `lag-3`, `lag-mean`: values of the same phase in the last seasons that
 * are known, and the mean of four. `even-lag`: the last an even number of seasons before, for what comes every other week.
 * `lag-year`: 52 weeks before, of days. NaN where a value is missing.
 *
 * @param step - steps after the last known value, from 1
 */
export function writeOriginFeatures(
  row: Float64Array,
  { y }: GlobalSeries,
  { at, level, scale }: Origin,
  step: number,
  period: number,
): void {
  const z = (t: number) => (t >= 0 && t < at ? (y[t]! - level) / scale : NaN);
  const mean = (from: number, to: number) => {
    let [count, sum] = [0, 0];
    for (let t = Math.max(0, from); t < to; t++)
      if (!Number.isNaN(y[t])) {
        count++;
        sum += y[t]!;
      }
    return count > 0 ? (sum / count - level) / scale : NaN;
  };
  const target = at + step - 1;
  const seasons = Math.ceil(step / period);
  const lag = (season: number) => z(target - period * (seasons + season));
  const season = mean(at - period, at);
  row[0] = step;
  row[1] = z(at - 1);
  row[2] = mean(at - 3, at);
  row[3] = season;
  row[4] = season - mean(at - 2 * period, at - period);
  row[5] = -level / scale;
  row[6] = lag(0);
  row[7] = lag(1);
  row[8] = lag(2);
  let [count, sum] = [0, 0];
  for (let k = 0; k < SEASONS; k++) {
    const value = lag(k);
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  row[9] = count > 0 ? sum / count : NaN;
  row[10] = lag(seasons % 2);
  row[11] = period === DAYS_OF_WEEK ? z(target - YEAR * Math.ceil(step / YEAR)) : NaN;
}

/**
 * Returns the step whose value of the same phase is the last that is known: where features known ahead are looked at a
 * second time.
 */
export const lastOfPhase = (at: number, step: number, period: number): number =>
  at + step - 1 - period * Math.ceil(step / period);
