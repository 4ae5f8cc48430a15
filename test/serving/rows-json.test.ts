import { describe, expect, it } from "vitest";
import { rowsOfJson } from "../../src/serving/rows-json.ts";

const COLUMNS = [
  { name: "SKU", type: "string" },
  { name: "PROMO", type: "integer" },
] as const;

describe("rows of a request", () => {
  it("have columns in any case, as the source and configuration do", () => {
    const { columns } = rowsOfJson(COLUMNS, [{ sku: "A", Promo: 1 }, { SKU: "B" }], "rows[0]");
    expect(columns).toEqual({
      SKU: { type: "string", values: ["A", "B"] },
      PROMO: { type: "number", values: Float64Array.of(1, Number.NaN) },
    });
  });
  it("are refused with a column that the model does not have, or one twice", () => {
    expect(() => rowsOfJson(COLUMNS, [{ price: 1 }], "rows[0]")).toThrow(
      'rows[0][0] has a column "price"; the model was trained on SKU, PROMO',
    );
    expect(() => rowsOfJson(COLUMNS, [{ SKU: "A", sku: "B" }], "rows[0]")).toThrow(
      'rows[0][0] has the column SKU twice, as "sku" too',
    );
  });
});
