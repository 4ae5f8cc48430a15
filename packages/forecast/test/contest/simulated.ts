import { normal, random } from "../../src/index.ts";

/** Returns a level of 100, a season of 4 and normal noise of standard deviation 5, seeded. */
export function simulated(seed: number, n: number): Float64Array {
  const uniform = random(seed);
  return Float64Array.from({ length: n }, (_, t) => 100 + 10 * Math.sin((t * Math.PI) / 2) + 5 * normal(uniform));
}

/** Returns demand of 5 or so in about one step of four, else 0; seeded. */
export function intermittent(seed: number, n: number): Float64Array {
  const uniform = random(seed);
  return Float64Array.from({ length: n }, () => (uniform() < 0.25 ? 4 + Math.floor(3 * uniform()) : 0));
}
