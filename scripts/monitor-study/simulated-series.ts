/** The faults of a series. Sizes are in standard deviations of its own noise. */
export const BREAKS = [
  "level up by 3",
  "level down by 1.5",
  "trend of 0.1 a day",
  "noise times 3",
  "other days of the week",
  "goes to zero",
  "no data any more",
] as const;
export type BreakKind = (typeof BREAKS)[number];

/**
 * Returns a daily series with a week and a year in it, whose level wanders or not, with noise that may have heavy
 * tails and is now and then far off; from day `at` on it is broken in one way, or not.
 *
 * @param gaussian - standard normal random numbers
 * @param uniform - random numbers in [0, 1)
 */
export function simulate(
  gaussian: () => number,
  uniform: () => number,
  length: number,
  kind: BreakKind | null,
  at: number,
): Float64Array {
  const level = 50 + 100 * uniform();
  const sigma = level * (0.05 + 0.15 * uniform());
  const week = Array.from({ length: 7 }, () => sigma * 1.5 * gaussian());
  const yearly = sigma * 2 * uniform();
  const phase = 2 * Math.PI * uniform();
  const wander = uniform() < 0.5 ? 0 : sigma * 0.1 * uniform();
  const heavy = uniform() < 0.3;
  const slope = uniform() < 0.3 ? (sigma * gaussian()) / 365 : 0;
  const series = new Float64Array(length);
  let drift = 0;
  for (let t = 0; t < length; t++) {
    drift += wander * gaussian() + slope;
    // Student's t with 5 degrees of freedom has a standard deviation of 1.291.
    let noise = gaussian();
    if (heavy) {
      let squares = 0;
      for (let i = 0; i < 5; i++) squares += gaussian() ** 2;
      noise /= Math.sqrt(squares / 5) * 1.291;
    }
    if (uniform() < 0.005) noise *= 6;
    const broken = kind !== null && t >= at;
    const day = broken && kind === "other days of the week" ? (t + 3) % 7 : t % 7;
    if (broken && kind === "noise times 3") noise *= 3;
    let y = level + drift + week[day]! + yearly * Math.sin((2 * Math.PI * t) / 365.25 + phase) + sigma * noise;
    if (broken && kind === "level up by 3") y += 3 * sigma;
    if (broken && kind === "level down by 1.5") y -= 1.5 * sigma;
    if (broken && kind === "trend of 0.1 a day") y += 0.1 * sigma * (t - at);
    if (broken && kind === "goes to zero") y = 0;
    series[t] = broken && kind === "no data any more" ? NaN : y;
  }
  return series;
}
