import { expect, test } from "vitest";
import { zip } from "../../src/core/zip.ts";

test("items are paired in their order", () => {
  expect(zip(["a", "b"], [1, null])).toEqual([
    ["a", 1],
    ["b", null],
  ]);
  expect(zip([], [])).toEqual([]);
});

test("lists of different lengths are refused, whichever is longer", () => {
  expect(() => zip([1, 2], [1])).toThrow("2 items cannot be paired with 1");
  expect(() => zip([1], [1, 2])).toThrow("1 items cannot be paired with 2");
});
