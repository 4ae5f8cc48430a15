import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it, onTestFinished } from "vitest";
import { openFile } from "../../../src/engines/node/file-source.ts";

/** Workbooks that openpyxl 3.1.5 wrote, the same with dates of 1900 and of 1904. The values that it was given are the judge. */
const book = (name: string) => fileURLToPath(new URL(`../../fixtures/sheets/${name}`, import.meta.url));

async function read(...options: [file: string, csv?: Parameters<typeof openFile>[2]]) {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  onTestFinished(() => {
    connection.closeSync();
    instance.closeSync();
  });
  const { from, columns } = await openFile(connection, ...options);
  const rows = (await connection.runAndReadAll(`SELECT * FROM ${from}`)).getRowsJson();
  return { columns: Object.fromEntries(columns.map(({ name, sqlType }) => [name, sqlType])), rows };
}

describe("openSheets", () => {
  it.each(["by-openpyxl.xlsx", "by-openpyxl-1904.xlsx"])("reads cells by their types (%s)", async (name) => {
    const { columns, rows } = await read(book(name));
    expect(columns).toEqual({
      sku: "VARCHAR",
      day: "DATE",
      at: "TIMESTAMP",
      qty: "BIGINT",
      price: "DOUBLE",
      promo: "BOOLEAN",
      mixed: "VARCHAR",
      code: "BIGINT",
      none: "VARCHAR",
    });
    expect(rows).toEqual([
      ["007", "2025-01-31", "2025-01-31 13:45:30", "3", 2.5, true, "1", "20250131", null],
      ["é 漢 😀", "2025-02-28", "2025-02-28 00:00:00", "0", 0.1, false, "n/a", "20250228", null],
      ['say "hi", you\ntwo', "2025-03-31", null, "-12", 1e-7, null, "2025-03-31", "20250331", null],
    ]);
  });

  it("reads numbers as dates and texts as missing where the import says so, and other sheets by name", async () => {
    const { columns, rows } = await read(book("by-openpyxl.xlsx"), { dateFormat: "%Y%m%d", nulls: ["n/a", "1"] });
    expect(columns).toMatchObject({ day: "DATE", mixed: "DATE", code: "DATE", qty: "BIGINT" });
    expect(rows.map((row) => row.slice(6, 8))).toEqual([
      [null, "2025-01-31"],
      [null, "2025-02-28"],
      ["2025-03-31", "2025-03-31"],
    ]);
    const other = await read(`${book("by-openpyxl.xlsx")}:Other one`, { nulls: ["#N/A"] });
    expect(other.columns).toEqual({ key: "VARCHAR", n: "DOUBLE" });
    expect(other.rows).toEqual([
      ["a", 1],
      ["b", 2.5],
      ["c", null],
    ]);
  });

  it.each([
    ["Other one", /cell B4 of .* has the error #N\/A; correct it, or read it as missing with --null/],
    ["Titled", /cell B2 of .* has a value \("day"\), but its column has no name in the first row/],
    ["Twice", /row 1 of .* names two columns "A"/],
    ["Empty", /has no sheet "Empty", or no value in it/],
    ["Nowhere", /has no sheet "Nowhere"/],
  ])("names the reason why the sheet %s is no table", async (sheet, reason) => {
    await expect(read(`${book("by-openpyxl.xlsx")}:${sheet}`)).rejects.toThrow(reason);
  });

  it("refuses options that are for CSV only", async () => {
    await expect(read(book("by-openpyxl.xlsx"), { delimiter: ";" })).rejects.toThrow("not a CSV file");
  });
});
