import { describe, expect, it } from "vitest";
import { encodeKeyIndex, findKey } from "../../src/core/key-index.ts";

describe("an index of keys", () => {
  it("finds every key where it is, and others nearly nowhere", () => {
    const keys = (chunk: number) => Array.from({ length: 3000 }, (_, i) => `s:SKU${chunk}-${i},i:${i * 7}`);
    const chunks = [9, 2, 40].map((chunk) => ({ chunk, keys: keys(chunk) }));
    const bytes = encodeKeyIndex(chunks);
    expect(bytes.length).toBeLessThan(9000 * 17 + 100);
    for (const { chunk, keys } of chunks)
      for (const [row, key] of keys.entries()) expect(findKey(bytes, key)).toContainEqual({ chunk, row });
    const strangers = Array.from({ length: 3000 }, (_, i) => findKey(bytes, `s:other${i}`)!.length);
    expect(strangers.reduce((a, b) => a + b, 0)).toBeLessThan(5);
  });

  it("may be empty or lie anywhere in memory, and differs from other bytes", () => {
    expect(findKey(encodeKeyIndex([]), "s:a")).toEqual([]);
    const bytes = encodeKeyIndex([{ chunk: 1, keys: ["s:a"] }]);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(findKey(shifted.subarray(1), "s:a")).toEqual([{ chunk: 1, row: 0 }]);
    expect(findKey(bytes.subarray(0, -4), "s:a")).toBeUndefined();
    expect(findKey(new Uint8Array(40), "s:a")).toBeUndefined();
    expect(findKey(new Uint8Array(0), "s:a")).toBeUndefined();
  });
});
