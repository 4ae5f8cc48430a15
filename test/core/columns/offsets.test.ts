import { expect, test } from "vitest";
import { offsetsOf } from "../../../src/core/columns/offsets.ts";

test("each group begins where the one before ends", () => {
  expect([...offsetsOf([2, 0, 3])]).toEqual([0, 2, 2, 5]);
  expect([...offsetsOf([])]).toEqual([0]);
});
