import type { IndexedSegment } from "../core/artifact.ts";
import type { PlainData } from "../core/plain-data.ts";
import type { Snapshot } from "../core/run.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import { frame } from "../model/frame.ts";
import type { Engine } from "../ports/engine.ts";
import type { TablePart } from "../ports/tables.ts";
import { ForecastRows, type ForecastTable } from "./forecast-rows.ts";
import { segmentRows } from "./read-index.ts";
import { scorePartition } from "./score-partition.ts";

/** What every task of a batch needs to know. */
export interface ScoreTask extends ForecastTable {
  readonly snapshot: Snapshot;
  readonly outputTable: string;
}

/** Score the partitions of the input that one segment has models for. */
export interface ScoreSegment extends ScoreTask {
  readonly segment: IndexedSegment;
  readonly definitionSha256: string;
  readonly keyArg: string;
  readonly exports: PlainData;
  readonly horizon: number;
}

/** Write a `NO_MODEL` row for each of these partitions of the input. */
export interface ScoreMissing extends ScoreTask {
  readonly ordinals: readonly number[];
}

/** Counts of partitions by status, and which partitions of the input they were. */
export interface ScoredPart {
  readonly part: TablePart;
  readonly ok: number;
  readonly noModel: number;
  readonly errors: number;
  readonly ordinals: Int32Array;
}

/** Loads the models of one segment, and no others, and forecasts those partitions that the input has. */
export async function scoreSegment(
  engine: Pick<Engine, "tables" | "stage">,
  definition: AnyModelDefinition,
  task: ScoreSegment,
): Promise<ScoredPart> {
  const all = (await segmentRows(engine.stage, task.segment)).map(({ row }) => row);
  const located = await engine.tables.locate(
    task.snapshot,
    all.map((row) => row.key),
  );
  const rows = all.filter((_, i) => located[i]! >= 0);
  const ordinals = located.filter((ordinal) => ordinal >= 0);
  const { batch, offsets } = await engine.tables.read(task.snapshot, Array.from(ordinals));
  const output = new ForecastRows(task);
  const counts = { ok: 0, noModel: 0, errors: 0 };
  const plan = { ...task, definition };
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const scored = await scorePartition(plan, row, { data: frame(batch, offsets[i]!, offsets[i + 1]!) });
    if (scored.status === "OK") {
      output.forecast(row.key, scored.times, scored.mean, scored.lower, scored.upper);
      counts.ok++;
    } else if (scored.status === "NO_MODEL") {
      output.status(row.key, scored.status);
      counts.noModel++;
    } else {
      output.status(row.key, `ERROR: ${scored.errorMessage}`);
      counts.errors++;
    }
  }
  return { part: await engine.tables.write(task.outputTable, output.batch()), ...counts, ordinals };
}

/** Writes the rows of partitions that no segment has a model for. */
export async function scoreMissing(engine: Pick<Engine, "tables">, task: ScoreMissing): Promise<ScoredPart> {
  const output = new ForecastRows(task);
  const first = task.ordinals[0]!;
  const keys = await engine.tables.keys(task.snapshot, first, task.ordinals.at(-1)! + 1);
  for (const ordinal of task.ordinals) output.status(keys[ordinal - first]!, "NO_MODEL");
  const part = await engine.tables.write(task.outputTable, output.batch());
  return { part, ok: 0, noModel: task.ordinals.length, errors: 0, ordinals: Int32Array.from(task.ordinals) };
}
