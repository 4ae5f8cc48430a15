import { median } from "../stats/median.ts";

/** Standardised errors beyond this count as this, so that one strange value raises no alarm. */
const CLIP = 4;

/** The spread of most series' standardised errors, against which one series is judged. */
export interface Calibration {
  /** Standard deviation of the errors about 0; above 1 if intervals are too narrow. */
  readonly scale: number;
  /**
   * Correlation of consecutive errors of a series. Forecasts of several steps ahead share past observations, so their
   * errors are correlated.
   */
  readonly correlation: number;
}

/** The fewest values of a series that calibrate, and the fewest such series. */
const FEWEST = 8;
const FEWEST_SERIES = 10;

/**
 * Calibrates standardised errors by the median series: it takes medians over series of the root mean square, and of the
 * first autocorrelation about 0 (within [0, 0.95]). Up to half of the series may be broken without moving the medians
 * far.
 *
 * @param series - standardised errors of each series in time order, without NaN; series of fewer than 8 errors are left
 *   out
 * @returns scale 1 and correlation 0 if fewer than 10 series are long enough, because a few may all be broken
 */
export function calibrate(series: readonly Float64Array[]): Calibration {
  const scales: number[] = [];
  const correlations: number[] = [];
  for (const z of series) {
    if (z.length < FEWEST) continue;
    let [squares, products] = [0, 0];
    for (let t = 0; t < z.length; t++) {
      squares += clip(z[t]!, CLIP) ** 2;
      if (t > 0) products += clip(z[t]!, CLIP) * clip(z[t - 1]!, CLIP);
    }
    if (squares === 0) continue;
    scales.push(Math.sqrt(squares / z.length));
    correlations.push(products / squares);
  }
  if (scales.length < FEWEST_SERIES) return { scale: 1, correlation: 0 };
  return { scale: median(scales), correlation: Math.min(0.95, Math.max(0, median(correlations))) };
}

/**
 * Makes standardised errors independent. Each is divided by the scale and clipped to ±4. The part that the error before
 * explains is subtracted, and the result is scaled to a standard deviation of 1. A lasting shift of δ becomes δ √((1 -
 * φ)/(1 + φ)).
 */
export function whiten(z: Float64Array, { scale, correlation }: Calibration): Float64Array {
  const white = new Float64Array(z.length);
  const factor = 1 / Math.sqrt(1 - correlation * correlation);
  let before = 0;
  for (let t = 0; t < z.length; t++) {
    const clipped = clip(z[t]! / scale, CLIP);
    white[t] = t === 0 ? clipped : (clipped - correlation * before) * factor;
    before = clipped;
  }
  return white;
}

/**
 * Returns values that follow the standard normal distribution nearly if `z` does, and are large where |z| is: for finding an
 * increase in variance by a CUSUM of means (Hawkins 1981: (√|z| - 0.822) / 0.349).
 */
export function spreads(z: Float64Array): Float64Array {
  return z.map((value) => (Math.sqrt(Math.abs(value)) - 0.8222) / 0.3491);
}

function clip(value: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, value));
}
