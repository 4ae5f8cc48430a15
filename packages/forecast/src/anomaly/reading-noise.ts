import { nelderMead } from "../optimise/nelder-mead.ts";
import { median } from "../stats/median.ts";

/**
 * Noise of a sensor's readings about their season and level: x_t = φ x_{t-1} + η_t, read with an error ε_t. Variances
 * are in units of `scale`² : η has `drive`, ε has 1 - `drive`. White noise has drive 0, a random walk φ near 1.
 */
export interface ReadingNoise {
  readonly phi: number;
  readonly drive: number;
  readonly scale: number;
}

const PHIS = [0.3, 0.6, 0.8, 0.9, 0.97, 0.99, 0.999];
const DRIVES = [0.003, 0.03, 0.2, 0.6, 1];
/** A random walk beyond this would have no level to come back to. */
const MOST_PHI = 0.9999;
/** Errors further out than so many standard deviations count as that far out. */
const CLIP = 3;

/**
 * Fits the noise of a sensor by a Gaussian likelihood of one-step errors, computed by the Kalman filter, in which an error
 * beyond 3 standard deviations counts as that far out (Huber), both in the likelihood and in the state. A drift or a shift
 * must not pass for slow noise: blocks of the series have levels of their own, and the quarter of them that fits worst does
 * not count.
 *
 * @param series - readings without season and level, NaN where missing
 * @see Masreliez & Martin (1977), doi:10.1109/TAC.1977.1101538 (robust Kalman filters)
 */
export function fitNoise(series: Float64Array): ReadingNoise {
  const remainder = withoutBlockLevels(series);
  const reach = CLIP * startingScale(remainder);
  if (!(reach > 0)) return { phi: 0, drive: 0, scale: 0 };
  const loss = (phi: number, drive: number) => clippedLoss(remainder, phi, drive, reach);
  let best = { phi: 0, drive: 0, value: loss(0, 0) };
  const consider = (phi: number, drive: number) => {
    const value = loss(phi, drive);
    if (value < best.value) best = { phi, drive, value };
    return value;
  };
  for (const phi of PHIS) for (const drive of DRIVES) consider(phi, drive);
  if (best.drive > 0) {
    const start = Float64Array.of(logit(best.phi / MOST_PHI), logit(Math.min(best.drive, 0.99)));
    nelderMead(([a = 0, b = 0]) => consider(MOST_PHI * logistic(a), logistic(b)), start, {
      step: [0.4, 0.4],
      tolerance: 1e-7,
      maxEvaluations: 60,
    });
  }
  const { phi, drive } = best;
  const errors = innovations(remainder, { phi, drive, scale: reach / CLIP });
  return { phi, drive, scale: robustScale(errors.filter((value) => !Number.isNaN(value))) };
}

/** Returns the stationary variance of x, in units of scale². */
export function stationaryVariance({ phi, drive }: Pick<ReadingNoise, "phi" | "drive">): number {
  return drive / (1 - phi * phi);
}

/**
 * Returns the robust standard deviation of values about 0, or where more than half of them are 0, 1.2533 times their
 * mean size.
 */
export function robustScale(values: Float64Array): number {
  const sizes = values.map(Math.abs).sort();
  const middle = median(sizes);
  if (middle > 0) return 1.482602218505602 * middle;
  return sizes.length === 0 ? 0 : (1.2533141373155 * sizes.reduce((a, b) => a + b)) / sizes.length;
}

function startingScale(remainder: Float64Array): number {
  const present = remainder.filter((value) => !Number.isNaN(value));
  const differences = present.subarray(1).map((value, i) => (value - present[i]!) / Math.SQRT2);
  const scales = [robustScale(present), robustScale(differences)].filter((scale) => scale > 0);
  return scales.length === 0 ? 0 : Math.min(...scales);
}

/** Returns errors of one-step forecasts in units of their standard deviation / `scale`; NaN where the reading is missing. */
export function innovations(remainder: Float64Array, noise: ReadingNoise): Float64Array {
  const { phi, drive, scale } = noise;
  const reach = CLIP * scale;
  let [state, variance] = [0, stationaryVariance(noise)];
  return remainder.map((reading) => {
    const spread = variance + 1 - drive;
    const root = Math.sqrt(spread);
    const error = (reading - state) / root;
    if (!Number.isNaN(error)) {
      state += (variance / root) * Math.max(-reach, Math.min(reach, error));
      variance -= (variance * variance) / spread;
    }
    state *= phi;
    variance = phi * phi * variance + drive;
    return error;
  });
}

/**
 * Returns minus twice the logarithm of the likelihood a reading, the scale profiled out, with Huber's loss of errors, of the blocks
 * but for the quarter that fits worst.
 */
function clippedLoss(remainder: Float64Array, phi: number, drive: number, reach: number): number {
  const length = blockLength(remainder.length);
  const blocks: { squares: number; logs: number; count: number }[] = [];
  let [state, variance] = [0, stationaryVariance({ phi, drive })];
  for (let from = 0; from < remainder.length; from += length) {
    let [squares, logs, count] = [0, 0, 0];
    for (let t = from; t < from + length && t < remainder.length; t++) {
      const spread = variance + 1 - drive;
      const reading = remainder[t]!;
      if (reading === reading) {
        const root = Math.sqrt(spread);
        const error = (reading - state) / root;
        const size = error < 0 ? -error : error;
        const clipped = size > reach ? (error > 0 ? reach : -reach) : error;
        squares += size > reach ? reach * (2 * size - reach) : size * size;
        logs += Math.log(spread);
        count++;
        state += (variance / root) * clipped;
        variance -= (variance * variance) / spread;
      }
      state *= phi;
      variance = phi * phi * variance + drive;
    }
    if (count > 0) blocks.push({ squares, logs, count });
  }
  blocks.sort((a, b) => a.squares / a.count - b.squares / b.count);
  const best = blocks.slice(0, Math.ceil(0.75 * blocks.length));
  const sum = (of: "squares" | "logs" | "count") => best.reduce((total, block) => total + block[of], 0);
  return Math.log(sum("squares") / sum("count")) + sum("logs") / sum("count");
}

/** Returns a series without the median of each of its blocks; NaN where missing. */
export function withoutBlockLevels(series: Float64Array): Float64Array {
  const length = blockLength(series.length);
  const result = Float64Array.from(series);
  for (let from = 0; from < series.length; from += length) {
    const block = result.subarray(from, from + length);
    const level = median(block.filter((value) => !Number.isNaN(value)));
    for (let i = 0; i < block.length; i++) block[i]! -= level;
  }
  return result;
}

/** Returns an eighth of a series, but at least 200 steps. */
const blockLength = (n: number) => Math.max(200, Math.ceil(n / 8));

const logit = (p: number) => Math.log(p / (1 - p));
const logistic = (x: number) => 1 / (1 + Math.exp(-x));
