/** From this ratio of level to range on, squares of the level would take more than 20 of the 53 bits from the variation. */
const DWARFING = 1024;

/**
 * Returns an observed value, if the level is so far above the variation that sums of squares about zero would lose it,
 * or else 0. Less that value, the series is exact: no two of its values differ by a factor of 2.
 */
export function dwarfingLevel(y: Float64Array): number {
  let [least, most] = [Infinity, -Infinity];
  for (const value of y) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return Math.min(Math.abs(least), Math.abs(most)) > DWARFING * (most - least) ? least : 0;
}
