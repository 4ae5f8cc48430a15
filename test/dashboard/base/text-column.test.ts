import fc from "fast-check";
import { expect, it } from "vitest";
import { joinTexts, markContaining, TextColumnBuilder, textAt } from "../../../src/dashboard/base/text-column.ts";

const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 8 }), { maxLength: 60 });

function column(from: readonly string[]) {
  const builder = new TextColumnBuilder(from.length);
  for (const text of from) builder.push(text);
  return builder.build();
}

it("holds any texts", () => {
  fc.assert(
    fc.property(texts, (some) => {
      const packed = column(some);
      expect(some.map((_, i) => textAt(packed, i))).toEqual(some.map((text) => text.toWellFormed()));
    }),
  );
});

it("finds the same as String.includes", () => {
  fc.assert(
    fc.property(texts, fc.string({ maxLength: 3 }), (some, expected) => {
      const mask = new Uint8Array(some.length).fill(1);
      markContaining(column(some), expected, mask);
      expect([...mask]).toEqual(some.map((text) => Number(text.includes(expected))));
    }),
  );
});

it("joins equal texts", () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const unique = [...new Set(b)];
      expect([...joinTexts(column(a), column(unique))]).toEqual(a.map((text) => unique.indexOf(text)));
    }),
  );
});
