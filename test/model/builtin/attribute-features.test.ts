import { describe, expect, it } from "vitest";
import { attributeFeatures, attributesOf, commonAttributes } from "../../../src/model/builtin/attribute-features.ts";
import { frame } from "../../../src/model/frame.ts";

const data = frame({
  length: 3,
  columns: {
    CATEGORY: { type: "string", values: ["old", "new", null] },
    SIZE: { type: "number", values: Float64Array.of(1, 2, NaN) },
    LOCAL: { type: "boolean", values: Uint8Array.of(0, 1, 2) },
    NOTHING: { type: "string", values: [null, null, null] },
  },
});

describe("attributes", () => {
  it("are the newest values of a partition, ignoring case of column names", () => {
    expect(attributesOf(data, ["category", "SIZE", "LOCAL", "NOTHING"])).toEqual({
      category: "new",
      SIZE: 2,
      LOCAL: 1,
    });
    expect(() => attributesOf(data, ["BRAND"])).toThrow('no column "BRAND" in the data; it has CATEGORY');
  });

  it("are features: numbers, and the categories that several partitions have, the most frequent first", () => {
    expect(attributeFeatures({ CATEGORY: "A", SIZE: 3 })).toEqual({ "CATEGORY=A": 1, SIZE: 3 });
    const partitions = ["B", "A", "B", "C", "A", "B"].map((CATEGORY, i) => ({ CATEGORY, SIZE: i }));
    expect(commonAttributes(partitions)).toEqual(["CATEGORY=B", "CATEGORY=A", "SIZE"]);
  });
});
