/** Counts one more of number `n`, and returns how many there were before. `n` is below the number of counts. */
export function count(counts: Uint32Array, n: number): number {
  return counts[n]!++;
}
