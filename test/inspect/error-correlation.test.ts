import { expect, it } from "vitest";
import { ErrorSums } from "../../src/inspect/error-correlation.ts";

const times = Array.from({ length: 12 }, (_, i) => i);
const a = Float64Array.of(1, -2, 3, 0, 1, -1, 2, -3, 1, 0, 2, -1);
const b = a.map((value, i) => 10 * (value + (i % 2 === 0 ? 1 : -1)));
const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? NaN), 0);

it("makes the mean square of a sum of errors that of its parts and their correlation", () => {
  const sums = new ErrorSums();
  const c = a.map((_, i) => (i % 3) - 1);
  for (const errors of [a, b, c]) sums.add(0, times, errors);
  const whole = a.map((value, i) => value + (b[i] ?? NaN) + (c[i] ?? NaN));
  const deviations = [a, b, c].map((one) => Math.sqrt(dot(one, one) / 12));
  const squares = deviations.reduce((sum, one) => sum + one * one, 0);
  const sum = deviations.reduce((total, one) => total + one, 0);
  const correlation = sums.of(0) ?? NaN;
  expect((1 - correlation) * squares + correlation * sum ** 2).toBeCloseTo(dot(whole, whole) / 12, 10);
});

it("is 1 for errors that differ in size alone, the cosine of two others, and never below 0", () => {
  const sums = new ErrorSums();
  sums.add(0, times, a);
  sums.add(
    0,
    times,
    a.map((value) => 7 * value),
  );
  expect(sums.of(0)).toBeCloseTo(1, 12);
  const others = new ErrorSums();
  others.add(1, times, a);
  others.add(1, times, b);
  expect(others.of(1)).toBeCloseTo(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)), 12);
  const opposite = new ErrorSums();
  opposite.add(2, times, a);
  opposite.add(
    2,
    times,
    a.map((value) => -value),
  );
  expect(opposite.of(2)).toBe(0);
});

it("takes the correlation of all groups where a group has too few errors, and knows none where all have", () => {
  const sums = new ErrorSums();
  sums.add(0, times, a);
  sums.add(0, times, b);
  // Later times meet no other error of their group, missing errors count for nothing.
  sums.add(
    1,
    times.map((time) => time + 100),
    a,
  );
  sums.add(1, times, a.slice().fill(NaN));
  expect(sums.of(1)).toBe(sums.of(0));
  expect(sums.of(undefined)).toBe(sums.of(0));
  const few = new ErrorSums();
  few.add(0, [0, 1], Float64Array.of(1, 2));
  few.add(0, [0, 1], Float64Array.of(1, 2));
  expect(few.of(0)).toBeNull();
});
