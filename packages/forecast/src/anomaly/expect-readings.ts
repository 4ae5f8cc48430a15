import { arraysOf, checkForecastOptions, type Forecast, type ForecastOptions } from "../model/prediction.ts";
import { tailQuantile } from "./error-tails.ts";
import type { ReadingsDetector } from "./readings-detector.ts";
import { seasonOf } from "./robust-harmonics.ts";

/**
 * Returns the readings that a detector expects in the next `h` steps, with intervals by the tails of its errors, which
 * widen as the variance of the noise grows with the steps.
 *
 * @throws {RangeError} if an option is out of range
 */
export function expectReadings(detector: ReadingsDetector, options: ForecastOptions): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const { noise, tails, resolution, state } = detector;
  const season = seasonOf(detector.waves);
  const mean = new Float64Array(h);
  const roots = new Float64Array(h);
  let [ahead, variance] = [state.mean, state.variance];
  for (let step = 0; step < h; step++) {
    mean[step] = season(state.time + step) + state.offset + ahead;
    roots[step] = Math.sqrt(variance + 1 - noise.drive);
    ahead *= noise.phi;
    variance = noise.phi * noise.phi * variance + noise.drive;
  }
  const [lower, upper] = [arraysOf(levels.length, h), arraysOf(levels.length, h)];
  levels.forEach((level, l) => {
    const [below = 0, above = 0] = tails.map((tail) =>
      level === 0 ? 0 : Math.max(resolution, tailQuantile(tail, (1 - level / 100) / 2)),
    );
    for (let step = 0; step < h; step++) {
      lower[l]![step] = mean[step]! - below * roots[step]!;
      upper[l]![step] = mean[step]! + above * roots[step]!;
    }
  });
  return { mean, levels, lower, upper };
}
