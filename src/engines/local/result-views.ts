import { existsSync } from "node:fs";
import path from "node:path";
import type { IndexedSegment } from "../../core/artifact.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { KeyColumn } from "../../core/partition-key.ts";
import { segmentColumn } from "../../core/segment.ts";
import { rowSelector } from "../../core/selection.ts";
import type { ExposedRun } from "../../ports/run-views.ts";
import type { Stage } from "../../ports/stage.ts";
import { unseal } from "../../stages/sealed.ts";
import { makeFolder, writeWhole } from "../../stages/whole-file.ts";
import { identifier, literal, readParquet } from "../node/duck.ts";
import { damagedRow } from "../node/stored-run.ts";
import type { Database } from "./database.ts";

/** A view over committed segments: its columns (name and expression), and what they are selected from: their rows. */
interface ResultView {
  readonly columns: readonly (readonly [name: string, expression: string])[];
  from(rows: string): string;
}

const COMMON = [
  ["PARTITION_KEY", "partition_key"],
  ["OUTCOME", "outcome"],
  ["MODEL_KIND", "model_kind"],
] as const;

/** Names that no key column is likely to have, and that are told apart from one by the qualified select. */
const FILE = identifier("segment file");
const METRIC = identifier("metric entry");
const CHOSEN = identifier("chosen rows");
const CHOSEN_FILE = identifier("chosen file");

/** Columns of numbers, which a view without runs has too. */
const NUMBERS = new Set(["POSITION", "ATTEMPT", "N_OBS", "FIT_MS", "SEED", "VALUE"]);

const VIEWS: Readonly<Record<string, ResultView>> = {
  MODEL_INDEX: {
    columns: [
      ...COMMON,
      ["STAGE_PATH", FILE],
      ["POSITION", "position"],
      ["ATTEMPT", "attempt"],
      ["DATA_SHA256", "data_sha256"],
    ],
    from: (rows) => rows,
  },
  TRAINING_METRICS: {
    columns: [
      ["PARTITION_KEY", "partition_key"],
      ["METRIC", `${METRIC}.key`],
      ["VALUE", `${METRIC}.value`],
    ],
    from: (rows) =>
      `(SELECT *, unnest(map_entries(CAST(CAST(metrics AS JSON) AS MAP(VARCHAR, DOUBLE)))) AS ${METRIC}
        FROM ${rows} WHERE metrics IS NOT NULL)`,
  },
  TRAINING_RESULTS: {
    columns: [
      ...COMMON,
      ...[
        "n_obs",
        "first_ts",
        "last_ts",
        "interval",
        "fit_ms",
        "seed",
        "metrics",
        "forecast",
        "info",
        "error_type",
      ].map((name) => [name.toUpperCase(), identifier(name)] as const),
      ["ERROR_MESSAGE", "error_message"],
      ["ATTEMPT", "attempt"],
    ],
    from: (rows) => rows,
  },
};

/** Returns the rows of committed segments that count, each with the file it is in. */
function segmentRows(stageRoot: string, segments: readonly IndexedSegment[]): string {
  const file = ({ path: name }: IndexedSegment) => path.join(stageRoot, name);
  const options = `, filename = ${literal("segment file")}`;
  if (segments.every(({ select }) => select === undefined)) return readParquet(segments.map(file), options);
  const bits = segments.map((segment) => {
    const isSelected = rowSelector(segment.select);
    const chosen = Array.from({ length: segment.total ?? segment.rows }, (_, row) => (isSelected(row) ? "1" : "0"));
    return `(${literal(file(segment))}, '${chosen.join("")}'::BIT)`;
  });
  return `(SELECT * EXCLUDE (${CHOSEN}, ${CHOSEN_FILE}, file_row_number)
    FROM ${readParquet(segments.map(file), `${options}, file_row_number = true`)}
    JOIN (VALUES ${bits.join(", ")}) AS chosen (${CHOSEN_FILE}, ${CHOSEN}) ON ${FILE} = ${CHOSEN_FILE}
    WHERE get_bit(${CHOSEN}, CAST(file_row_number AS INTEGER)) = 1)`;
}

/** The views over trained models. */
export const RESULT_VIEWS = Object.keys(VIEWS);

/** Adds a run to the views. */
export function exposeRun(db: Database, { runId, keyColumns, segments }: ExposedRun): void {
  db.prepare("INSERT OR REPLACE INTO exposed_runs (run_id, key_columns, segments) VALUES (?, ?, ?)").run(
    runId,
    JSON.stringify(keyColumns),
    JSON.stringify(segments),
  );
}

/** Takes a run out of the views. */
export function concealRun(db: Database, runId: string): void {
  db.prepare("DELETE FROM exposed_runs WHERE run_id = ?").run(runId);
}

/** Reads the runs that the views show, in the order of their ids: all, or one. */
export function exposedRuns(db: Database, only?: string): ExposedRun[] {
  const select = (where: string) =>
    db.prepare(`SELECT run_id, key_columns, segments FROM exposed_runs ${where} ORDER BY run_id`);
  const rows = (only === undefined ? select("").all() : select("WHERE run_id = ?").all(only)) as {
    run_id: string;
    key_columns: string;
    segments: string;
  }[];
  return rows.map((row) => ({
    runId: row.run_id,
    keyColumns: unseal<KeyColumn[]>(row.key_columns, damagedRow(`what is shown of run ${row.run_id}`)),
    segments: unseal<IndexedSegment[]>(row.segments, damagedRow(`what is shown of run ${row.run_id}`)),
  }));
}

/** Copies the segments of runs into a folder where it does not have them. What the stage has not is left out. */
export async function fetchSegments(runs: readonly ExposedRun[], stage: Stage, folder: string): Promise<void> {
  for (const { path: name } of runs.flatMap((run) => run.segments)) {
    const file = path.join(folder, name);
    if (existsSync(file)) continue;
    const bytes = await stage.get(name).catch((error) => {
      if (error instanceof ManymodelError && error.kind === "not-found") return undefined;
      throw error;
    });
    if (bytes === undefined) continue;
    await makeFolder(path.dirname(file));
    await writeWhole(file, bytes);
  }
}

/** Takes the runs out whose segments are missing or damaged, and says which. */
export async function leaveOutDamaged(
  runs: readonly ExposedRun[],
  damageOf: (segment: IndexedSegment) => Promise<string | undefined>,
): Promise<{ runs: ExposedRun[]; notes: string[] }> {
  const notes: string[] = [];
  const readable: ExposedRun[] = [];
  for (const run of runs) {
    let damage: string | undefined;
    for (const segment of run.segments) damage ??= await damageOf(segment);
    if (damage === undefined) readable.push(run);
    else
      notes.push(
        `run ${run.runId} is left out, because ${damage}; restore the file, or delete the run: manymodel run delete ${run.runId}`,
      );
  }
  return { runs: readable, notes };
}

/** Returns the SQL of the views over runs, by name. */
export function resultViews(exposed: readonly ExposedRun[], stageRoot: string): Map<string, string> {
  const runs = exposed.map(({ runId, keyColumns, segments }) => ({
    runId,
    keys: keyColumns,
    rows: segmentRows(stageRoot, segments),
  }));
  const types = new Map<string, Set<string>>();
  for (const { name, type } of runs.flatMap((run) => run.keys))
    types.set(name.toUpperCase(), (types.get(name.toUpperCase()) ?? new Set()).add(type));
  const mixed = new Set([...types].flatMap(([name, variants]) => (variants.size > 1 ? [name] : [])));
  const select = (view: ResultView, { runId, keys, rows }: (typeof runs)[number]) => {
    const reserved = new Set(["RUN_ID", ...view.columns.map(([name]) => name)]);
    const keyColumns = keys.map((key): [string, string] => {
      const name = reserved.has(key.name.toUpperCase()) ? `KEY_${key.name}` : key.name;
      return [name, keyExpression(key, mixed.has(key.name.toUpperCase()))];
    });
    const viewColumns = view.columns.map(([name, expression]): [string, string] => [
      name,
      name === "STAGE_PATH" ? `substr(${expression}, ${path.join(stageRoot, "x").length})` : expression,
    ]);
    const columns = [["RUN_ID", literal(runId)] as const, ...keyColumns, ...viewColumns];
    return `SELECT ${columns.map(([name, expression]) => `${expression} AS ${identifier(name)}`).join(", ")} FROM ${view.from(rows)}`;
  };
  const empty = (view: ResultView) => {
    const names = ["RUN_ID", ...view.columns.map(([name]) => name)];
    const typed = names.map(
      (name) => `CAST(NULL AS ${NUMBERS.has(name) ? "DOUBLE" : "VARCHAR"}) AS ${identifier(name)}`,
    );
    return `SELECT ${typed.join(", ")} WHERE false`;
  };
  return new Map(
    Object.entries(VIEWS).map(([name, view]) => [
      name,
      runs.length === 0 ? empty(view) : runs.map((run) => select(view, run)).join(" UNION ALL BY NAME "),
    ]),
  );
}

/**
 * Returns a key column of a segment with its type (dates, timestamps and decimals are text in the file); as text where
 * runs disagree on the type, so that the view can hold them all.
 */
function keyExpression({ name, type }: KeyColumn, mixed: boolean): string {
  const stored = identifier(segmentColumn(name));
  if (mixed) return `CAST(${stored} AS VARCHAR)`;
  return type === "date" || type === "timestamp" ? `CAST(${stored} AS ${type.toUpperCase()})` : stored;
}
