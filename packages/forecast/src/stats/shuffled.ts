import { checkInteger } from "../model/options.ts";
import type { Random } from "./random.ts";

/**
 * Returns a random permutation: the same elements, each order equally likely. The first n elements are a random sample.
 *
 * @param uniform - called once for each element but the first
 * @see Durstenfeld (1964), doi:10.1145/364520.364540 (the shuffle of Fisher and Yates)
 */
export function shuffled<T>(elements: readonly T[], uniform: Random): T[] {
  const order = [...elements];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/**
 * Returns a simple random sample without replacement: `size` of the numbers 0 to `count` - 1, ascending; all of them if
 * there are no more.
 *
 * @param uniform - called once for each number of the sample, and not at all if all numbers are returned
 * @throws {RangeError} if `count` or `size` is not a whole number of at least 0
 * @see Bentley & Floyd (1987), doi:10.1145/30401.315746
 */
export function sampleOf(count: number, size: number, uniform: Random): number[] {
  checkInteger("count", count, 0);
  checkInteger("size", size, 0);
  if (size >= count) return Array.from({ length: count }, (_, i) => i);
  const draws = new Set<number>();
  for (let last = count - size; last < count; last++) {
    const draw = Math.floor(uniform() * (last + 1));
    draws.add(draws.has(draw) ? last : draw);
  }
  return [...draws].sort((a, b) => a - b);
}
