import type { IndexedSegment, PartitionOutcome } from "../core/artifact.ts";
import { messageOf } from "../core/errors.ts";
import type { PlainData } from "../core/plain-data.ts";
import type { Snapshot } from "../core/run.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import { type Frame, frame } from "../model/frame.ts";
import { nextTimes, parseTime } from "../model/interval.ts";
import { keyArgument } from "../model/key-argument.ts";
import { checkPrediction } from "../model/return-contract.ts";
import type { Engine } from "../ports/engine.ts";
import type { TablePart } from "../ports/tables.ts";
import { ForecastRows, type ForecastTable, type Times } from "./forecast-rows.ts";
import { segmentRows } from "./read-index.ts";

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
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row.model === null) {
      output.status(row.key, "NO_MODEL");
      counts.noModel++;
      continue;
    }
    const data = frame(batch, offsets[i]!, offsets[i + 1]!);
    const horizon = definition.scores === "rows" ? data.length : task.horizon;
    try {
      const returned = await definition.predict!({
        [task.keyArg]: keyArgument(task.keyColumns, row.key),
        model: JSON.parse(row.model),
        horizon,
        levels: task.levels,
        data,
        exports: task.exports,
        seed: row.seed,
      });
      const prediction = checkPrediction(returned, horizon, task.levels);
      const times = definition.scores === "rows" ? rowTimes(task, data) : forecastTimes(task, row);
      output.forecast(row.key, times, prediction.mean, prediction.lower, prediction.upper);
      counts.ok++;
    } catch (error) {
      output.status(row.key, `ERROR: ${messageOf(error)}`);
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

/** What the rows that were scored have in the time column: which they are. Null where they have none of that type. */
function rowTimes({ time }: ScoreSegment, data: Frame): Times | null {
  const type = data.columns.find((column) => column.name === time?.name)?.type;
  if (time === null || type === undefined) return null;
  if (time.type === "string") return type === "string" ? data.strings(time.name) : null;
  if (time.type === "date" || time.type === "timestamp") return type === time.type ? data.times(time.name) : null;
  return type === "number" ? data.numbers(time.name) : null;
}

/** The times of the forecasts: the next ones after the model's last observation, at the series' own interval. */
function forecastTimes({ time, horizon }: ScoreSegment, row: PartitionOutcome): Float64Array | null {
  if (time === null || row.lastTs === null || row.interval === null) return null;
  const type = time.type === "date" || time.type === "timestamp" ? time.type : "number";
  return nextTimes(parseTime(type, row.lastTs), row.interval, horizon);
}
