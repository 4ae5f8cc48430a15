import { parquetMetadata, parquetRead, parquetReadObjects } from "hyparquet";
import { type BasicType, parquetWriteBuffer } from "hyparquet-writer";
import type { PartitionOutcome } from "./artifact.ts";
import { ManymodelError } from "./errors.ts";
import { decodeKey, type KeyColumn, type KeyType, keyText, type PartitionKey } from "./partition-key.ts";
import type { Outcome } from "./states.ts";

/** The columns of every segment, after the partition's own. Their order is the file's. */
const COLUMNS = {
  partition_key: "STRING",
  position: "INT32",
  outcome: "STRING",
  model_kind: "STRING",
  model: "STRING",
  metrics: "STRING",
  forecast: "STRING",
  info: "STRING",
  n_obs: "INT32",
  first_ts: "STRING",
  last_ts: "STRING",
  interval: "STRING",
  fit_ms: "DOUBLE",
  seed: "INT64",
  data_sha256: "STRING",
  error_type: "STRING",
  error_message: "STRING",
  attempt: "INT32",
  /** Only in a segment with a partition whose body printed something. */
  body_log: "STRING",
} satisfies Record<string, BasicType>;

const KEY_TYPES: Readonly<Record<KeyType, BasicType>> = {
  string: "STRING",
  integer: "INT64",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  decimal: "STRING",
  date: "STRING",
  timestamp: "STRING",
};

/** Returns the name of a key column in a segment: its own, or with `key_` before it where the segment uses that name itself. */
export function segmentColumn(name: string): string {
  return Object.hasOwn(COLUMNS, name.toLowerCase()) ? `key_${name}` : name;
}

/**
 * Writes the outcomes of a chunk as one Parquet file: the partition's columns with their types (dates, timestamps and
 * decimals as their exact text), then the columns every segment has.
 */
export function encodeSegment(keyColumns: readonly KeyColumn[], rows: readonly PartitionOutcome[]): Uint8Array {
  const column = (name: keyof typeof COLUMNS, value: (row: PartitionOutcome) => unknown) => ({
    name,
    type: COLUMNS[name],
    data: rows.map(value),
  });
  const columns = [
    column("partition_key", (row) => row.partitionKey),
    column("position", (row) => row.position),
    column("outcome", (row) => row.outcome),
    column("model_kind", (row) => row.modelKind),
    column("model", (row) => row.model),
    column("metrics", (row) => row.metrics),
    column("forecast", (row) => row.forecast),
    column("info", (row) => row.info),
    column("n_obs", (row) => row.nObs),
    column("first_ts", (row) => row.firstTs),
    column("last_ts", (row) => row.lastTs),
    column("interval", (row) => row.interval),
    column("fit_ms", (row) => row.fitMs),
    column("seed", (row) => BigInt(row.seed)),
    column("data_sha256", (row) => row.dataSha256),
    column("error_type", (row) => row.errorType),
    column("error_message", (row) => row.errorMessage),
    column("attempt", (row) => row.attempt),
    ...(rows.some(({ log }) => log !== null) ? [column("body_log", (row) => row.log)] : []),
  ];
  const keys = keyColumns.map((column, i) => ({
    name: segmentColumn(column.name),
    type: KEY_TYPES[column.type],
    data: rows.map((row) => keyCell(column, row.key[i] ?? null)),
  }));
  return new Uint8Array(
    parquetWriteBuffer({ columnData: [...keys, ...columns], createdBy: "manymodel", rowGroupSize: SEGMENT_BLOCK }),
  );
}

/** Rows that are compressed together: what is decoded to get at one of them. */
export const SEGMENT_BLOCK = 256;

/** The columns that hold what a body returned, by far the largest. */
const LARGE = ["model", "forecast", "info", "body_log"];
/** The columns of text that scoring does not need. */
const NOT_SCORED = ["forecast", "info", "body_log", "metrics", "model_kind", "first_ts", "data_sha256"];

/** The part of a segment to read. */
export interface SegmentPart {
  /** Leave out what the bodies returned as model, forecast and info, and printed: they are NULL then. */
  readonly summary?: boolean;
  /** Leave out what scoring does not need: the model is there, the rest is NULL. */
  readonly forScoring?: boolean;
  /** The first row to read, and `to` the one after the last; all when left out. */
  readonly from?: number;
  readonly to?: number;
}

/** Reads a segment, or a part of it, back. @throws {ManymodelError} `corrupt` if the bytes are not a segment */
export async function decodeSegment(
  bytes: Uint8Array,
  path: string,
  { summary = false, forScoring = false, from, to }: SegmentPart = {},
): Promise<PartitionOutcome[]> {
  const leftOut = [...(summary ? LARGE : []), ...(forScoring ? NOT_SCORED : [])];
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    const metadata = parquetMetadata(file);
    const there = new Set(metadata.schema.map(({ name }) => name));
    const rows = await parquetReadObjects({
      file,
      metadata,
      columns: Object.keys(COLUMNS).filter((name) => there.has(name) && !leftOut.includes(name)),
      ...(from !== undefined && { rowStart: from }),
      ...(to !== undefined && { rowEnd: to }),
    });
    const text = (value: unknown) => (value === undefined ? null : (value as string | null));
    return rows.map((row) => ({
      position: row.position as number,
      key: decodeKey(row.partition_key as string).key,
      partitionKey: row.partition_key as string,
      outcome: row.outcome as Outcome,
      modelKind: text(row.model_kind),
      model: text(row.model),
      metrics: text(row.metrics),
      forecast: text(row.forecast),
      info: text(row.info),
      nObs: row.n_obs as number,
      firstTs: text(row.first_ts),
      lastTs: row.last_ts as string | null,
      interval: row.interval as string | null,
      fitMs: row.fit_ms as number,
      seed: Number(row.seed as bigint),
      dataSha256: text(row.data_sha256),
      errorType: row.error_type as PartitionOutcome["errorType"],
      errorMessage: row.error_message as string | null,
      log: text(row.body_log),
      attempt: row.attempt as number,
    }));
  } catch (cause) {
    throw new ManymodelError("corrupt", `${path} is not a readable segment`, { cause });
  }
}

/**
 * Reads some columns of a segment, each as its values in the order of the rows: for whoever goes through millions of them.
 *
 * @param names - columns that every segment has, such as `partition_key`
 * @throws {ManymodelError} `corrupt` if the bytes are not a segment
 */
export async function decodeSegmentColumns<Name extends string>(
  bytes: Uint8Array,
  path: string,
  names: readonly Name[],
): Promise<Record<Name, unknown[]>> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const columns = Object.fromEntries(names.map((name) => [name, [] as unknown[]])) as Record<Name, unknown[]>;
  try {
    await parquetRead({
      file,
      metadata: parquetMetadata(file),
      columns: [...names],
      onChunk({ columnName, columnData, rowStart }) {
        const values = columns[columnName as Name];
        for (let i = 0; i < columnData.length; i++) values[rowStart + i] = columnData[i];
      },
    });
    return columns;
  } catch (cause) {
    throw new ManymodelError("corrupt", `${path} is not a readable segment`, { cause });
  }
}

function keyCell(column: KeyColumn, value: PartitionKey[number]): unknown {
  if (value === null) return null;
  switch (column.type) {
    case "integer":
      return BigInt(value as number | bigint);
    case "double":
    case "boolean":
    case "string":
      return value;
    default:
      return keyText(column, value);
  }
}
