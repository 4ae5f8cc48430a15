/**
 * Adjusts p-values by Benjamini & Hochberg's step-up procedure. If you reject the tests with an adjusted value at or
 * below q, the expected share of false rejections is at most q. This holds for independent and for positively dependent
 * tests.
 *
 * @param p - p-values in [0, 1]; NaN means not tested and stays NaN
 * @see Benjamini & Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x
 */
export function benjaminiHochberg(p: Float64Array): Float64Array {
  const order = Array.from(p.keys()).filter((i) => !Number.isNaN(p[i]!));
  order.sort((a, b) => p[b]! - p[a]!);
  const adjusted = new Float64Array(p.length).fill(NaN);
  let smallest = 1;
  for (const [rank, i] of order.entries()) {
    smallest = Math.min(smallest, (p[i]! * order.length) / (order.length - rank));
    adjusted[i] = smallest;
  }
  return adjusted;
}
