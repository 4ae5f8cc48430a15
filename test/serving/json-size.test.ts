import fc from "fast-check";
import { expect, it } from "vitest";
import { jsonSize } from "../../src/serving/json-size.ts";

const ALL = { values: Number.POSITIVE_INFINITY, depth: Number.POSITIVE_INFINITY };

/** Returns the size of a value that the language's own parser made. */
function sizeOf(json: unknown): { values: number; depth: number } {
  if (typeof json !== "object" || json === null) return { values: 1, depth: 0 };
  const inner = Object.values(json).map(sizeOf);
  return {
    values: 1 + inner.reduce((sum, { values }) => sum + values, 0),
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
  };
}

it("is that of the parsed value, for any strings and blanks", () => {
  const json = fc.jsonValue({ maxDepth: 5, stringUnit: "binary" });
  fc.assert(
    fc.property(json, fc.constantFrom("", " ", "\t", "\r\n"), (value, blank) => {
      expect(jsonSize(JSON.stringify(value, null, blank), ALL)).toEqual(sizeOf(value));
    }),
    { numRuns: 500 },
  );
});

it("is that of the parsed value for brackets, commas and quotes in strings", () => {
  for (const text of ['"[{,\\"]"', '["\\\\",1]', '{"a\\\\\\"[":[]}', "[ ]", "[[],{ },[ 1 ]]", '{"":{"":""}}'])
    expect(jsonSize(text, ALL), text).toEqual(sizeOf(JSON.parse(text)));
});

it("is measured no further than to where it exceeds the limit, and for text that is not JSON", () => {
  expect(jsonSize(`[${"{},".repeat(1000)}{}]`, { values: 10, depth: 8 }).values).toBe(11);
  expect(jsonSize("[".repeat(1_000_000), { values: 1e9, depth: 8 }).depth).toBe(9);
  for (const text of ["", '"', '"\\', "]]]]", ",,,"]) expect(jsonSize(text, ALL).depth).toBe(0);
});
