import { describe, expect, it } from "vitest";
import { outputColumnsOf } from "../../src/model/output-columns.ts";
import { checkPrediction } from "../../src/model/return-contract.ts";

const context = { exports: { keep: "ID" }, columns: [{ name: "ID", type: "string" as const }] };
const columnsOf = (declared: unknown) => outputColumnsOf(declared, context, "mine", ["REGION"]);

describe("output columns", () => {
  it("are declared by name and type, or by a function of the run", () => {
    expect(columnsOf({ CLASS: "string", P: "number" })).toEqual([
      { name: "CLASS", type: "string" },
      { name: "P", type: "number" },
    ]);
    const declare = ({ exports, columns }: typeof context) => ({ [exports.keep]: columns[0]?.type });
    expect(columnsOf(declare)).toEqual([{ name: "ID", type: "string" }]);
  });
  it("refuse columns that the output already has, and other types", () => {
    for (const name of ["region", "FORECAST", "lo_80", "HI_99.5", "STATUS", "PARTITION_KEY"])
      expect(() => columnsOf({ [name]: "number" })).toThrow(`output.${name} of mine is a column`);
    expect(() => columnsOf({ A: "number", a: "number" })).toThrow("output.a of mine");
    expect(() => columnsOf({ A: "integer" })).toThrow("it must be one of number, string");
    expect(() => columnsOf(["A"])).toThrow("must be an object such as");
  });
  it("are checked value by value", () => {
    const declared = columnsOf({ CLASS: "string", P: "number", AGREED: "boolean", DAY: "date" });
    const check = (columns: object) => checkPrediction({ mean: [1, 2], columns }, 2, [], declared).output;
    const right = { CLASS: ["a", null], P: Float64Array.of(0.5, NaN), AGREED: [true, null], DAY: [0, null] };
    expect(check(right)).toEqual([
      ["a", null],
      [0.5, null],
      [true, null],
      [0, null],
    ]);
    expect(() => check({ ...right, CLASS: ["a"] })).toThrow("columns.CLASS is");
    expect(() => check({ ...right, CLASS: ["a", 1] })).toThrow(
      "columns.CLASS[1] is 1; the column is declared as string",
    );
    expect(() => check({ ...right, P: [1, Infinity] })).toThrow("columns.P[1] is Infinity");
    expect(() => check({ ...right, OTHER: [1, 2] })).toThrow('a column "OTHER" that output does not declare');
    expect(() => check({ CLASS: ["a", "b"] })).toThrow("columns.P is undefined");
    expect(() => checkPrediction({ mean: [1], columns: { A: [1] } }, 1, [])).toThrow("it declares none");
  });
});
