import type { ModelIndex } from "../../src/core/artifact.ts";
import { decodeSegment } from "../../src/core/segment.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { checksum } from "../../src/stages/checksum.ts";
import { comparable, type Reference } from "./workspace.ts";

/** Returns all faults of a completed run, one line each. And how many segments nobody counts. */
export async function verifyRun(
  { catalog, queue, stage, tables }: Engine,
  runId: string,
  reference: Reference,
): Promise<{ anomalies: string[]; orphans: number }> {
  const anomalies: string[] = [];
  const say = (line: string) => void (anomalies.length < 10 && anomalies.push(line));
  const run = await catalog.run(runId);
  if (run?.state !== "completed" || run.index === null) {
    say(`run ${runId} is ${run?.state ?? "unknown"}, not completed`);
    return { anomalies, orphans: 0 };
  }
  const bytes = await stage.get(run.index.path);
  if (checksum(bytes) !== run.index.sha256) say("the index is not the one that the catalog names");
  const index = JSON.parse(new TextDecoder().decode(bytes)) as ModelIndex;
  if (index.partitions !== reference.size) say(`the index counts ${index.partitions} partitions`);

  const positions = new Set<number>();
  const keys = new Set<string>();
  const counts = { succeeded: 0, failed: 0, skipped: 0 };
  for (const segment of index.segments) {
    const content = await stage.get(segment.path);
    if (checksum(content) !== segment.sha256) say(`${segment.path} is not the one that was committed`);
    const rows = await decodeSegment(content, segment.path);
    if (rows.length !== segment.rows) say(`${segment.path} has ${rows.length} rows, the index says ${segment.rows}`);
    for (const row of rows) {
      counts[row.outcome]++;
      if (positions.has(row.position) || keys.has(row.partitionKey)) say(`${row.partitionKey} is there twice`);
      positions.add(row.position);
      keys.add(row.partitionKey);
      if (comparable(row) !== reference.get(row.partitionKey))
        say(`${row.partitionKey} is ${comparable(row)}, undisturbed ${reference.get(row.partitionKey)}`);
    }
  }
  if (keys.size !== reference.size) say(`${keys.size} partitions have a row`);
  for (const outcome of ["succeeded", "failed", "skipped"] as const)
    if (counts[outcome] !== index[outcome]) say(`${counts[outcome]} rows ${outcome}, the index says ${index[outcome]}`);

  const committed = (await queue.chunks(runId)).map(({ segment }) => segment?.path);
  const indexed = index.segments.map(({ path }) => path);
  if (JSON.stringify(committed) !== JSON.stringify(indexed)) say("the index names other segments than the queue");
  const { rows } = await tables.query(
    `SELECT count(*), count(DISTINCT PARTITION_KEY), count(CASE WHEN OUTCOME = 'succeeded' THEN 1 END) FROM TRAINING_RESULTS WHERE RUN_ID = '${runId}'`,
    [],
    1,
  );
  const text = JSON.stringify(rows[0]);
  if (text !== JSON.stringify([reference.size, reference.size, counts.succeeded])) say(`the views show ${text}`);
  const stored = (await stage.list(`runs/${runId}/chunks/`)).filter((name) => name.endsWith("segment.parquet"));
  return { anomalies, orphans: stored.filter((name) => !indexed.includes(name)).length };
}

/** Returns the faults of a run's forecasts over its own source. */
export async function verifyForecasts({ tables }: Engine, reference: Reference): Promise<string[]> {
  const { rows } = await tables.query(
    "SELECT count(DISTINCT PARTITION_KEY), count(CASE WHEN STATUS = 'OK' THEN 1 END), count(DISTINCT CASE WHEN STATUS = 'NO_MODEL' THEN PARTITION_KEY END) FROM FORECAST_RESULTS",
    [],
    1,
  );
  const fitted = [...reference.values()].filter((row) => row.includes('"outcome":"succeeded"')).length;
  const expected = JSON.stringify([reference.size, fitted * STEPS, reference.size - fitted]);
  return JSON.stringify(rows[0]) === expected ? [] : [`scored ${JSON.stringify(rows[0])}, expected ${expected}`];
}

export const STEPS = 2;
