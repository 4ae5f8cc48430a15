/**
 * Monitoring at size: N daily partitions of a year, forecast for 30 days at two levels, whose 30 observations have come.
 * Prints one JSON line for the first run, which enters all of them, and one for a second, which finds nothing new: wall
 * time, CPU time and the process's peak resident memory so far. Run from the repository's root:
 *
 *   npm run bench:monitor -- 20000
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { open } from "manymodel";

const partitions = Number(process.argv[2] ?? 20_000);
const folder = await mkdtemp(path.join(process.env.MANYMODEL_BENCH_DIR ?? tmpdir(), "manymodel-bench-"));
const file = (name) => path.join(folder, `${name}.parquet`);
try {
  const instance = await DuckDBInstance.create(":memory:", { memory_limit: "512MB" });
  const connection = await instance.connect();
  for (const [name, days] of [
    ["training", 365],
    ["actuals", 395],
  ])
    await connection.run(
      `COPY (SELECT 'P' || lpad(i::VARCHAR, 7, '0') AS id, DATE '2025-01-01' + d::INT AS day,
        100 + 10 * sin(hash(i, d)::DOUBLE) AS y FROM range(${partitions}) t(i), range(${days}) u(d)) TO '${file(name)}' (FORMAT parquet)`,
    );
  connection.closeSync();
  instance.closeSync();
  const source = { table: file("training"), partition_by: "id", order_by: ["id", "day"], target: "y" };
  const mm = await open({ source, workspace: "workspace", register: { name: "M" } }, { directory: folder });
  const exports = { method: "mean", target: "y", period: 7, horizon: 30, holdout: 30 };
  const forecaster = new URL("../dist/model/builtin/forecaster.js", import.meta.url);
  const run = await mm.foreachPartition("unit_id").dopar(forecaster, { exports });
  await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 30 });
  await mm.registry.runBatch({ model: "M", version: "V1", inputTable: file("training") });
  for (const label of ["first", "again"]) {
    const began = performance.now();
    const before = process.cpuUsage();
    const { newEntries, verdicts } = await mm.monitor({ actuals: file("actuals") });
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - began) / 1000;
    const line = { what: label, partitions, newEntries, ...verdicts, seconds, cpu: (user + system) / 1e6 };
    console.log(JSON.stringify({ ...line, peakMb: Math.round(process.resourceUsage().maxRSS / 1024) }));
  }
  await mm.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}
