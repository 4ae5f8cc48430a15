import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { startPostgres, whyNoPostgres } from "../engines/postgres-server.ts";
import { EVERY_ENGINE } from "../every-engine.ts";
import { fillTable, openWorkspace } from "../workspace.ts";

const DAY = 86_400_000;
const COLUMNS = [
  { name: "ID", type: "string" },
  { name: "DAY", type: "date" },
  { name: "Y", type: "number" },
  { name: "N", type: "integer" },
] as const;

describe.each(EVERY_ENGINE)("exporting a table (%s)", (engine, missing, open) => {
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
    expect((await mm.tables.query(select("AGAIN"))).rows).toEqual(stored);
    // An import reads an empty text as missing, and a sheet has no row without a value.
    const imported = stored.map((row) => row.map((value) => (value === "" ? null : value)));
    await mm.tables.import(file("out.csv.gz"), { table: "UNZIPPED" });
    expect((await mm.tables.query(select("UNZIPPED"))).rows).toEqual(imported);
    await mm.tables.export("SALES", file("out.xlsx"));
    await mm.tables.import(file("out.xlsx"), { table: "SHEET" });
    expect((await mm.tables.query(select("SHEET"))).rows).toEqual(imported.slice(0, -1));

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
    // The local server's own suggestions are DuckDB's.
    const others = engine.startsWith("snowflake") ? [] : ["nope.SALES", "nope(1)"];
    for (const missing of ["NOPE", ...others])
      await expect(mm.tables.query(`SELECT * FROM ${missing}`)).rejects.not.toThrow(/pg_|sqlite_|read_/);

    const pieces: unknown[] = [];
    for await (const row of mm.tables.rows(select("SALES"))) {
      pieces.push(Object.values(row)[3]);
      if (pieces.length === 3) break;
    }
    expect(pieces.map(Number)).toEqual([0, 1, 2]);
    // Who stops early has left nothing open.
    expect((await mm.tables.query("SELECT COUNT(*) FROM SALES")).rows.flat().map(Number)).toEqual([9]);
    await expect(mm.tables.rows("SELECT nope FROM SALES").next()).rejects.toMatchObject({ kind: "usage" });
  });
});

describe.skipIf(whyNoPostgres() !== undefined)("exporting to PostgreSQL", () => {
  it("makes a table, replaces its rows in one step, and touches no table of others", async () => {
    const server = startPostgres();
    onTestFinished(() => server.stop());
    const mm = await openWorkspace("local");
    const odd = ["", " padded ", 'say "hi"', "a,b", "two\nlines", "\\.", "é 漢 😀"];
    const rows = odd.map((id, i): unknown[] => [id, i * DAY, i / 8, BigInt(i)]);
    await fillTable(mm, "SALES", [...COLUMNS], [...rows, [null, null, null, null]]);
    const to = server.url();
    const sales = () =>
      JSON.parse(server.sql("SELECT json_agg(json_build_array(id, day, y, n) ORDER BY n) FROM planning.sales"));

    server.sql("CREATE SCHEMA planning");
    expect(await mm.tables.export("SALES", to, { as: "planning.SALES" })).toMatchObject({ rows: 8 });
    const stored = [...odd.map((id, i) => [id, `1970-01-0${i + 1}`, i / 8, i]), [null, null, null, null]];
    expect(sales()).toEqual(stored);
    // A view of the table stays, and shows the rows of the next export.
    server.sql("CREATE VIEW planning.seen AS SELECT count(*) FROM planning.sales");
    server.sql("ALTER TABLE planning.sales DROP y; ALTER TABLE planning.sales ADD note text");
    await mm.tables.export("SALES", to, { as: "planning.sales", where: "N >= $1", params: [5] });
    expect(server.sql("SELECT * FROM planning.seen").trim()).toBe("2");
    expect(sales()).toEqual(stored.slice(5, 7));

    // Nothing of an export that fails is there.
    await mm.tables.export("SALES", to, { as: "planning.sales", where: "N < 3 OR N IS NULL" });
    server.sql("ALTER TABLE planning.sales ADD CHECK (n < 3)");
    await expect(mm.tables.export("SALES", to, { as: "planning.sales" })).rejects.toThrow(/check constraint/);
    expect(sales()).toEqual([...stored.slice(0, 3), ...stored.slice(-1)]);

    server.sql("CREATE TABLE public.sales (id text)");
    server.sql("ALTER TABLE planning.sales ALTER y TYPE text");
    for (const [target, options, kind, reason] of [
      [to, {}, "conflict", /"sales" exists already, and no export made it/],
      [to, { as: "planning.sales" }, "conflict", /column "y" of table .* is text, and would be double precision/],
      [to, { as: "planning.sales; DROP TABLE x" }, "usage", /is not the name of a table/],
      ["postgresql://u:secret@localhost/db", {}, "config", /holds a password/],
      ["out.csv", { as: "planning.sales" }, "usage", /names a table of PostgreSQL/],
    ] as const) {
      const failed = expect(mm.tables.export("SALES", target, options));
      await failed.rejects.toMatchObject({ kind, message: expect.stringMatching(reason) });
    }
  });
});
