/**
 * Reconciling tables at size: N leaves × 30 days with two intervals, their stores and the total, read from Parquet files,
 * reconciled and written as one table. Prints one JSON line per method with wall time, CPU time and the process's peak
 * resident memory so far. Run from the repository's root:
 *
 *   npm run bench:reconcile-tables -- 10000
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { open } from "manymodel";

const leaves = Number(process.argv[2] ?? 10_000);
const methods = process.argv[3]?.split(",") ?? ["wls-struct", "wls-var", "mint-shrink"];
const STEPS = 30;
const TIMES = 100;
const skus = Math.round(Math.sqrt(leaves) * 3);
const folder = await mkdtemp(path.join(process.env.MANYMODEL_BENCH_DIR ?? tmpdir(), "manymodel-bench-"));
const file = (name) => path.join(folder, `${name}.parquet`);
try {
  const instance = await DuckDBInstance.create(":memory:", { memory_limit: "512MB" });
  const connection = await instance.connect();
  const write = (name, sql) => connection.run(`COPY (${sql}) TO '${file(name)}' (FORMAT parquet)`);
  const keys = `SELECT 'S' || lpad((i // ${skus})::VARCHAR, 4, '0') AS store, 'A' || lpad((i % ${skus})::VARCHAR, 5, '0') AS sku,
    20 + 10 * sin(i) AS y FROM range(${leaves}) t(i)`;
  for (const [name, by, encoded] of [
    ["items", ["store", "sku"], "'s:' || store || ',s:' || sku"],
    ["stores", ["store"], "'s:' || store"],
    ["total", [], "'s:all'"],
  ]) {
    const grouped = `SELECT ${[...by, "sum(y) AS y", "sqrt(count(*)) AS e"].join(", ")} FROM (${keys})${by.length > 0 ? " GROUP BY ALL" : ""}`;
    const forecast = `SELECT *, ${encoded} AS PARTITION_KEY, DATE '2026-01-01' + d::INT AS day, y + 3 * e * sin(hash(PARTITION_KEY, d)::DOUBLE) AS FORECAST
      FROM (${grouped}), range(${STEPS}) t(d)`;
    await write(
      name,
      `SELECT * EXCLUDE (y, e, d), FORECAST - 4 * e AS LO_80, FORECAST + 4 * e AS HI_80, FORECAST - 6 * e AS LO_95, FORECAST + 6 * e AS HI_95 FROM (${forecast})`,
    );
    const columns = [...by, "DATE '2025-01-01' + t::INT AS day"].join(", ");
    await write(
      `${name}-residuals`,
      `SELECT ${columns}, 3 * e * sin(hash(${encoded}, t)::DOUBLE) AS RESIDUAL FROM (${grouped}), range(${TIMES}) u(t)`,
    );
  }
  connection.closeSync();
  instance.closeSync();
  for (const method of methods) {
    const mm = await open({ workspace: method }, { directory: folder });
    const began = performance.now();
    const before = process.cpuUsage();
    const level = (name, by) => ({ by, table: file(name), residuals: file(`${name}-residuals`) });
    const levels = [level("items", ["store", "sku"]), level("stores", ["store"]), level("total", [])];
    const { rows } = await mm.reconcile({ levels, time: "day", method });
    const { user, system } = process.cpuUsage(before);
    const seconds = Number(((performance.now() - began) / 1000).toFixed(2));
    const cpuSeconds = Number(((user + system) / 1e6).toFixed(2));
    const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
    console.log(JSON.stringify({ method, leaves, rows, seconds, cpuSeconds, peakMegabytes }));
    await mm.close();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
