import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it, onTestFinished } from "vitest";
import { openLocalEngine } from "../../../src/engines/local/index.ts";

/** Opens an engine, and writes what a statement selects to a file beside it. */
async function pinned(select: string, keyColumns: string[]) {
  const folder = await mkdtemp(path.join(tmpdir(), "manymodel-pinned-"));
  const engine = await openLocalEngine(path.join(folder, "workspace"));
  const duck = await DuckDBInstance.create(":memory:");
  const connection = await duck.connect();
  onTestFinished(async () => {
    connection.closeSync();
    duck.closeSync();
    await engine.close();
    await rm(folder, { recursive: true });
  });
  const table = path.join(folder, "source.parquet");
  await connection.run(`COPY (${select}) TO '${table}' (FORMAT parquet)`);
  const { source } = engine;
  const snapshot = await source.snapshot({ table, keyColumns, orderBy: ["DAY"] });
  const file = path.join(folder, "workspace", "snapshots", snapshot.id, "data.parquet");
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM '${file}'`);
  const columns = described.getColumns()[0];
  const rowsOf = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  return { source, snapshot, table, columns, rowsOf };
}

it("pins the texts of a key once, and reads them as the source has them", async () => {
  const { source, snapshot, table, columns, rowsOf } = await pinned(
    `SELECT DATE '2026-01-01' + (i * 7 % 6)::INT AS DAY, CASE WHEN i % 5 > 0 THEN 'a long name of a shop ' || i % 5 END AS SHOP,
       i % 2 AS NUMBER, CASE WHEN i % 3 > 0 THEN 'r' || i % 3 END AS REGION, 'note ' || i AS NOTE FROM range(6000) t(i)`,
    ["REGION", "NUMBER", "SHOP"],
  );
  expect(columns).toEqual(["p", "c0", "c2", "c4"]);
  const expected = await rowsOf(
    `SELECT SHOP, NUMBER::DOUBLE, REGION, NOTE FROM '${table}'
     ORDER BY REGION NULLS FIRST, NUMBER, SHOP NULLS FIRST, DAY, NOTE`,
  );
  const all = Array.from({ length: 30 }, (_, p) => p);
  for (const ordinals of [all, [4, 5, -1, 6], [7, -1, 2, 29, 3]]) {
    const { batch, offsets } = await source.read(snapshot, ordinals);
    expect(Object.keys(batch.columns)).toEqual(["DAY", "SHOP", "NUMBER", "REGION", "NOTE"]);
    const rows = ordinals.flatMap((p) => (p < 0 ? [] : expected.slice(200 * p, 200 * (p + 1))));
    for (const [c, name] of ["SHOP", "NUMBER", "REGION", "NOTE"].entries())
      expect(Array.from<unknown>(batch.columns[name]!.values)).toEqual(rows.map((row) => row[c]));
    expect(batch.length).toBe(offsets.at(-1));
  }
});

it("pins every number with its sign and digits, whatever it is sorted by", async () => {
  const { source, snapshot } = await pinned(
    `SELECT 1 AS SHOP, DATE '2026-01-01' + i::INT AS DAY, CASE WHEN i % 2 = 0 THEN -0.0::DOUBLE ELSE i / 7 END AS Y,
       CASE WHEN i % 3 = 0 THEN -0.0::FLOAT ELSE i END AS X, (i / 10)::DECIMAL(9, 3) AS Z, 9007199254740993 - i AS N
     FROM range(3000) t(i)`,
    ["SHOP"],
  );
  const { columns } = (await source.read(snapshot, [0])).batch;
  const expected = (value: (i: number) => number) => Float64Array.from({ length: 3000 }, (_, i) => value(i));
  expect(columns.Y!.values).toEqual(expected((i) => (i % 2 === 0 ? -0 : i / 7)));
  expect(columns.X!.values).toEqual(expected((i) => (i % 3 === 0 ? -0 : i)));
  expect(columns.Z!.values).toEqual(expected((i) => i / 10));
  expect(columns.N!.values).toEqual(expected((i) => Number(9007199254740993n - BigInt(i))));
});
