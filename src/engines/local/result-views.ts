import path from "node:path";
import type { SegmentInfo } from "../../core/artifact.ts";
import type { KeyColumn } from "../../core/partition-key.ts";
import { segmentColumn } from "../../core/segment.ts";
import type { ExposedRun } from "../../ports/tables.ts";
import type { Database } from "./database.ts";
import { identifier, literal, readParquet } from "./duck.ts";

/** The views over committed segments that every workspace has. */
export const RESULT_VIEWS = ["MODEL_INDEX", "TRAINING_METRICS", "TRAINING_RESULTS"];

/** Adds a run to the views. */
export function exposeRun(db: Database, { runId, keyColumns, segments }: ExposedRun): void {
  db.prepare("INSERT OR REPLACE INTO exposed_runs (run_id, key_columns, segments) VALUES (?, ?, ?)").run(
    runId,
    JSON.stringify(keyColumns),
    JSON.stringify(segments),
  );
}

const INDEX = `RUN_ID, %KEYS% partition_key AS PARTITION_KEY, outcome AS OUTCOME, model_kind AS MODEL_KIND,
  parse_path(filename) AS segment_path_parts, position AS POSITION, attempt AS ATTEMPT, data_sha256 AS DATA_SHA256`;
const RESULTS = `RUN_ID, %KEYS% partition_key AS PARTITION_KEY, outcome AS OUTCOME, model_kind AS MODEL_KIND, n_obs AS N_OBS,
  first_ts AS FIRST_TS, last_ts AS LAST_TS, "interval" AS "INTERVAL", fit_ms AS FIT_MS, seed AS SEED, metrics AS METRICS,
  forecast AS FORECAST, info AS INFO, error_type AS ERROR_TYPE, error_message AS ERROR_MESSAGE, attempt AS ATTEMPT`;
const METRICS = "RUN_ID, %KEYS% partition_key AS PARTITION_KEY, metric.key AS METRIC, metric.value AS VALUE";

/** SQL of the three views over all exposed runs, by name. */
export function resultViews(db: Database, stageRoot: string): Map<string, string> {
  const runs = db.prepare("SELECT run_id, key_columns, segments FROM exposed_runs ORDER BY run_id").all() as {
    run_id: string;
    key_columns: string;
    segments: string;
  }[];
  const union = (columns: string, from: (segments: string) => string) =>
    runs.map((run) => {
      const keys = (JSON.parse(run.key_columns) as KeyColumn[]).map(keyExpression).join("");
      const files = (JSON.parse(run.segments) as SegmentInfo[]).map((segment) => path.join(stageRoot, segment.path));
      const list = columns.replace("RUN_ID", `${literal(run.run_id)} AS RUN_ID`).replace("%KEYS%", keys);
      return `SELECT ${list} FROM ${from(readParquet(files))}`;
    });
  const view = (parts: string[], empty: string) =>
    parts.length > 0 ? parts.join(" UNION ALL BY NAME ") : `SELECT ${empty} WHERE false`;
  const nothing = (columns: readonly string[]) => columns.map((name) => `CAST(NULL AS VARCHAR) AS ${name}`).join(", ");
  const prefix = path.join(stageRoot, "").length + 1;
  const index = INDEX.replace(
    "parse_path(filename) AS segment_path_parts",
    `substr(filename, ${prefix + 1}) AS STAGE_PATH`,
  );
  const named = (from: string) => from.replace(/\)$/, ", filename = true)");
  const unnested = (from: string) =>
    `(SELECT *, unnest(map_entries(CAST(CAST(metrics AS JSON) AS MAP(VARCHAR, DOUBLE)))) AS metric FROM ${from} WHERE metrics IS NOT NULL)`;
  return new Map([
    ["MODEL_INDEX", view(union(index, named), nothing(["RUN_ID", "PARTITION_KEY", "OUTCOME", "STAGE_PATH"]))],
    ["TRAINING_METRICS", view(union(METRICS, unnested), nothing(["RUN_ID", "PARTITION_KEY", "METRIC", "VALUE"]))],
    [
      "TRAINING_RESULTS",
      view(
        union(RESULTS, (from) => from),
        nothing(["RUN_ID", "PARTITION_KEY", "OUTCOME", "METRICS"]),
      ),
    ],
  ]);
}

/** A key column of a segment with its type: dates, timestamps and decimals are text in the file. */
function keyExpression({ name, type }: KeyColumn): string {
  const stored = identifier(segmentColumn(name));
  const cast = type === "date" || type === "timestamp" ? `CAST(${stored} AS ${type.toUpperCase()})` : stored;
  return `${cast} AS ${identifier(segmentColumn(name))}, `;
}
