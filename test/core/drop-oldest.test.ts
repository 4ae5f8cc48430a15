import { expect, test } from "vitest";
import { dropOldest } from "../../src/core/drop-oldest.ts";

test("the entries that were set first go, until the others have room", () => {
  const map = new Map([1, 2, 3, 4].map((key) => [key, key]));
  map.delete(1);
  map.set(1, 1);
  dropOldest(map, 4);
  expect([...map.keys()]).toEqual([2, 3, 4, 1]);
  dropOldest(map, 2);
  expect([...map.keys()]).toEqual([4, 1]);
  dropOldest(map, 0);
  expect(map.size).toBe(0);
});
