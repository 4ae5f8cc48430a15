import { describe, expect, it } from "vitest";
import { averageRunLength, cusum, normal, random } from "../../src/index.ts";
import { highest } from "../../src/monitoring/cusum.ts";

/** Returns mean and standard error of the run lengths of simulated CUSUMs. */
function simulated(reference: number, decision: number, shift: number, runs: number) {
  const uniform = random(20_261_124);
  let [sum, squares] = [0, 0];
  for (let run = 0; run < runs; run++) {
    let [up, down, length] = [0, 0, 0];
    while (up <= decision && down <= decision) {
      const z = normal(uniform) + shift;
      up = Math.max(0, up + z - reference);
      down = Math.max(0, down - z - reference);
      length++;
    }
    sum += length;
    squares += length * length;
  }
  const mean = sum / runs;
  return { mean, error: Math.sqrt((squares / runs - mean * mean) / runs) };
}

describe("cusum", () => {
  it("sums as by hand", () => {
    const { up, down } = cusum([1, 2, -1, NaN, 0.5, -3, -2], 0.5);
    expect([...up]).toEqual([0.5, 2, 0.5, 0.5, 0.5, 0, 0]);
    expect([...down]).toEqual([0, 0, 0.5, 0.5, 0, 2.5, 4]);
    expect(highest(up)).toEqual({ value: 2, start: 0 });
    expect(highest(down, 4)).toEqual({ value: 4, start: 5 });
    expect(highest(up, 5)).toEqual({ value: 0, start: -1 });
    expect(() => cusum([1], -1)).toThrow("reference is -1");
  });
  // Published average run lengths of the two-sided tabular CUSUM with k = 0.5 (Montgomery, Introduction to Statistical
  // Quality Control, table 9.3), to three digits, as are the tolerances.
  const published: [decision: number, shift: number, length: number][] = [
    [4, 0, 168],
    [4, 0.5, 26.6],
    [4, 1, 8.38],
    [4, 2, 3.34],
    [5, 0, 465],
    [5, 0.5, 38.0],
    [5, 1, 10.4],
    [5, 2, 4.01],
  ];
  for (const [decision, shift, length] of published)
    it(`runs for ${length} values until it exceeds ${decision} at a shift of ${shift}`, () => {
      expect(Math.abs(averageRunLength(0.5, decision, shift) / length - 1)).toBeLessThan(0.005);
    });
  for (const [decision, shift] of [
    [4, 0],
    [4, 1],
    [5, 1],
  ] as const)
    it(`runs as long as computed in simulations, until ${decision} at a shift of ${shift}`, () => {
      const { mean, error } = simulated(0.5, decision, shift, 4000);
      expect(Math.abs(mean - averageRunLength(0.5, decision, shift))).toBeLessThan(4 * error);
    });
  it("has one side twice as seldom wrong", () => {
    expect(averageRunLength(0.5, 5, 0, 1)).toBeCloseTo(2 * averageRunLength(0.5, 5), 6);
    expect(() => averageRunLength(0.5, 0)).toThrow("above 0");
  });
});
