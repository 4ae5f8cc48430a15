import { checkForecastOptions, type Forecast } from "../model/prediction.ts";
import { predictBoosted } from "../trees/boosted-trees.ts";
import { GlobalRows } from "./global-rows.ts";
import type { GlobalSeries } from "./origin.ts";
import { ERROR_PROBABILITIES, type GlobalModel } from "./train-global.ts";

/**
 * Forecasts a series by a global model, from the series' last values (see `memoryOf`) and the features known ahead. The
 * model need not have been trained on the series. Steps beyond the model's horizon use the last known values of the
 * same phase, and the errors of the horizon's last step. Bounds are quantiles of the errors of all series, times the
 * scale of this series.
 *
 * @param series - its last values, and the columns `model.known` at these values and at the steps ahead
 * @param options - `h`: steps; `levels`: coverage in percent, ascending
 * @throws {RangeError} if fewer than 2 values are known, the series has no scale, or an option is not allowed
 */
export function forecastGlobal(
  model: GlobalModel,
  series: GlobalSeries,
  options: { readonly h: number; readonly levels?: readonly number[] },
): Forecast {
  const { h, levels } = checkForecastOptions(options);
  const rows = new GlobalRows(model);
  rows.add(
    series,
    series.y.length,
    Array.from({ length: h }, (_, j) => j + 1),
  );
  const { columns, level, scale } = rows;
  if (Number.isNaN(level[0] ?? 0))
    throw new RangeError("the series has fewer than 2 known values, or they do not vary; give more values");
  const z = predictBoosted(model.trees, columns);
  const mean = z.map((value, j) => level[j]! + scale[j]! * value);
  const quantile = (p: number) =>
    mean.map((value, j) => {
      const errors = model.errors[Math.min(j, model.errors.length - 1)] ?? [];
      return value + scale[j]! * interpolate(errors, p);
    });
  const bounds = (side: -1 | 1) => levels.map((level) => quantile(0.5 + (side * level) / 200));
  return { mean, levels, lower: bounds(-1), upper: bounds(1) };
}

/** Returns the quantile at a probability between those that are known; beyond the outermost, that one. */
function interpolate(errors: readonly number[], p: number): number {
  const next = ERROR_PROBABILITIES.findIndex((usable) => usable >= p);
  if (next === 0) return errors[0] ?? NaN;
  if (next < 0) return errors.at(-1) ?? NaN;
  const [low, high] = [ERROR_PROBABILITIES[next - 1]!, ERROR_PROBABILITIES[next]!];
  const share = (p - low) / (high - low);
  return (1 - share) * (errors[next - 1] ?? NaN) + share * (errors[next] ?? NaN);
}
