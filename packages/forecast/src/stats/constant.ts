/**
 * Whether a series is constant to rounding: no value differs from the first by more than 1e-8 of the largest absolute
 * value. NaN is skipped; a series without two observed values is constant.
 */
export function isConstant(y: Float64Array): boolean {
  let first = NaN;
  let largest = 0;
  let spread = 0;
  for (let t = 0; t < y.length; t++) {
    const value = y[t]!;
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(first)) first = value;
    largest = Math.max(largest, Math.abs(value));
    spread = Math.max(spread, Math.abs(value - first));
  }
  return spread <= 1e-8 * largest;
}
