/**
 * Measures the time to append 1 % of a table's rows, half of which replace others, and to export the table.
 *
 *   npm run bench:tables -- [rows]      20,000,000 when left out; 100 rows a series
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { open } from "manymodel";

const rows = Number(process.argv[2] ?? 20_000_000);
const folder = await mkdtemp(path.join(tmpdir(), "manymodel-bench-"));
const file = (name) => path.join(folder, name);
const timed = async (label, work) => {
  const began = performance.now();
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${label}: ${seconds.toFixed(1)} s, peak memory so far ${peak.toFixed(0)} MB ${JSON.stringify(result ?? {})}`,
  );
};

const source = { table: "SALES", partition_by: "sku", order_by: "day", target: "qty" };
const mm = await open({ source }, { directory: folder });
try {
  const select = (from, to) =>
    `SELECT i // 100 AS sku, DATE '2026-01-01' + CAST(i % 100 AS INTEGER) AS day, (i * 7919 % 1000) / 8 AS qty FROM range(${from}, ${to}) t(i)`;
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (${select(0, rows)}) TO '${file("all.parquet")}' (FORMAT parquet)`);
  await connection.run(`COPY (${select(rows - rows / 200, rows + rows / 200)}) TO '${file("new.csv")}' (HEADER)`);
  connection.closeSync();
  instance.closeSync();
  const counts = ({ rows, replaced }) => ({ rows, replaced });
  await timed("import", async () => counts(await mm.tables.import(file("all.parquet"), { table: "SALES" })));
  await timed("append 1 %", async () =>
    counts(await mm.tables.import(file("new.csv"), { table: "SALES", append: true })),
  );
  for (const name of ["out.parquet", "out.csv"]) {
    await timed(`export ${name}`, async () => (await mm.tables.export("SALES", file(name))).rows);
    console.log(`  ${((await stat(file(name))).size / 2 ** 20).toFixed(0)} MB`);
  }
  await timed("rows", async () => {
    let count = 0;
    for await (const _ of mm.tables.rows(`SELECT * FROM SALES LIMIT ${Math.min(rows, 2_000_000)}`)) count++;
    return count;
  });
} finally {
  await mm.close();
  await rm(folder, { recursive: true });
}
