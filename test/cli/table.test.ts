import { expect, it } from "vitest";
import { formatTable } from "../../src/cli/table.ts";

it("no digit before the point becomes a zero, and the stored number has all of them", () => {
  const rows = [[-1000336554.931234], [243.02812345], [12]];
  expect(formatTable(["x"], rows).replaceAll(" ", "").split("\n")).toEqual(["x", "-1000336554.93", "243.028", "12"]);
  expect(formatTable(["x"], rows, { asStored: true }).replaceAll(" ", "").split("\n")).toEqual([
    ...["x", "-1000336554.931234", "243.02812345", "12"],
  ]);
});
