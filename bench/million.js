/**
 * The machinery at size: N partitions × 30 rows with a body that returns the mean, trained, registered and scored.
 * Prints one JSON line per step with its wall time and the process's peak resident memory so far.
 *
 *   npm run bench:million -- 1000000
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { open } from "manymodel";
import { writeSource } from "./source-table.js";

const partitions = Number(process.argv[2] ?? 1_000_000);
const rows = 30;
const folder = await mkdtemp(path.join(process.env.MANYMODEL_BENCH_DIR ?? tmpdir(), "manymodel-bench-"));
const report = (step, began) => {
  const seconds = Number(((performance.now() - began) / 1000).toFixed(2));
  const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ step, partitions, seconds, peakMegabytes }));
};
try {
  const source = path.join(folder, "source.parquet");
  await writeSource(source, { partitions, rows });
  const mm = await open(
    { source: { table: source, partition_by: "UNIT_ID", order_by: "OBS_DATE" }, workspace: "workspace" },
    { directory: folder },
  );
  let began = performance.now();
  const run = await mm.foreachPartition("unit_id").dopar(new URL("./mean-model.ts", import.meta.url));
  report("train", began);
  if (run.index.succeeded !== partitions) throw new Error(`${run.index.succeeded} succeeded`);
  const took = [];
  for (let i = 0; i < 5; i++) {
    began = performance.now();
    await mm.registry.logManyModel({ name: "BENCH", version: `V${i}`, run, horizon: 7 });
    took.push(performance.now() - began);
  }
  console.log(JSON.stringify({ step: "register", partitions, medianMs: took.sort((a, b) => a - b)[2].toFixed(2) }));
  began = performance.now();
  const batch = await mm.registry.runBatch({ model: "BENCH", version: "V0", inputTable: source });
  report("score", began);
  if (batch.ok !== partitions) throw new Error(`${batch.ok} scored`);
  await mm.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}
