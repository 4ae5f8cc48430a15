/**
 * Returns the sample quantile of ascending values, linear between order statistics (type 7 of Hyndman & Fan 1996,
 * doi:10.1080/00031305.1996.10473566). NaN without any value.
 *
 * @param sorted - ascending, without NaN
 * @param p - from 0 to 1
 */
export function sampleQuantile(sorted: Float64Array, p: number): number {
  if (sorted.length === 0) return NaN;
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}
