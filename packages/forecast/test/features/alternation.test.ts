import { describe, expect, it } from "vitest";
import { seasonsAlternate } from "../../src/features/alternation.ts";
import { normal, random } from "../../src/index.ts";

const WEEKS = 60;
const shape = [30, 10, 12, 14, 20, 25, 0];

/** Returns days of a shop: a weekly shape, a level for each week, and noise of one standard deviation. */
function shop(level: (week: number) => number, seed: number, weeks = WEEKS): Float64Array {
  const next = random(seed);
  return Float64Array.from({ length: 7 * weeks }, (_, t) => level(Math.floor(t / 7)) + shape[t % 7]! + normal(next));
}

describe("seasonsAlternate", () => {
  it("sees weeks with and without a promotion, also where they change places", () => {
    expect(
      seasonsAlternate(
        shop((week) => (week % 2) * 10, 1),
        7,
      ),
    ).toBe(true);
    expect(
      seasonsAlternate(
        shop((week) => ((week + (week > 30 ? 1 : 0)) % 2) * 10, 2),
        7,
      ),
    ).toBe(true);
  });

  it("takes noise for alternation in about 1 % of series, by the level of its test", () => {
    const periods = Array.from({ length: 400 }, (_, seed) =>
      seasonsAlternate(
        shop(() => 0, 100 + seed),
        7,
      ),
    );
    // Binomial of 400 draws of 1 %: above 13 in one of 10,000.
    expect(periods.filter(Boolean).length).toBeLessThanOrEqual(13);
  });

  it("sees none in a trend, a random walk or a year", () => {
    const next = random(3);
    const walk = Array.from({ length: WEEKS }, () => normal(next)).map((_, i, steps) =>
      steps.slice(0, i).reduce((sum, step) => sum + 5 * step, 0),
    );
    expect(
      seasonsAlternate(
        shop((week) => 3 * week, 4),
        7,
      ),
    ).toBe(false);
    expect(
      seasonsAlternate(
        shop((week) => walk[week]!, 5),
        7,
      ),
    ).toBe(false);
    expect(
      seasonsAlternate(
        shop((week) => 20 * Math.sin((2 * Math.PI * week) / 52), 6),
        7,
      ),
    ).toBe(false);
  });

  it("needs 26 seasons, each with a value", () => {
    const promoted = shop((week) => (week % 2) * 10, 7);
    expect(seasonsAlternate(promoted.subarray(0, 7 * 26), 7)).toBe(true);
    expect(seasonsAlternate(promoted.subarray(0, 7 * 26 - 1), 7)).toBe(false);
    expect(seasonsAlternate(promoted, 1)).toBe(false);
    const holes = promoted.slice();
    holes[12] = NaN;
    expect(seasonsAlternate(holes, 7)).toBe(true);
    holes.fill(NaN, 70, 77);
    expect(seasonsAlternate(holes, 7)).toBe(false);
  });
});
