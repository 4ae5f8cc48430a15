import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256Of as plain, createHash as plainHash } from "../../src/table-function/sha256.ts";
import { sha256Of } from "../../src/work/sha256.ts";

/** Returns the hash of parts as Node computes it, one after another. */
function expected(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

describe.each([
  { name: "SHA-256 in plain JavaScript", of: plain },
  { name: "SHA-256 of collected parts", of: sha256Of },
  {
    name: "SHA-256 in plain JavaScript by createHash",
    of: (...parts: readonly (string | Uint8Array)[]) =>
      parts.reduce((hash, part) => hash.update(part), plainHash("sha256")).digest("hex"),
  },
])("$name", ({ of }) => {
  it("agrees with Node's", () => {
    const part = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: "binary", maxLength: 100 }));
    fc.assert(fc.property(fc.array(part, { maxLength: 4 }), (parts) => of(...parts) === expected(parts)));
  });
});

it.each([10_000, 30_000])(
  "parts of %i characters have the hash of Node, whether they fit the room or not",
  (length) => {
    const parts = ["head", "€".repeat(length), new Uint8Array(length).fill(7)];
    expect(sha256Of(...parts)).toBe(expected(parts));
  },
);
