/** A source of random numbers in [0, 1). */
export type Random = () => number;

/**
 * Returns a small fast generator of uniform random numbers with 128 bits of state (sfc32), reproducible from a 32-bit
 * seed on every platform. Not for cryptography.
 *
 * @param seed - any number; its low 32 bits are used
 * @see Doty-Humphrey, PractRand (sfc32)
 */
export function random(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let d = seed >>> 0;
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** Returns a standard normal random number, by the polar method of Marsaglia & Bray (1964), doi:10.1137/1006063. */
export function normal(uniform: Random): number {
  for (;;) {
    const u = 2 * uniform() - 1;
    const v = 2 * uniform() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
  }
}
