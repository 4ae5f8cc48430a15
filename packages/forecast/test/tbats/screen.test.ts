import { describe, expect, it } from "vitest";
import { contest, suitableMethods } from "../../src/index.ts";
import { normal, random } from "../../src/stats/random.ts";
import { mayHaveHarmonics } from "../../src/tbats/screen.ts";

const seasonal = (n: number, amplitude: number, seed: number) => {
  const uniform = random(seed);
  let level = 50;
  return Float64Array.from({ length: n }, (_, t) => {
    level += normal(uniform) / 2;
    return level + amplitude * Math.sin((2 * Math.PI * t) / 7) + normal(uniform);
  });
};

describe("mayHaveHarmonics", () => {
  it("finds a season, and passes few series without one", () => {
    expect(mayHaveHarmonics(seasonal(200, 3, 1), 7)).toBe(true);
    const passed = Array.from({ length: 40 }, (_, i) => mayHaveHarmonics(seasonal(200, 0, i + 2), 7));
    expect(passed.filter(Boolean).length).toBeLessThan(12);
  });
  it("spares short series, constant ones, and those with no period", () => {
    expect(mayHaveHarmonics(seasonal(59, 3, 1), 7)).toBe(false);
    expect(mayHaveHarmonics(seasonal(200, 3, 1), 100)).toBe(false);
    expect(mayHaveHarmonics(seasonal(200, 3, 1), 1)).toBe(false);
    expect(mayHaveHarmonics(new Float64Array(200).fill(3), 7)).toBe(false);
  });
  it("does without missing values", () => {
    const y = seasonal(200, 3, 1).map((value, t) => (t % 9 === 4 ? NaN : value));
    expect(mayHaveHarmonics(y, 7)).toBe(true);
    expect(mayHaveHarmonics(y.fill(NaN, 20), 7)).toBe(false);
  });
  it("lets tbats into a contest", () => {
    const y = seasonal(120, 6, 3);
    expect(suitableMethods(y, 7)).toContain("tbats");
    expect(suitableMethods(y)).not.toContain("tbats");
    const { ranking } = contest(y, { period: 7, windows: 1 });
    expect(ranking.map(({ name }) => name)).toContain("tbats");
  });
});
