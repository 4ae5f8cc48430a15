/** Rounding of values as they are given, relative to the largest: unit noise at a level of 1e9 is far above it. */
const GIVEN = 1e-12;
/** Rounding of differences, relative to the largest: of a line whose level dwarfs its slope they keep few digits. */
const DIFFERENCED = 1e-8;

/**
 * Returns true if a series is constant to rounding: no value differs from the first by more than 1e-12 of the largest
 * absolute value, or 1e-8 if the values are differences. NaN is skipped; a series without two observed values is
 * constant.
 */
export function isConstant(y: Float64Array, differenced = false): boolean {
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
  return spread <= (differenced ? DIFFERENCED : GIVEN) * largest;
}
