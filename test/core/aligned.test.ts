import { expect, test } from "vitest";
import { at, zip } from "../../src/core/aligned.ts";

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

test("an element is found from either end, null and NaN as well, and beyond them there is none", () => {
  expect([at(["a", null], 1), at(["a", "b"], -1), at(Float64Array.of(NaN), 0)]).toEqual([null, "b", NaN]);
  expect(() => at(["a"], 1)).toThrow("no element 1 among 1");
  expect(() => at([], -1)).toThrow("no element -1 among 0");
});
