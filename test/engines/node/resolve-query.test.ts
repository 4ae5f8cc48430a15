import { expect, test } from "vitest";
import { resolveQuery, type SourceColumn } from "../../../src/engines/node/resolve-query.ts";

const source: SourceColumn[] = [
  { name: "UNIT", sqlType: "VARCHAR", type: "string", keyType: "string" },
  { name: "Y", sqlType: "DOUBLE", type: "number", keyType: "double" },
  { name: "AT", sqlType: "BLOB", type: null, keyType: null },
];
const query = { table: "sales.csv", keyColumns: ["unit"], columns: ["Y"] };

test("a query's columns are found in any case", () => {
  const { keys, columns, order } = resolveQuery(source, query);
  expect(keys.map(({ name, keyType }) => [name, keyType])).toEqual([["UNIT", "string"]]);
  expect(columns.map(({ name, type }) => [name, type])).toEqual([["Y", "number"]]);
  expect(order).toEqual([]);
});

test.each([
  ["a key", { ...query, keyColumns: ["AT"] }],
  ["a listed column", { ...query, columns: ["Y", "AT"] }],
  ["the time, which is read without being listed", { ...query, orderBy: ["AT"] }],
])("%s of a type that a model cannot read is refused", (_, query) => {
  expect(() => resolveQuery(source, query)).toThrow(
    "column AT of sales.csv has the type BLOB, which a model cannot read; list the columns to read in source.columns",
  );
});
