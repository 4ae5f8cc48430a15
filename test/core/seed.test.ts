import { describe, expect, it } from "vitest";
import { partitionSeed } from "../../src/core/seed.ts";

describe("partitionSeed", () => {
  // Expected values from an independent implementation: mmh3 5 (Python) over the key in UTF-16LE.
  it("is a fixed function of run seed and key: changing it would change every seeded forecast", () => {
    expect([
      partitionSeed(1, "s:SKU00000"),
      partitionSeed(2, "s:SKU00000"),
      partitionSeed(1, ""),
      partitionSeed(1, "s:é😀"),
    ]).toEqual([4094408430, 1422768260, 1364076727, 4263966113]);
  });

  it("spreads neighbouring keys over all 32 bits without collisions to speak of", () => {
    const seeds = Array.from({ length: 100_000 }, (_, i) => partitionSeed(1, `s:SKU${i}`));
    expect(new Set(seeds).size).toBeGreaterThan(99_990);
    for (let bit = 0; bit < 32; bit++) {
      const share = seeds.filter((seed) => (seed >>> bit) & 1).length / seeds.length;
      expect(Math.abs(share - 0.5)).toBeLessThan(0.01);
    }
  });
});
