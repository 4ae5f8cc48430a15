import { normal, random } from "../src/stats/random.ts";

/** Returns values of a wandering level, a season and noise. */
export function wanderingSeries(seed: number, n: number, period: number): Float64Array {
  const source = random(seed);
  const season = Array.from({ length: period }, () => 10 * normal(source));
  let level = 100;
  return Float64Array.from({ length: n }, (_, t) => {
    level += normal(source);
    return level + season[t % period]! + 5 * normal(source);
  });
}
