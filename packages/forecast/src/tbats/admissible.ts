import type { System } from "./system.ts";

/**
 * Returns true if old observations do not gain weight in forecasts: no eigenvalue of D = F − g w', the transition less
 * what an error takes back, has a modulus above `limit`. Found by squaring D over and over, which needs no eigenvalue.
 *
 * @param limit - above 1, since a state that nothing changes has a modulus of exactly 1
 * @see De Livera, Hyndman & Snyder (2011), doi:10.1198/jasa.2011.tm09771 (forecastability)
 */
export function isAdmissible({ states: m, trend, damping, cos, sin, gain }: System, limit: number): boolean {
  const squarings = squaringsOf(limit);
  let D = new Float64Array(m * m);
  const base = trend ? 2 : 1;
  D[0] = 1;
  if (trend) D[1] = D[m + 1] = damping;
  for (let j = 0, at = base; at < m; j++, at += 2) {
    D[at * m + at] = D[(at + 1) * m + at + 1] = cos[j]!;
    D[at * m + at + 1] = sin[j]!;
    D[(at + 1) * m + at] = -sin[j]!;
  }
  for (let i = 0; i < m; i++) {
    D[i * m]! -= gain[i]!;
    if (trend) D[i * m + 1]! -= gain[i]! * damping;
    for (let at = base; at < m; at += 2) D[i * m + at]! -= gain[i]!;
  }
  for (let i = 0; i < m * m; i++) D[i]! /= limit;
  let next = new Float64Array(m * m);
  for (let k = 0; k < squarings; k++) {
    next.fill(0);
    let even = 0;
    let odd = 0;
    for (let i = 0; i < m; i++) {
      for (let l = 0; l < m; l++) {
        const value = D[i * m + l]!;
        for (let j = 0; j < m; j++) next[i * m + j]! += value * D[l * m + j]!;
      }
      for (let j = 0; j < m; j += 2) {
        even += next[i * m + j]! ** 2;
        if (j + 1 < m) odd += next[i * m + j + 1]! ** 2;
      }
    }
    const squares = even + odd;
    if (!(squares > 1e-4)) return squares === squares;
    if (squares > 1e80) return false;
    [D, next] = [next, D];
  }
  return true;
}

/** Returns how often to square a matrix until a modulus of 1 has fallen to e⁻¹⁶, if divided by the limit before. */
export function squaringsOf(limit: number): number {
  return Math.ceil(Math.log2(16 / Math.log(limit)));
}
