import { expect, test } from "vitest";
import { rowRanges } from "../../../src/core/columns/row-range.ts";

test("partitions have the rows between their offsets, in order", () => {
  const batch = { length: 3, columns: {} };
  expect(rowRanges({ batch, offsets: Int32Array.of(0, 2, 2, 3) })).toEqual([
    { batch, start: 0, end: 2 },
    { batch, start: 2, end: 2 },
    { batch, start: 2, end: 3 },
  ]);
  expect(rowRanges({ batch, offsets: Int32Array.of(0) })).toEqual([]);
});
