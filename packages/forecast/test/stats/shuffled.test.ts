import { expect, it } from "vitest";
import { random } from "../../src/stats/random.ts";
import { sampleOf, shuffled } from "../../src/stats/shuffled.ts";

it("a shuffle has every order equally often", () => {
  const uniform = random(3);
  const counts = new Map<string, number>();
  const draws = 24_000;
  for (let i = 0; i < draws; i++) {
    const order = shuffled([1, 2, 3, 4], uniform).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  // Chi-squared with 23 degrees of freedom: 49.7 is its quantile 0.999 (any table of the distribution).
  const expected = draws / 24;
  const statistic = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(statistic).toBeLessThan(49.7);
});

it("a shuffle leaves its argument alone, and is the same for the same seed", () => {
  const elements = [5, 6, 7, 8, 9];
  expect(shuffled(elements, random(1))).toEqual(shuffled(elements, random(1)));
  expect(elements).toEqual([5, 6, 7, 8, 9]);
  expect(shuffled([], random(1))).toEqual([]);
});

it("a sample has different numbers, ascending, each equally often", () => {
  const uniform = random(4);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const sample = sampleOf(10, 3, uniform);
    if (i < 100) expect(sample).toEqual([...new Set(sample)].sort((a, b) => a - b));
    for (const number of sample) counts[number]! += 1;
  }
  // 3000 each: 5 standard deviations of a binomial count are 5 √(10,000 × 0.3 × 0.7) = 229.
  for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(229);
  expect(sampleOf(3, 5, uniform)).toEqual([0, 1, 2]);
  expect(() => sampleOf(3, 0.5, uniform)).toThrow("size is 0.5");
});
