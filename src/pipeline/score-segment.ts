import { createHash } from "node:crypto";
import type { PartitionOutcome, SegmentInfo } from "../core/artifact.ts";
import type { Column, ColumnBatch, ColumnInfo } from "../core/column.ts";
import { ManymodelError, messageOf } from "../core/errors.ts";
import { encodeKey, type KeyColumn, type PartitionKey } from "../core/partition-key.ts";
import type { PlainData } from "../core/plain-data.ts";
import type { Snapshot } from "../core/run.ts";
import { decodeSegment } from "../core/segment.ts";
import type { AnyModelDefinition } from "../model/define-model.ts";
import { frame } from "../model/frame.ts";
import { nextTimes, parseTime } from "../model/interval.ts";
import { checkPrediction } from "../model/return-contract.ts";
import type { Engine } from "../ports/engine.ts";
import type { TablePart } from "../ports/tables.ts";
import { keyArgument } from "./train-chunk.ts";

/** What every task of a batch needs to know. */
export interface ScoreTask {
  readonly model: string;
  readonly version: string;
  readonly keyColumns: readonly KeyColumn[];
  /** The time column of the models' training data, or null. */
  readonly time: ColumnInfo | null;
  readonly snapshot: Snapshot;
  readonly outputTable: string;
  readonly levels: readonly number[];
}

/** Score the partitions of the input that one segment has models for. */
export interface ScoreSegment extends ScoreTask {
  readonly segment: SegmentInfo;
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

/** The columns of an output table, in order. */
export function outputColumns({ keyColumns, time, levels }: Pick<ScoreTask, "keyColumns" | "time" | "levels">): ColumnInfo[] {
  const bounds = levels.flatMap((level) => [`LO_${level}`, `HI_${level}`]);
  const fixed = ["MODEL_NAME", "MODEL_VERSION", "PARTITION_KEY", "STEP", "FORECAST", "STATUS", ...bounds];
  const own = (name: string) => (fixed.includes(name.toUpperCase()) ? `KEY_${name}` : name);
  return [
    { name: "MODEL_NAME", type: "string" },
    { name: "MODEL_VERSION", type: "string" },
    ...keyColumns.map((column): ColumnInfo => ({ name: own(column.name), type: outputType(column) })),
    { name: "PARTITION_KEY", type: "string" },
    ...(time === null ? [] : [{ ...time, name: own(time.name) }]),
    { name: "STEP", type: "integer" },
    { name: "FORECAST", type: "number" },
    ...bounds.map((name): ColumnInfo => ({ name, type: "number" })),
    { name: "STATUS", type: "string" },
  ];
}

/** Loads the models of one segment, and no others, and forecasts those partitions that the input has. */
export async function scoreSegment(
  engine: Pick<Engine, "tables" | "stage">,
  definition: AnyModelDefinition,
  task: ScoreSegment,
): Promise<ScoredPart> {
  const bytes = await engine.stage.get(task.segment.path);
  if (createHash("sha256").update(bytes).digest("hex") !== task.segment.sha256)
    throw new ManymodelError("corrupt", `${task.segment.path} was changed after it was committed; its checksum differs`);
  const all = await decodeSegment(bytes, task.segment.path);
  const located = await engine.tables.locate(
    task.snapshot,
    all.map((row) => row.key),
  );
  const rows = all.filter((_, i) => located[i]! >= 0);
  const ordinals = located.filter((ordinal) => ordinal >= 0);
  const { batch, offsets } = await engine.tables.read(task.snapshot, Array.from(ordinals));
  const output = new OutputRows(task);
  const counts = { ok: 0, noModel: 0, errors: 0 };
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row.model === null) {
      output.status(row.key, "NO_MODEL");
      counts.noModel++;
      continue;
    }
    try {
      const returned = await definition.predict!({
        [task.keyArg]: keyArgument(task.keyColumns, row.key),
        model: JSON.parse(row.model),
        horizon: task.horizon,
        levels: task.levels,
        data: frame(batch, offsets[i]!, offsets[i + 1]!),
        exports: task.exports,
        seed: row.seed,
      });
      const prediction = checkPrediction(returned, task.horizon, task.levels);
      output.forecast(row.key, forecastTimes(task, row), prediction.mean, prediction.lower, prediction.upper);
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
  const output = new OutputRows(task);
  const first = task.ordinals[0]!;
  const keys = await engine.tables.keys(task.snapshot, first, task.ordinals.at(-1)! + 1);
  for (const ordinal of task.ordinals) output.status(keys[ordinal - first]!, "NO_MODEL");
  const part = await engine.tables.write(task.outputTable, output.batch());
  return { part, ok: 0, noModel: task.ordinals.length, errors: 0, ordinals: Int32Array.from(task.ordinals) };
}

/** The times of the forecasts: the next ones after the model's last observation, at the series' own interval. */
function forecastTimes({ time, horizon }: ScoreSegment, row: PartitionOutcome): Float64Array | null {
  if (time === null || row.lastTs === null || row.interval === null) return null;
  const type = time.type === "date" || time.type === "timestamp" ? time.type : "number";
  return nextTimes(parseTime(type, row.lastTs), row.interval, horizon);
}

/** Collects output rows column by column. */
class OutputRows {
  readonly #task: ScoreTask;
  readonly #columns: readonly ColumnInfo[];
  readonly #keys: KeyValueColumn[];
  readonly #partitionKey: string[] = [];
  readonly #times: number[] = [];
  readonly #steps: (bigint | null)[] = [];
  readonly #numbers: number[][];
  readonly #status: string[] = [];

  constructor(task: ScoreTask) {
    this.#task = task;
    this.#columns = outputColumns(task);
    this.#keys = task.keyColumns.map(() => []);
    this.#numbers = Array.from({ length: 1 + 2 * task.levels.length }, () => []);
  }

  forecast(
    key: PartitionKey,
    times: Float64Array | null,
    mean: Float64Array,
    lower: readonly Float64Array[],
    upper: readonly Float64Array[],
  ): void {
    const partitionKey = encodeKey(this.#task.keyColumns, key);
    for (let i = 0; i < mean.length; i++) {
      this.#row(key, partitionKey, times === null ? NaN : times[i]!, BigInt(i + 1), "OK");
      this.#numbers[0]!.push(mean[i]!);
      for (let level = 0; level < lower.length; level++) {
        this.#numbers[1 + 2 * level]!.push(lower[level]![i]!);
        this.#numbers[2 + 2 * level]!.push(upper[level]![i]!);
      }
    }
  }

  /** A partition without a forecast: one row that says why. */
  status(key: PartitionKey, status: string): void {
    this.#row(key, encodeKey(this.#task.keyColumns, key), NaN, null, status);
    for (const column of this.#numbers) column.push(NaN);
  }

  #row(key: PartitionKey, partitionKey: string, time: number, step: bigint | null, status: string): void {
    for (let i = 0; i < key.length; i++) this.#keys[i]!.push(key[i]!);
    this.#partitionKey.push(partitionKey);
    this.#times.push(time);
    this.#steps.push(step);
    this.#status.push(status);
  }

  batch(): ColumnBatch {
    const length = this.#status.length;
    const text = (values: readonly string[]): Column => ({ type: "string", values });
    const { keyColumns, time, model, version } = this.#task;
    const data: Column[] = [
      text(new Array<string>(length).fill(model)),
      text(new Array<string>(length).fill(version)),
      ...keyColumns.map((column, i) => keyColumn(column, this.#keys[i]!)),
      text(this.#partitionKey),
      ...(time === null ? [] : [timeColumn(time, this.#times)]),
      { type: "integer", values: this.#steps },
      ...this.#numbers.map((values): Column => ({ type: "number", values: Float64Array.from(values) })),
      text(this.#status),
    ];
    return { length, columns: Object.fromEntries(this.#columns.map(({ name }, i) => [name, data[i]!])) };
  }
}

type KeyValueColumn = PartitionKey[number][];

function outputType({ type }: KeyColumn): ColumnInfo["type"] {
  if (type === "double") return "number";
  return type === "decimal" ? "string" : type;
}

function keyColumn({ type }: KeyColumn, values: KeyValueColumn): Column {
  switch (type) {
    case "integer":
      return { type, values: values.map((v) => (v === null ? null : BigInt(v as number | bigint))) };
    case "double":
      return { type: "number", values: Float64Array.from(values, (v) => (v === null ? NaN : (v as number))) };
    case "boolean":
      return { type, values: Uint8Array.from(values, (v) => (v === null ? 2 : Number(v))) };
    case "date":
    case "timestamp":
      return { type, values: Float64Array.from(values, (v) => (v === null ? NaN : parseTime(type, v as string))) };
    default:
      return { type: "string", values: values as (string | null)[] };
  }
}

function timeColumn({ type }: ColumnInfo, times: number[]): Column {
  if (type === "integer") return { type, values: times.map((t) => (Number.isNaN(t) ? null : BigInt(t))) };
  return { type: type === "date" || type === "timestamp" ? type : "number", values: Float64Array.from(times) };
}
