import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ColumnBatch } from "../../src/core/columns/column.ts";
import { dataHash } from "../../src/work/train-partition.ts";

/** Returns the bytes of the hash as it was first written: texts as JSON, numbers as they lie in memory. */
function expected(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

describe("dataHash", () => {
  const numbers = new Float64Array(new ArrayBuffer(64), 16, 6).map((_, i) => i / 3);
  const batch: ColumnBatch = {
    length: 6,
    columns: {
      KEY: { type: "string", values: ["a", "a", "b", 'q"é', null, null] },
      ID: { type: "integer", values: [7n, 7n, 7n, 7n, 8n, null] },
      Y: { type: "number", values: numbers },
      FLAG: { type: "boolean", values: Uint8Array.of(0, 1, 2, 0, 1, 2) },
    },
  };
  const bytes = (start: number, end: number) => new Uint8Array(numbers.slice(start, end).buffer);

  it.each([
    { start: 0, end: 2, key: '["a","a"]', id: '["7","7"]' },
    { start: 1, end: 5, key: '["a","b","q\\"é","null"]', id: '["7","7","7","8"]' },
    { start: 4, end: 6, key: '["null","null"]', id: '["8","null"]' },
    { start: 3, end: 3, key: "[]", id: "[]" },
  ])("rows $start to $end", ({ start, end, key, id }) => {
    const parts = ["KEY\0string\0", key, "ID\0integer\0", id, "Y\0number\0", bytes(start, end), "FLAG\0boolean\0"];
    expect(dataHash(batch, start, end)).toBe(expected([...parts, Uint8Array.of(0, 1, 2, 0, 1, 2).slice(start, end)]));
  });
});
