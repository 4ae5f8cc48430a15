import { expect, test } from "vitest";
import { zip } from "../../src/core/aligned.ts";

test("elements are paired in their order", () => {
  expect([...zip(["a", "b"], [1, null])]).toEqual([
    ["a", 1],
    ["b", null],
  ]);
  expect([...zip([], new Float64Array())]).toEqual([]);
});

test("sequences of different lengths are refused, whichever is longer", () => {
  expect(() => [...zip([1, 2], [1])]).toThrow("the second of two aligned sequences is shorter");
  expect(() => [...zip([1], [1, 2])]).toThrow("the first of two aligned sequences is shorter");
});
