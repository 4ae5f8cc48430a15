import { expect, it } from "vitest";
import { watchRealm } from "../../src/work/realm.ts";

it("names changed, added and removed properties, and nothing that was only read or used", async () => {
  const changes = watchRealm();
  expect([typeof fetch, typeof crypto, typeof structuredClone]).toEqual(["function", "object", "function"]);
  // The first request has Node add a global of its own.
  expect(await (await fetch("data:,sales")).text()).toBe("sales");
  expect(changes()).toEqual([]);
  const { sqrt } = Math;
  const { at } = Array.prototype;
  try {
    Math.sqrt = () => 0;
    Reflect.set(globalThis, "remembered", 1);
    Reflect.deleteProperty(Array.prototype, "at");
    expect(changes().toSorted()).toEqual(["Array.prototype.at", "Math.sqrt", "globalThis.remembered"]);
  } finally {
    Math.sqrt = sqrt;
    Reflect.deleteProperty(globalThis, "remembered");
    Object.defineProperty(Array.prototype, "at", { value: at, writable: true, configurable: true, enumerable: false });
  }
  expect(changes()).toEqual([]);
});
