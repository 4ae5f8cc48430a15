/**
 * Returns the reason why forecasts are implausibly far from a series, or undefined if they are not: by more than three
 * ranges of the observations, and by more than a range beyond a line half as steep again as any of two steps or more
 * that ends in the last observation.
 *
 * @param values - NaN where missing; at least one is observed
 */
export function whyNotPlausible(values: Float64Array, forecasts: Float64Array): string | undefined {
  const observed = values.filter((value) => !Number.isNaN(value));
  const low = observed.reduce((a, b) => Math.min(a, b));
  const high = observed.reduce((a, b) => Math.max(a, b));
  const range = high - low;
  const last = observed.at(-1) ?? NaN;
  const slopes = observed.slice(0, -2).map((value, t) => Math.abs(last - value) / (observed.length - 1 - t));
  const steepest = slopes.reduce((a, b) => Math.max(a, b), 0);
  const rounding = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  for (const [i, value] of forecasts.entries()) {
    const reach = Math.max(3 * range, range + 1.5 * (i + 1) * steepest) + rounding;
    if (!(value >= low - reach && value <= high + reach))
      return `step ${i + 1} is ${value}, further than ${reach} from observations from ${low} to ${high}`;
  }
  return undefined;
}
