import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkSameKeys,
  decodeKey,
  encodeKey,
  type KeyColumn,
  type KeyType,
  type KeyValue,
} from "../../src/core/partition-key.ts";

const text = fc.string({ unit: "binary" }).filter((s) => s.isWellFormed());
const value: Record<KeyType, fc.Arbitrary<KeyValue>> = {
  string: text,
  integer: fc.oneof(
    fc.maxSafeInteger().map((n) => n + 0),
    fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map((n) => (Number.isSafeInteger(Number(n)) ? Number(n) : n)),
  ),
  double: fc.double({ noNaN: true }).map((n) => (n === 0 ? 0 : n)),
  decimal: fc.tuple(fc.integer(), fc.nat()).map(([a, b]) => `${a}.${b}`),
  boolean: fc.boolean(),
  date: fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31") })
    .map((d) => d.toISOString().slice(0, 10)),
  timestamp: fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31") })
    .map((d) => d.toISOString().replace("T", " ").slice(0, 19)),
};
const types = Object.keys(value) as KeyType[];
const key = fc
  .array(fc.constantFrom(...types), { minLength: 1, maxLength: 4 })
  .chain((kinds) =>
    fc.tuple(fc.constant(kinds), fc.tuple(...kinds.map((kind) => fc.option(value[kind], { nil: null })))),
  );
const columns = (kinds: readonly KeyType[]): KeyColumn[] => kinds.map((type, i) => ({ name: `K${i}`, type }));

describe("encodeKey", () => {
  it("is reversible for every type, composite keys and NULL", () => {
    fc.assert(
      fc.property(key, ([kinds, values]) => {
        const decoded = decodeKey(encodeKey(columns(kinds), values));
        expect(decoded.key).toEqual(values);
        expect(decoded.types).toEqual(kinds.map((kind, i) => (values[i] === null ? null : kind)));
      }),
      { numRuns: 2000 },
    );
  });

  it("is injective: different keys never meet", () => {
    fc.assert(
      fc.property(key, key, ([ka, a], [kb, b]) => {
        const same = a.length === b.length && a.every((v, i) => v === b[i] && (v === null || ka[i] === kb[i]));
        expect(encodeKey(columns(ka), a) === encodeKey(columns(kb), b)).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  it("distinguishes keys that joining or printing would confuse", () => {
    const s: KeyColumn = { name: "A", type: "string" };
    const encoded = [
      encodeKey([s], ["a,s:b"]),
      encodeKey([s, s], ["a", "b"]),
      encodeKey([s], ["100000"]),
      encodeKey([{ name: "A", type: "integer" }], [100000]),
      encodeKey([{ name: "A", type: "double" }], [100000]),
      encodeKey([s], [""]),
      encodeKey([s], [null]),
      encodeKey([s], ["null"]),
    ];
    expect(new Set(encoded).size).toBe(encoded.length);
    expect(encoded).toEqual(["s:a%2cs:b", "s:a,s:b", "s:100000", "i:100000", "f:100000", "s:", "n:", "s:null"]);
  });

  it("refuses a value of another type, naming column and value", () => {
    const integer: KeyColumn[] = [{ name: "SKU", type: "integer" }];
    expect(() => encodeKey(integer, ["7"])).toThrow('partition key "SKU" is "7", which is not a integer');
    expect(() => encodeKey(integer, [1.5])).toThrow("is 1.5");
    expect(() => encodeKey(integer, [1, 2])).toThrow("2 values, expected 1");
    expect(() => encodeKey([{ name: "S", type: "string" }], ["\ud800"])).toThrow("not a string");
  });

  it("refuses texts that it never writes", () => {
    for (const bad of [
      "",
      "x:1",
      "s",
      "i:abc",
      "i:01",
      "i:-0",
      "s:a%zz",
      "s:a%2C",
      "b:yes",
      "n:x",
      "d:today",
      "s:a,",
      "f:1.0",
    ])
      expect(() => decodeKey(bad), bad).toThrow(/partition key/);
  });
});

describe("checkSameKeys", () => {
  it("compares the types of key columns, and names the difference", () => {
    const named = (name: string, kinds: readonly KeyType[]) => ({ name, keyColumns: columns(kinds) });
    const renamed = { name: "T", keyColumns: [{ name: "OTHER", type: "string" as const }] };
    checkSameKeys("conflict", named("A", ["string"]), renamed);
    expect(() => checkSameKeys("conflict", named("run a", ["string"]), named("run b", ["integer"]))).toThrow(
      "run a is partitioned by K0 (string), but run b by K0 (integer); the types must agree",
    );
    expect(() => checkSameKeys("input", named("T", ["string"]), named("M V1", ["string", "date"]))).toThrow(
      expect.objectContaining({ kind: "input" }),
    );
  });
});
