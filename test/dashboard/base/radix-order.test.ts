import fc from "fast-check";
import { expect, it } from "vitest";
import { radixOrder } from "../../../src/dashboard/base/radix-order.ts";

it("orders any numbers as a stable comparison sort does, those that are not available last", () => {
  const few = fc.constantFrom(0, -0, 1, 1 + 2 ** -40, -1, 5e-324, Infinity, -Infinity, NaN);
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.double(), few), { maxLength: 200 }), (numbers) => {
      const values = Float64Array.from(numbers);
      const expected = numbers
        .map((_, i) => i)
        .sort((a, b) => {
          const [x, y] = [values[a]!, values[b]!];
          if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
          return x < y ? -1 : x > y ? 1 : a - b;
        });
      expect(Array.from(radixOrder(values), (i) => values[i])).toEqual(expected.map((i) => values[i]));
    }),
  );
});
