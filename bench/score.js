/**
 * Batch scoring at size: N partitions with ARIMA and ETS models, horizon 30 with two levels, output written. At most 200
 * models of each method are fitted, and stand N times under other keys, so that the bench does not wait for N fits.
 * Prints one JSON line per step with its wall time, its CPU time over all threads, and partitions per CPU second.
 *
 *   npm run bench:score -- 100000 [auto-arima|ets|both] [workers] [incremental]
 */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { open } from "manymodel";
import { syntheticSeries } from "../dist/api/verbs/series-events.js";
import { encodeKeyIndex } from "../dist/core/key-index.js";
import { decodeSegment, encodeSegment } from "../dist/core/segment.js";

const partitions = Number(process.argv[2] ?? 100_000);
const methods = { both: ["auto-arima", "ets"] }[process.argv[3] ?? "both"] ?? [process.argv[3]];
const workers = Number(process.argv[4] ?? 2);
const FITTED = Math.min(200, partitions);
const DAYS = 200;
const PER_SEGMENT = 2000;
const folder = await mkdtemp(path.join(process.env.MANYMODEL_BENCH_DIR ?? tmpdir(), "manymodel-bench-"));
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const report = (step, began, cpu, more = {}) => {
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  const seconds = (performance.now() - began) / 1000;
  const round = (x) => Number(x.toFixed(2));
  const perCpuSecond = Math.round(partitions / cpuSeconds);
  console.log(
    JSON.stringify({ step, partitions, seconds: round(seconds), cpuSeconds: round(cpuSeconds), perCpuSecond, ...more }),
  );
};
try {
  const mm = await open(
    { source: { table: "S", partition_by: "UNIT_ID", order_by: ["UNIT_ID", "OBS_DATE"] }, workspace: "workspace" },
    { directory: folder },
  );
  const { output, source, stage, catalog } = mm.engine;
  const columns = [
    { name: "UNIT_ID", type: "string" },
    { name: "OBS_DATE", type: "date" },
    { name: "Y", type: "number" },
  ];
  await output.create("S", columns);
  const ids = Array.from({ length: FITTED }, (_, unit) => `FIT${String(unit).padStart(5, "0")}`);
  const dates = Float64Array.from({ length: DAYS }, (_, day) => Date.UTC(2026, 0, 1) + day * 86_400_000);
  const series = ids.map((_, unit) => syntheticSeries(1, unit, DAYS));
  const table = (names, days) => ({
    length: names.length * days,
    columns: {
      UNIT_ID: { type: "string", values: names.flatMap((name) => new Array(days).fill(name)) },
      OBS_DATE: {
        type: "date",
        values: Float64Array.from({ length: names.length * days }, (_, i) => dates[DAYS - days + (i % days)]),
      },
      Y: {
        type: "number",
        values: Float64Array.from(
          { length: names.length * days },
          (_, i) => series[Math.floor(i / days) % FITTED][DAYS - days + (i % days)],
        ),
      },
    },
  });
  await output.publish("S", "fit", [await output.write("S", table(ids, DAYS))]);
  const rows = [];
  let fitted;
  for (const method of methods) {
    const exports = { method, target: "Y", period: 7, horizon: 30, holdout: 0 };
    fitted = await mm
      .foreachPartition("unit_id")
      .dopar(new URL("../dist/model/builtin/forecaster.js", import.meta.url), { exports });
    const index = JSON.parse(new TextDecoder().decode(await stage.get(fitted.index.path)));
    for (const segment of index.segments)
      rows.push(...(await decodeSegment(await stage.get(segment.path), segment.path)));
  }
  const modelBytes = rows.reduce((sum, row) => sum + (row.model?.length ?? 0), 0) / rows.length;

  // The same models under other keys: a run of N partitions, and an input of one row each, the last one of its series.
  const name = (i) => `SKU${String(i).padStart(8, "0")}`;
  const runId = "bench";
  const segments = [];
  const listed = [];
  await output.create("TONIGHT", columns);
  const parts = [];
  let stored = 0;
  for (let from = 0, chunk = 1; from < partitions; from += PER_SEGMENT, chunk++) {
    const names = Array.from({ length: Math.min(PER_SEGMENT, partitions - from) }, (_, i) => name(from + i));
    const chosen = names.map((id, i) => ({
      ...rows[(from + i) % rows.length],
      key: [id],
      partitionKey: `s:${id}`,
      position: from + i,
    }));
    const { content: bytes } = encodeSegment(fitted.manifest.snapshot.keyColumns, chosen);
    stored += bytes.length;
    const file = `runs/${runId}/chunks/${String(chunk).padStart(4, "0")}/1/segment.parquet`;
    await stage.put(file, bytes);
    const count = { rows: names.length, succeeded: names.length, failed: 0 };
    segments.push({ path: file, chunk, attempt: 1, ...count, bytes: bytes.length, sha256: sha256(bytes), source: 0 });
    listed.push({ chunk, keys: chosen.map((row) => row.partitionKey) });
    parts.push(await output.write("TONIGHT", table(names, 1)));
  }
  await output.publish("TONIGHT", "bench", parts);
  const manifest = { ...fitted.manifest, runId, partitions, chunks: segments.length };
  const keyIndex = encodeKeyIndex(listed);
  await stage.put(`runs/${runId}/key_index.bin`, keyIndex);
  const put = async (file, value) => {
    const bytes = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
    await stage.put(file, bytes);
    return sha256(bytes);
  };
  await put(`runs/${runId}/manifest.json`, manifest);
  const counts = { partitions, succeeded: partitions, failed: 0, skipped: 0 };
  const { definition, keyArg, exports } = manifest;
  const sources = [
    {
      runId,
      definitionSha256: definition.sha256,
      keyArg,
      exports,
      keyIndex: { path: `runs/${runId}/key_index.bin`, sha256: sha256(keyIndex) },
    },
  ];
  const indexPath = `runs/${runId}/model_index.json`;
  const indexSha256 = await put(indexPath, {
    formatVersion: 1,
    runId,
    createdAt: manifest.createdAt,
    ...counts,
    sources,
    segments,
  });
  await catalog.createRun(runId, manifest.createdAt);
  await catalog.moveRun(runId, "running", { manifest });
  await catalog.moveRun(runId, "finalizing");
  const index = { path: indexPath, sha256: indexSha256, bytes: stored, segments: segments.length, ...counts };
  await catalog.moveRun(runId, "completed", { index, endedAt: manifest.createdAt });
  console.log(
    JSON.stringify({
      step: "models",
      methods,
      bytesOfJson: Math.round(modelBytes),
      bytesStored: Math.round(stored / partitions),
    }),
  );

  const took = [];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    await mm.registry.logManyModel({ name: "BENCH", version: `V${i}`, run: runId, horizon: 30 });
    const registered = performance.now();
    await mm.registry.setModelAlias("BENCH", "champion", `V${i}`);
    took.push([registered - began, performance.now() - registered]);
  }
  const median = (values) => Number(values.sort((a, b) => a - b)[2].toFixed(2));
  console.log(
    JSON.stringify({
      step: "register, move an alias",
      partitions,
      medianMs: [median(took.map(([a]) => a)), median(took.map(([, b]) => b))],
    }),
  );

  const score = async (step, options) => {
    const began = performance.now();
    const cpu = process.cpuUsage();
    const batch = await mm.registry.runBatch({
      model: "BENCH",
      version: "V0",
      inputTable: "TONIGHT",
      workers,
      ...options,
    });
    report(step, began, cpu, { rows: batch.rows, kept: batch.kept });
    if (batch.ok !== partitions) throw new Error(`${batch.ok} scored`);
  };
  // The snapshot is taken once: its cost is a step of its own.
  const began = performance.now();
  const cpu = process.cpuUsage();
  await source.snapshot({
    table: "TONIGHT",
    keyColumns: ["UNIT_ID"],
    columns: undefined,
    orderBy: ["UNIT_ID", "OBS_DATE"],
    duplicates: "fail",
  });
  report("read and sort the input", began, cpu);
  await score("score", {});
  if (process.argv[5] === "incremental") {
    await score("score, with fingerprints", { incremental: true });
    await score("score again, nothing changed", { incremental: true });
  }
  await mm.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}
