import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { EVERY_ENGINE } from "../every-engine.ts";
import { openWorkspace } from "../workspace.ts";

const CONFIG = `
source: { table: SALES, partition_by: sku, order_by: [sku, day], target: qty }
`;

describe.each(EVERY_ENGINE)("appending a file (%s)", (engine, missing, open) => {
  it.skipIf(missing)("replaces the rows of a key and time that it has, adds the others, and counts both", async () => {
    const mm = await open(CONFIG);
    const append = async (name: string, text: string, options: { table?: string; key?: string[] } = {}) => {
      const file = path.join(mm.config.directory, name);
      await writeFile(file, text);
      const { rows, replaced } = await mm.tables.import(file, { table: "SALES", append: true, ...options });
      return [rows, replaced];
    };
    const rows = async () => {
      const sql = "SELECT sku, day, qty FROM SALES ORDER BY sku NULLS LAST, day, qty";
      return (await mm.tables.query(sql)).rows.map((row) =>
        row.map((value) => (value === null ? null : String(value))),
      );
    };
    // The first file makes the table. A sku is text for its leading zero.
    expect(
      await append("1.csv", "sku,day,qty\n007,2026-01-01,1.5\n007,2026-01-02,2\n12,2026-01-01,3\n,2026-01-01,4\n"),
    ).toEqual([4, undefined]);
    // The column 'sku' alone would be read as a number here; columns stand in another order. One time has two rows.
    expect(
      await append("2.csv", "day,SKU,qty\n2026-01-02,12,5\n2026-01-01,12,6\n2026-01-01,12,7\n2026-01-01,,8\n"),
    ).toEqual([4, 2]);
    const after = [
      ["007", "2026-01-01", "1.5"],
      ["007", "2026-01-02", "2"],
      ["12", "2026-01-01", "6"],
      ["12", "2026-01-01", "7"],
      ["12", "2026-01-02", "5"],
      [null, "2026-01-01", "8"],
    ];
    expect(await rows()).toEqual(after);
    // The same file again replaces its own rows: a night that is repeated changes nothing.
    expect(
      await append("2.csv", "day,sku,qty\n2026-01-02,12,5\n2026-01-01,12,6\n2026-01-01,12,7\n2026-01-01,,8\n"),
    ).toEqual([4, 4]);
    expect(await rows()).toEqual(after);
    // The local server estimates the rows of a table.
    if (!engine.startsWith("snowflake")) expect((await mm.tables.list()).map(({ rows }) => Number(rows))).toEqual([6]);
    // A feed that is broken changes nothing, and is told apart from its columns and values.
    for (const [text, reason] of [
      ["sku,day\n12,2026-01-03\n", /has no column "?qty/i],
      ["sku,day,qty,price\n12,2026-01-03,1,2\n", /has a column "price", which SALES does not have/],
      ["sku,day,qty\n12,2026-01-03,many\n", /column qty of .* is VARCHAR \(such as "many"\), but SALES has/],
      ["sku,day,qty\n12,tomorrow,1\n", /column day of /],
    ] as const)
      await expect(append("broken.csv", text)).rejects.toThrow(reason);
    expect(await rows()).toEqual(after);
    // Another table's key and time are not known.
    await expect(append("3.csv", "sku,day,qty\n12,2026-01-03,1\n", { table: "OTHER" })).rejects.toThrow(
      /name their columns \(--key\)/,
    );
    expect(await append("3.csv", "sku,day,qty\n12,2026-01-03,1\n", { table: "OTHER", key: ["sku"] })).toEqual([
      1,
      undefined,
    ]);
    expect(await append("3.csv", "sku,day,qty\n12,2026-01-04,2\n", { table: "OTHER", key: ["SKU"] })).toEqual([1, 1]);
    await expect(append("3.csv", "sku,day,qty\n1,2026-01-04,2\n", { table: "OTHER", key: ["shop"] })).rejects.toThrow(
      /no column "shop"/,
    );
  });
});

describe("dates that are spelled as numbers", () => {
  it("are named at import with the remedy, and refused as times in training", async () => {
    const source = "source: { table: SALES, partition_by: sku, order_by: day, target: qty }\ntrain: { mode: local }\n";
    const mm = await openWorkspace("local", source);
    const file = path.join(mm.config.directory, "sales.csv");
    const days = ["20250130", "20250131", "20250201", "20250202"];
    await writeFile(file, ["sku,day,qty,n", ...days.map((day, i) => `A,${day},${i},${i}`)].join("\n"));
    const { columns } = await mm.tables.import(file, { table: "SALES" });
    expect(columns.map(({ name, numericDates }) => [name, numericDates])).toEqual([
      ["sku", undefined],
      ["day", "%Y%m%d"],
      ["qty", undefined],
      ["n", undefined],
    ]);
    await expect(mm.train("mean")).rejects.toThrow(
      /day of SALES spells dates as numbers, such as 20250130.*--date-format %Y%m%d/,
    );
    await expect(mm.plan("mean")).rejects.toThrow(/spells dates as numbers/);
    await mm.tables.import(file, { table: "SALES", replace: true, dateFormat: "%Y%m%d" });
    expect((await mm.train("mean", { runId: "dates" })).index.succeeded).toBe(1);
    expect((await mm.tables.query('SELECT LAST_TS, "INTERVAL" FROM TRAINING_RESULTS')).rows).toEqual([
      ["2025-02-02", "P1D"],
    ]);
  });
});

describe("a pattern of files", () => {
  it("is one table of all of them, by the names of their columns; a damaged one is named", async () => {
    const mm = await openWorkspace("local");
    const write = (name: string, text: string) => writeFile(path.join(mm.config.directory, name), text);
    await write("many-1.csv", "sku,day,qty\n007,2026-01-01,1\n");
    await write("many-2.csv", "day,qty,sku\n2026-01-02,2.5,8\n");
    await write("other.csv", "x\n1\n");
    const all = path.join(mm.config.directory, "many-*.csv");
    expect(await mm.tables.import(all, { table: "SALES" })).toMatchObject({ rows: 2 });
    expect((await mm.tables.query("SELECT sku, day, qty FROM SALES ORDER BY day")).rows).toEqual([
      ["007", "2026-01-01", 1],
      ["8", "2026-01-02", 2.5],
    ]);
    expect(await mm.tables.import(all, { table: "SALES", append: true, key: ["sku", "day"] })).toMatchObject({
      replaced: 2,
    });
    await expect(mm.tables.import(path.join(mm.config.directory, "no-*.csv"), { table: "NONE" })).rejects.toThrow(
      /no file matches .*no-/,
    );
    await write("many-3.csv", "sku,day,qty\nA,2026-01-01,1\nB,2026-01-01\n");
    await expect(mm.tables.import(all, { table: "NONE" })).rejects.toThrow(/many-3\.csv: line 3 has 2 columns/);
  });
});
