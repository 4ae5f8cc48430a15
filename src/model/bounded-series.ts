import { boundValues, findBounds, stepBounds } from "../core/bounds.ts";
import type { Frame } from "./frame.ts";

/**
 * Bounds point forecasts of the steps of a series from `from` on, as its exports state (see `boundForecast`). A column's value is
 * that of the step, else the last one before it.
 *
 * @param series - the rows that the forecasts are of, or come after
 * @param from - the step of the series that the first forecast is of; the one after its last when left out
 */
export function boundSeries(
  mean: Float64Array,
  series: Pick<Frame, "series">,
  exports: unknown,
  from?: number,
): Float64Array {
  const bounds = findBounds(exports);
  if (bounds === undefined) return mean;
  return boundValues(
    mean,
    stepBounds(bounds, mean.length, (name) => carried(series.series(name), mean.length, from)),
  );
}

function carried(values: Float64Array, length: number, from = values.length): Float64Array {
  const steps = new Float64Array(length);
  let last = Number.NaN;
  for (let i = 0; i < from + length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isNaN(value)) last = value;
    if (i >= from) steps[i - from] = last;
  }
  return steps;
}
