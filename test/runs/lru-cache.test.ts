import { expect, it } from "vitest";
import { LruCache } from "../../src/runs/lru-cache.ts";

it("the cache keeps the most recently used values, as many as fit", () => {
  const cache = new LruCache<string>(10);
  cache.set("a", "A", 4);
  cache.set("b", "B", 4);
  expect(cache.get("a")).toBe("A");
  cache.set("c", "C", 4);
  expect([cache.get("a"), cache.get("b"), cache.get("c"), cache.weight]).toEqual(["A", undefined, "C", 8]);
  cache.set("c", "D", 6);
  expect([cache.get("a"), cache.get("c"), cache.weight]).toEqual(["A", "D", 10]);
  cache.set("e", "E", 11);
  expect([cache.get("e"), cache.get("a"), cache.weight]).toEqual([undefined, "A", 10]);
});
