import { describe, expect, it } from "vitest";
import type { KeyColumn } from "../../src/core/partition-key.ts";
import { keyAsJson, keyOfJson } from "../../src/serving/key-json.ts";

const TEXT: KeyColumn[] = [{ name: "A", type: "string" }];
const WHOLE: KeyColumn[] = [{ name: "N", type: "integer" }];
const BOTH: KeyColumn[] = [...WHOLE, { name: "D", type: "date" }];

describe("a key as JSON", () => {
  it.each([
    [TEXT, "a", ["a"]],
    [TEXT, ["a"], ["a"]],
    [TEXT, { A: "a" }, ["a"]],
    [TEXT, null, [null]],
    [WHOLE, 7, [7]],
    [WHOLE, "9007199254740993", [9007199254740993n]],
    [BOTH, [7, "2026-01-02"], [7, "2026-01-02"]],
    [BOTH, { D: "2026-01-02", N: null }, [null, "2026-01-02"]],
    [[{ name: "X", type: "double" }], 0.5, [0.5]],
    [[{ name: "X", type: "boolean" }], true, [true]],
    [[{ name: "X", type: "decimal" }], "1.50", ["1.50"]],
  ] as const)("%j is read from %j", (columns, json, key) => {
    expect(keyOfJson(columns, json, "keys[0]")).toEqual(key);
  });

  it.each([
    [TEXT, 7, "keys[2]: A is 7, which is not a string"],
    [WHOLE, "7", 'keys[2]: N is "7", which is not a integer'],
    [WHOLE, 1.5, "keys[2]: N is 1.5, which is not a integer"],
    [WHOLE, "1e400", "which is not a integer"],
    [BOTH, 7, "keys[2] is 7; a key of this model is N (integer), D (date)"],
    [BOTH, [7], "a key of this model is"],
    [BOTH, { N: 7 }, "a key of this model is"],
    [BOTH, { N: 7, d: "2026-01-02" }, "a key of this model is"],
    [BOTH, [7, "02.01.2026"], 'D is "02.01.2026", which is not a date'],
    [TEXT, { toString: "a" }, "a key of this model is"],
    [TEXT, "\ud800", "which is not a string"],
  ] as const)("%j refuses %j", (columns, json, message) => {
    expect(() => keyOfJson(columns, json as never, "keys[2]")).toThrow(message);
  });

  it("is answered by its columns' names", () => {
    expect(keyAsJson(BOTH, [9007199254740993n, null])).toEqual({ N: "9007199254740993", D: null });
  });
});
