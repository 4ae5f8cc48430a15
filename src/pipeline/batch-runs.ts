import { type ColumnBatch, type ColumnInfo, getColumn } from "../core/columns/column.ts";
import { BATCH_RUNS } from "../core/current-forecasts.ts";
import { parseTime } from "../model/interval.ts";
import type { Output } from "../ports/output.ts";

/** The record of a batch. */
export interface BatchRecord {
  readonly batchId: string;
  readonly model: string;
  readonly version: string;
  readonly inputTable: string;
  readonly outputTable: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly partitions: number;
  readonly ok: number;
  readonly stale: number;
  /** Number of partitions whose series keep no interval, so that their forecasts have no dates. */
  readonly undated: number;
  readonly fallback: number;
  readonly noModel: number;
  readonly errors: number;
  /** Number of partitions whose series have ended. */
  readonly ended: number;
  /** Number of partitions that keep their rows of the batch before. */
  readonly kept: number;
  readonly rows: number;
  /** JSON of what the caller decided. */
  readonly options: string;
}

const COLUMNS = [
  ["batchId", "BATCH_ID", "string"],
  ["model", "MODEL_NAME", "string"],
  ["version", "MODEL_VERSION", "string"],
  ["inputTable", "INPUT_TABLE", "string"],
  ["outputTable", "OUTPUT_TABLE", "string"],
  ["startedAt", "STARTED_AT", "timestamp"],
  ["seconds", "SECONDS", "number"],
  ["partitions", "N_PARTITIONS", "integer"],
  ["ok", "N_OK", "integer"],
  ["stale", "N_STALE", "integer"],
  ["undated", "N_UNDATED", "integer"],
  ["fallback", "N_FALLBACK", "integer"],
  ["noModel", "N_NO_MODEL", "integer"],
  ["errors", "N_ERROR", "integer"],
  ["ended", "N_ENDED", "integer"],
  ["kept", "N_KEPT", "integer"],
  ["rows", "N_ROWS", "integer"],
  ["options", "OPTIONS", "string"],
] as const satisfies readonly (readonly [keyof BatchRecord, string, ColumnInfo["type"]])[];

/** Records a batch that was published. */
export async function recordBatch(output: Output, record: BatchRecord): Promise<void> {
  await output.create(
    BATCH_RUNS,
    COLUMNS.map(([, name, type]) => ({ name, type })),
  );
  const column = (field: keyof BatchRecord, type: ColumnInfo["type"]): ColumnBatch["columns"][string] => {
    const value = record[field];
    if (type === "integer") return { type, values: [BigInt(value)] };
    if (type === "string") return { type, values: [value as string] };
    const number = typeof value === "number" ? value : parseTime("timestamp", value.replace("Z", ""));
    return { type: type as "number" | "timestamp", values: Float64Array.of(number) };
  };
  const columns = Object.fromEntries(COLUMNS.map(([field, name, type]) => [name, column(field, type)]));
  await output.publish(BATCH_RUNS, record.batchId, [await output.write(BATCH_RUNS, { length: 1, columns })]);
}

/**
 * Returns the last batch of a model over an input into an output, by whichever version; undefined if there was none.
 */
export async function lastBatch(
  output: Output,
  model: string,
  inputTable: string,
  outputTable: string,
): Promise<{ readonly batchId: string; readonly version: string } | undefined> {
  const names = ["BATCH_ID", "STARTED_AT", "MODEL_NAME", "MODEL_VERSION", "INPUT_TABLE", "OUTPUT_TABLE"];
  const batches = await output.published(BATCH_RUNS, null, names);
  const at = (name: string, row: number) => getColumn(batches, name).values[row] as string;
  let last: number | undefined;
  for (let row = 0; row < batches.length; row++) {
    const same =
      at("MODEL_NAME", row) === model &&
      at("INPUT_TABLE", row) === inputTable &&
      at("OUTPUT_TABLE", row).toUpperCase() === outputTable.toUpperCase();
    if (same && (last === undefined || at("STARTED_AT", row) > at("STARTED_AT", last))) last = row;
  }
  return last === undefined ? undefined : { batchId: at("BATCH_ID", last), version: at("MODEL_VERSION", last) };
}
