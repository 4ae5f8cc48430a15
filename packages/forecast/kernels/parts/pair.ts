/** Returns two values that are not beside each other. */
export function pair(low: usize, high: usize): v128 {
  return v128.load64_lane(high, v128.load64_zero(low), 1);
}
