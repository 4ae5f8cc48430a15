import { cholesky, choleskySolve } from "../linalg/cholesky.ts";
import { dot } from "../linalg/dot.ts";
import { solveNormal } from "../linalg/normal-equations.ts";
import { median } from "../stats/median.ts";
import { withoutBlockLevels } from "./reading-noise.ts";

/** A harmonic of a season: cosine × cos(2π harmonic t / period) + sine × sin(2π harmonic t / period). */
export interface Wave {
  readonly period: number;
  readonly harmonic: number;
  readonly cosine: number;
  readonly sine: number;
}

/** The seasons of a series, and what the series has besides them. */
export interface SeasonFit {
  readonly waves: readonly Wave[];
  /** The level of each segment. */
  readonly levels: readonly number[];
  /** The series without its seasons; NaN where missing. */
  readonly adjusted: Float64Array;
}

type Harmonic = Pick<Wave, "period" | "harmonic">;

/** Harmonics of a season: more would follow noise, and cost their square. */
const MOST_HARMONICS = 30;
/** Huber's constant: an error beyond 1.345 standard deviations counts as one of that size (95 % efficient if Gaussian). */
const CLIP = 1.345;
const ROUNDS = 50;

/**
 * Fits the harmonics of some periods, and a level of each segment, by Huber's regression with modified residuals, so that
 * all rounds solve with one matrix. BIC decides how many harmonics a period has. Its penalty is multiplied by
 * (1 + r) / (1 - r), by which autocorrelation r of the errors raises the variance of the lowest frequencies.
 *
 * @param y - the series, NaN where missing
 * @param periods - steps a season, above 1
 * @param starts - positions at which another level begins, ascending, the first 0
 * @see Huber & Ronchetti (2009), Robust Statistics, section 7.8, doi:10.1002/9780470434697
 */
export function fitSeasons(y: Float64Array, periods: readonly number[], starts: readonly number[]): SeasonFit {
  const all = distinctHarmonics(periods);
  const full = regress(y, all, starts);
  const most = new Map(periods.map((period) => [period, lastHarmonic(full, all, period)]));
  const harmonics = all.filter(({ period, harmonic }) => harmonic <= (most.get(period) ?? 0));
  const { coefficients } = harmonics.length === all.length ? full : regress(y, harmonics, starts);
  const waves = harmonics.map((harmonic, i) => {
    const at = starts.length + 2 * i;
    return { ...harmonic, cosine: coefficients[at]!, sine: coefficients[at + 1]! };
  });
  const season = seasonOf(waves);
  return {
    waves,
    levels: [...coefficients.subarray(0, starts.length)],
    adjusted: y.map((value, t) => value - season(t)),
  };
}

/** Returns the sum of waves as a function of the time, whose values do not depend on which others were asked for. */
export function seasonOf(waves: readonly Wave[]): (t: number) => number {
  const periods = [...new Set(waves.map(({ period }) => period))];
  const seasons = periods.map((period) => {
    const ofPeriod = waves.filter((wave) => wave.period === period);
    const valueAt = (place: number) => {
      let sum = 0;
      for (const { harmonic, cosine, sine } of ofPeriod) {
        const angle = (2 * Math.PI * harmonic * place) / period;
        sum += cosine * Math.cos(angle) + sine * Math.sin(angle);
      }
      return sum;
    };
    if (!Number.isInteger(period)) return (t: number) => valueAt(t % period);
    const values = new Float64Array(period).fill(NaN);
    return (t: number) => {
      const place = t % period;
      if (Number.isNaN(values[place]!)) values[place] = valueAt(place);
      return values[place]!;
    };
  });
  return (t) => seasons.reduce((sum, season) => sum + season(t), 0);
}

/** Returns the harmonics of all periods, each frequency once. */
function distinctHarmonics(periods: readonly number[]): Harmonic[] {
  const harmonics: Harmonic[] = [];
  const isNew = (frequency: number) =>
    harmonics.every((other) => Math.abs(other.harmonic / other.period - frequency) > 1e-9);
  for (const period of periods)
    for (let harmonic = 1; harmonic <= MOST_HARMONICS && 2 * harmonic <= period; harmonic++)
      if (isNew(harmonic / period)) harmonics.push({ period, harmonic });
  return harmonics;
}

interface Regression {
  /** Levels of the segments, then cosine and sine of each harmonic. */
  readonly coefficients: Float64Array;
  /** By how much each column lowers the sum of squared modified errors, after the columns before it. */
  readonly shares: Float64Array;
  readonly errors: Float64Array;
  readonly observed: number;
}

function regress(y: Float64Array, harmonics: readonly Harmonic[], starts: readonly number[]): Regression {
  const levels = starts.length;
  const width = levels + 2 * harmonics.length;
  const cycle = cycleOf(harmonics, y.length);
  const columns = harmonics.flatMap(({ period, harmonic }) => {
    const angle = (place: number) => (2 * Math.PI * ((harmonic * place) % period)) / period;
    const places = Array.from({ length: cycle }, (_, place) => angle(place));
    return [Float64Array.from(places, Math.cos), Float64Array.from(places, Math.sin)];
  });
  const segments = new Int32Array(y.length);
  for (let t = 0, segment = 0; t < y.length; t++) {
    while (segment + 1 < levels && starts[segment + 1]! <= t) segment++;
    segments[t] = segment;
  }
  const folded = new Float64Array(cycle);
  /** Sums of values, one a step and 0 where a reading is missing, with each column. */
  const project = (values: Float64Array) => {
    const sums = new Float64Array(width);
    folded.fill(0);
    for (let t = 0, place = 0; t < values.length; t++) {
      sums[segments[t]!]! += values[t]!;
      folded[place]! += values[t]!;
      if (++place === cycle) place = 0;
    }
    columns.forEach((column, j) => {
      sums[levels + j] = dot(column, folded, 0, cycle);
    });
    return sums;
  };
  const gram = new Float64Array(width * width);
  const put = (i: number, j: number, value: number) => {
    gram[i * width + j] = value;
    gram[j * width + i] = value;
  };
  const present = y.map((value) => (Number.isNaN(value) ? 0 : 1));
  for (let segment = 0; segment < levels; segment++) {
    const inSegment = present.map((one, t) => (segments[t] === segment ? one : 0));
    project(inSegment).forEach((sum, j) => {
      if (j === segment || j >= levels) put(segment, j, sum);
    });
  }
  project(present);
  const counts = Float64Array.from(folded);
  columns.forEach((column, j) => {
    const weighted = column.map((value, place) => value * counts[place]!);
    for (let i = 0; i <= j; i++) put(levels + i, levels + j, dot(columns[i]!, weighted, 0, cycle));
  });
  const observed = present.reduce((sum, one) => sum + one, 0);
  // A segment without a reading, or the sine of half a season, gets 0.
  for (let i = 0; i < width; i++) gram[i * width + i]! += 1e-9 * observed;
  const factor = new Float64Array(width * width);
  if (!cholesky(gram, width, factor))
    throw new RangeError("the history has too few readings for its seasons; give a longer history or shorter periods");

  const coefficients = new Float64Array(width);
  coefficients.fill(median(y.filter((value) => !Number.isNaN(value))), 0, levels);
  const values = new Float64Array(y.length);
  const errors = new Float64Array(y.length);
  const season = new Float64Array(cycle);
  for (let round = 0; round < ROUNDS; round++) {
    season.fill(0);
    columns.forEach((column, j) => {
      const coefficient = coefficients[levels + j]!;
      for (let place = 0; place < cycle; place++) season[place]! += coefficient * column[place]!;
    });
    for (let t = 0, place = 0; t < y.length; t++) {
      values[t] = coefficients[segments[t]!]! + season[place]!;
      if (++place === cycle) place = 0;
    }
    const sizes = errors.map((_, t) => Math.abs(y[t]! - values[t]!)).filter((size) => !Number.isNaN(size));
    const reach = CLIP * 1.482602218505602 * median(sizes);
    for (let t = 0; t < y.length; t++) {
      const error = y[t]! - values[t]!;
      errors[t] = error > reach ? reach : error < -reach ? -reach : Number.isNaN(error) ? 0 : error;
    }
    const step = project(errors);
    choleskySolve(factor, width, step);
    let largest = 0;
    for (let j = 0; j < width; j++) {
      coefficients[j]! += step[j]!;
      largest = Math.max(largest, Math.abs(step[j]!));
    }
    if (largest <= 1e-3 * reach) break;
  }
  const shares = new Float64Array(width);
  const pseudo = values.map((value, t) => (present[t]! > 0 ? value + errors[t]! : 0));
  solveNormal(gram, project(pseudo), width, shares);
  return { coefficients, shares, errors, observed };
}

/** Returns steps after which all harmonics repeat, or the length of the series. */
function cycleOf(harmonics: readonly Harmonic[], length: number): number {
  const periods = [...new Set(harmonics.map(({ period }) => period))];
  const longest = Math.max(1, ...periods);
  return longest < length && periods.every((period) => longest % period === 0) && Number.isInteger(longest)
    ? longest
    : length;
}

/** Returns the highest harmonic of a period that is worth its two coefficients, 0 for none. */
function lastHarmonic({ shares, errors, observed }: Regression, all: readonly Harmonic[], period: number): number {
  let squares = 0;
  let products = 0;
  const local = withoutBlockLevels(errors);
  local.forEach((error, t) => {
    squares += error * error;
    products += t > 0 ? error * local[t - 1]! : 0;
  });
  const r = Math.max(0, Math.min(0.99, products / squares));
  const penalty = 2 * Math.log(observed) * ((1 + r) / (1 - r)) * (squares / observed);
  const first = shares.length - 2 * all.length;
  let [gain, most, last] = [0, 0, 0];
  all.forEach(({ period: wavePeriod, harmonic }, i) => {
    if (wavePeriod !== period) return;
    gain += shares[first + 2 * i]! + shares[first + 2 * i + 1]! - penalty;
    if (gain > most) [most, last] = [gain, harmonic];
  });
  return last;
}
