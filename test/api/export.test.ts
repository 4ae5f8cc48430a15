import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { EVERY_ENGINE } from "../every-engine.ts";
import { fillTable } from "../workspace.ts";

const DAY = 86_400_000;
const COLUMNS = [
  { name: "ID", type: "string" },
  { name: "DAY", type: "date" },
  { name: "Y", type: "number" },
  { name: "N", type: "integer" },
] as const;

describe.each(EVERY_ENGINE)("exporting a table (%s)", (_engine, missing, open) => {
  it.skipIf(missing)("writes every row and value, as CSV and Parquet, and reads them back", async () => {
    const mm = await open("");
    const file = (name: string) => path.join(mm.config.directory, name);
    const odd = ["", " padded ", 'say "hi"', "a,b", "two\nlines", "007", "null", "é 漢 😀"];
    const rows = odd.map((id, i): unknown[] => [id, i * DAY, i / 8, BigInt(i)]);
    await fillTable(mm, "SALES", [...COLUMNS], [...rows, [null, null, null, null]]);
    const select = (table: string) => `SELECT ID, DAY, Y, N FROM ${table} ORDER BY N NULLS LAST`;
    const stored = (await mm.tables.query(select("SALES"))).rows;

    expect(await mm.tables.export("SALES", file("out.csv"))).toMatchObject({ rows: 9, file: file("out.csv") });
    const text = await readFile(file("out.csv"), "utf8");
    expect(text.split("\n")[0]).toMatch(/^id,day,y,n$/i);
    expect(text).toContain('"say ""hi""",1970-01-03,0.25,2\n');
    expect(text).toMatch(/^,,,$/m);
    await mm.tables.export("SALES", file("out.csv.gz"));
    const lines = (csv: string) => csv.split("\n").sort();
    expect(lines(gunzipSync(await readFile(file("out.csv.gz"))).toString())).toEqual(lines(text));
    await mm.tables.export("SALES", file("out.parquet"));
    await mm.tables.import(file("out.parquet"), { table: "AGAIN" });
    // Times are compared as text: Snowflake's answers say no more of them.
    const plain = (all: readonly (readonly unknown[])[]) =>
      all.map((row) => row.map((value) => value && String(value)));
    expect(plain((await mm.tables.query(select("AGAIN"))).rows)).toEqual(plain(stored));

    const where = { where: "N >= $1 -- a comment", params: [6] };
    expect(await mm.tables.export("SALES", file("some.csv"), where)).toMatchObject({ rows: 2 });
    expect((await readFile(file("some.csv"), "utf8")).split("\n").slice(1)).toEqual([
      "null,1970-01-07,0.75,6",
      "é 漢 😀,1970-01-08,0.875,7",
      "",
    ]);
    // No row at all: the header stays.
    expect(await mm.tables.export("SALES", file("none.csv"), { where: "N > 99" })).toMatchObject({ rows: 0 });
    expect((await readFile(file("none.csv"), "utf8")).trim()).toMatch(/^id,day,y,n$/i);

    await writeFile(file("kept.csv"), "kept");
    for (const [table, to, options] of [
      ["SALES", "out.xls", {}],
      ["SALES", "no/folder.csv", {}],
      ["SALES; DROP TABLE SALES", "kept.csv", {}],
      ["NOPE", "kept.csv", {}],
      ["SALES", "kept.csv", { where: "1 = 1); DELETE FROM SALES; SELECT (1" }],
      ["SALES", "kept.csv", { where: "nope = 1" }],
    ] as const)
      await expect(mm.tables.export(table, file(to), options), `${table} ${to}`).rejects.toMatchObject({
        kind: "usage",
      });
    expect(await readFile(file("kept.csv"), "utf8")).toBe("kept");
    await expect(mm.tables.query("SELECT * FROM NOPE")).rejects.not.toThrow(/pg_|sqlite_/);

    const seen: unknown[] = [];
    for await (const row of mm.tables.rows(select("SALES"))) {
      seen.push(Object.values(row)[3]);
      if (seen.length === 3) break;
    }
    expect(seen.map(Number)).toEqual([0, 1, 2]);
    // Who stops early has left nothing open.
    expect((await mm.tables.query("SELECT COUNT(*) FROM SALES")).rows.flat().map(Number)).toEqual([9]);
    await expect(mm.tables.rows("SELECT nope FROM SALES").next()).rejects.toMatchObject({ kind: "usage" });
  });
});
