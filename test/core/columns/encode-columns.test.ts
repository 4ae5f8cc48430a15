import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ColumnBatch } from "../../../src/core/columns/column.ts";
import { encodeColumns } from "../../../src/core/columns/encode-columns.ts";
import { textInRuns } from "../../../src/core/columns/text-runs.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "manymodel-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Returns the rows that DuckDB reads from a file, FILE in `sql`, and the types of its columns. */
async function readBack(batch: ColumnBatch, sql = "SELECT * FROM read_parquet(FILE)") {
  const file = path.join(folder, "file.parquet");
  await writeFile(file, encodeColumns(batch));
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const result = await connection.runAndReadAll(sql.replace("FILE", `'${file}'`));
  const answer = { types: result.columnTypes().map(String), rows: result.getRowsJson() };
  connection.closeSync();
  return answer;
}

it("gives DuckDB every value of every type, with NULLs and without", async () => {
  const columns: ColumnBatch["columns"] = {
    N: { type: "number", values: Float64Array.of(0.1, -0, NaN) },
    D: { type: "date", values: Float64Array.of(Date.UTC(2026, 0, 31), NaN, -86_400_000) },
    T: { type: "timestamp", values: Float64Array.of(1.5, -1500, NaN) },
    S: { type: "integer", values: [1n, null, -(2n ** 31n)] },
    L: { type: "integer", values: [2n ** 53n + 1n, null, -1n] },
    B: { type: "boolean", values: Uint8Array.of(1, 2, 0) },
    X: { type: "string", values: ["😀,é", null, ""] },
    E: { type: "string", values: [null, null, null] },
  };
  const { types, rows } = await readBack({ length: 3, columns });
  expect(types).toEqual(["DOUBLE", "DATE", "TIMESTAMP", "INTEGER", "BIGINT", "BOOLEAN", "VARCHAR", "VARCHAR"]);
  expect(rows).toEqual([
    [0.1, "2026-01-31", "1970-01-01 00:00:00.001", 1, "9007199254740993", true, "😀,é", null],
    [-0, null, "1969-12-31 23:59:58.5", null, null, null, null, null],
    [null, "1969-12-31", null, -2147483648, "-1", false, "", null],
  ]);
  const first = Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, { ...column, values: column.values.slice(0, 1) }]),
  ) as ColumnBatch["columns"];
  expect((await readBack({ length: 1, columns: first })).rows).toEqual(rows.slice(0, 1));
});

it("gives the same for texts in runs as for the same texts row by row, over the ends of row groups too", async () => {
  const values = ["a", "b", null, "a", "", "😀"];
  const ends = Int32Array.of(3, 99_990, 100_010, 200_000, 200_000, 250_001);
  const runs = textInRuns({ values, ends });
  const rows = values.flatMap((value, i) => new Array(ends[i]! - (ends[i - 1] ?? 0)).fill(value));
  expect(runs.values).toEqual(rows);
  const sql =
    "SELECT X, count(*)::INTEGER, min(i)::INTEGER, max(i)::INTEGER FROM (SELECT X, row_number() OVER () - 1 AS i FROM read_parquet(FILE)) GROUP BY X ORDER BY X";
  const expected = [
    ["a", 99_993, 0, 199_999],
    ["b", 99_987, 3, 99_989],
    ["😀", 50_001, 200_000, 250_000],
    [null, 20, 99_990, 100_009],
  ];
  for (const X of [runs, { type: "string", values: rows } as const])
    expect((await readBack({ length: rows.length, columns: { X } }, sql)).rows).toEqual(expected);
});

it("writes numbers that come in runs by a dictionary, and keeps 0 and -0 apart", async () => {
  const values = Float64Array.of(0, 0, -0, -0, -0, NaN, 0.1, 0.1, NaN, NaN, 0.1, 0.1, -0, -0);
  const numbers = { type: "number", values } as const;
  const sql = "SELECT 1 / X, X FROM read_parquet(FILE)";
  const expected = Array.from(values, (x) => (Number.isNaN(x) ? [null, null] : [1 / x, x]));
  const infinite = (rows: unknown[][]) => rows.map(([y, x]) => [y === null ? null : Number(y), x]);
  const { rows } = await readBack({ length: values.length, columns: { X: numbers } }, sql);
  expect(infinite(rows)).toEqual(expected);
  const encodings = "SELECT encodings FROM parquet_metadata(FILE)";
  const encodingsOf = async (some: Float64Array) =>
    (await readBack({ length: some.length, columns: { X: { type: "number", values: some } } }, encodings)).rows;
  expect(await encodingsOf(values)).toEqual([["PLAIN, RLE_DICTIONARY"]]);
  expect(await encodingsOf(Float64Array.of(7, 7))).toEqual([["PLAIN, RLE_DICTIONARY"]]);
  expect(await encodingsOf(Float64Array.of(1, 2, 3, 3))).toEqual([["PLAIN"]]);
});

it("says in each row group between which texts its own lie, so that others are not read", async () => {
  const values = Array.from({ length: 200_000 }, (_, i) => (i < 100_000 ? `a${i % 7}` : `é${i}`));
  const sql = "SELECT stats_min_value, stats_max_value FROM parquet_metadata(FILE) ORDER BY row_group_id";
  expect((await readBack({ length: values.length, columns: { X: { type: "string", values } } }, sql)).rows).toEqual([
    ["a0", "a6"],
    ["é100000", "é199999"],
  ]);
});

it("makes a file of no rows", async () => {
  const columns = { X: { type: "string", values: [] }, N: { type: "number", values: new Float64Array(0) } } as const;
  expect(await readBack({ length: 0, columns })).toEqual({ types: ["VARCHAR", "DOUBLE"], rows: [] });
});
