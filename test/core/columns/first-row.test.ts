import { expect, test } from "vitest";
import { firstRow } from "../../../src/core/columns/first-row.ts";

test("the first row is given, a null in it too", () => {
  expect(firstRow([[null], [2]], "SELECT a FROM t")).toEqual([null]);
});

test("a reply without a row names its statement", () => {
  expect(() => firstRow([], "SELECT count(*)\n   FROM t")).toThrow('the reply to "SELECT count(*) FROM t" has no row');
});
