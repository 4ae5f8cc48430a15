/**
 * Returns true if all roots of Σ c_k z^k (leading coefficient last) lie in |z| < radius, by the Schur–Cohn recursion.
 */
export function rootsWithin(c: Float64Array, radius: number): boolean {
  const p = c.map((value, k) => value * radius ** k);
  for (let degree = p.length - 1; degree >= 1; degree--) {
    const lead = p[degree]!;
    const reflection = p[0]! / lead;
    if (!(Math.abs(reflection) < 1)) return false;
    for (let k = 0, l = degree; k <= l; k++, l--) {
      const a = p[k]!;
      const b = p[l]!;
      p[k] = a - reflection * b;
      p[l] = b - reflection * a;
    }
    p.copyWithin(0, 1, degree + 1);
  }
  return true;
}
