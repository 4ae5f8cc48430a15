import { parquetMetadata, parquetRead } from "hyparquet";
import { at } from "./aligned.ts";
import type { PartitionOutcome, SegmentInfo } from "./artifact.ts";
import type { StoredElement } from "./columns/column-chunk.ts";
import { type EncodedValues, encodeDistinctTexts, encodeNumbers, encodeTextRuns } from "./columns/encode-values.ts";
import { ParquetFile } from "./columns/parquet-file.ts";
import { runsOf } from "./columns/text-runs.ts";
import { ManymodelError } from "./errors.ts";
import { decodeKey, type KeyColumn, type KeyType } from "./partition-key.ts";
import type { Outcome } from "./states.ts";

/** The way a column of a segment is stored: texts that repeat, texts of which hardly two are equal, or numbers. */
type Stored = "text" | "distinct" | "int32" | "int64" | "double" | "boolean";

/** A column of a segment: how it is stored, and its value of a row. */
interface SegmentColumn {
  readonly stored: Stored;
  readonly value: (row: PartitionOutcome) => string | number | bigint | boolean | null;
}

/** The columns of every segment, after the partition's own. Their order is the file's. */
const COLUMNS = {
  partition_key: { stored: "text", value: (row) => row.partitionKey },
  position: { stored: "int32", value: (row) => row.position },
  outcome: { stored: "text", value: (row) => row.outcome },
  model_kind: { stored: "text", value: (row) => row.modelKind },
  model: { stored: "distinct", value: (row) => row.model },
  metrics: { stored: "distinct", value: (row) => row.metrics },
  forecast: { stored: "distinct", value: (row) => row.forecast },
  info: { stored: "distinct", value: (row) => row.info },
  n_obs: { stored: "int32", value: (row) => row.nObs },
  first_ts: { stored: "text", value: (row) => row.firstTs },
  last_ts: { stored: "text", value: (row) => row.lastTs },
  interval: { stored: "text", value: (row) => row.interval },
  fit_ms: { stored: "double", value: (row) => row.fitMs },
  seed: { stored: "int64", value: (row) => row.seed },
  data_sha256: { stored: "distinct", value: (row) => row.dataSha256 },
  error_type: { stored: "text", value: (row) => row.errorType },
  error_message: { stored: "distinct", value: (row) => row.errorMessage },
  attempt: { stored: "int32", value: (row) => row.attempt },
  body_log: { stored: "distinct", value: (row) => row.log },
} satisfies Record<string, SegmentColumn>;

type ColumnName = keyof typeof COLUMNS;

const PHYSICAL: Readonly<Record<Stored, Pick<StoredElement, "type" | "converted_type">>> = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  distinct: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  int32: { type: "INT32" },
  int64: { type: "INT64" },
  double: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
};

const STORED_KEYS: Readonly<Record<KeyType, Stored>> = {
  string: "text",
  integer: "int64",
  double: "double",
  boolean: "boolean",
  decimal: "text",
  date: "text",
  timestamp: "text",
};

/** Returns the name of a key column in a segment: its own, or with `key_` before it where the segment uses that name itself. */
export function segmentColumn(name: string): string {
  return Object.hasOwn(COLUMNS, name.toLowerCase()) ? `key_${name}` : name;
}

/** The bytes of a segment, and the counts that its manifest gives of its rows. */
export interface EncodedSegment extends Pick<SegmentInfo, "rows" | "succeeded" | "failed" | "belowZero"> {
  readonly content: Uint8Array;
}

/** A list in JSON that has a number below 0: the sign of an exponent follows a letter. */
const BELOW_ZERO = /[[,]-/;

/**
 * Writes the outcomes of a chunk as one Parquet file: the partition's columns with their types (dates, timestamps and
 * decimals as their exact text), then the columns every segment has. Outcomes may come one after another: those of a block
 * are encoded when it is full, so that no more than a block of them is kept.
 */
export class SegmentWriter {
  readonly #columns: readonly SegmentColumn[];
  readonly #file: ParquetFile;
  #block: PartitionOutcome[] = [];
  readonly #counts = { rows: 0, succeeded: 0, failed: 0, belowZero: 0 };

  constructor(keyColumns: readonly KeyColumn[]) {
    const columns: (SegmentColumn & { readonly name: string })[] = [
      ...keyColumns.map((column, i) => ({
        name: segmentColumn(column.name),
        stored: STORED_KEYS[column.type],
        value: ({ key }: PartitionOutcome) => key[i] ?? null,
      })),
      ...Object.entries(COLUMNS).map(([name, column]) => ({ name, ...column })),
    ];
    const elements = columns.map(({ name, stored }) => ({
      ...PHYSICAL[stored],
      name,
      repetition_type: "OPTIONAL" as const,
    }));
    this.#columns = columns;
    this.#file = new ParquetFile(elements, 1 << 16);
  }

  add(row: PartitionOutcome): void {
    this.#block.push(row);
    if (this.#block.length === SEGMENT_BLOCK) this.#writeBlock();
  }

  finish(): EncodedSegment {
    if (this.#block.length > 0) this.#writeBlock();
    const { belowZero, ...counts } = this.#counts;
    return { content: this.#file.finish(), ...counts, ...(belowZero > 0 && { belowZero }) };
  }

  #writeBlock(): void {
    const rows = this.#block;
    this.#file.addGroup(rows.length, (i) => encodeColumn(at(this.#columns, i), rows));
    const counts = this.#counts;
    counts.rows += rows.length;
    for (const { outcome, forecast } of rows) {
      if (outcome === "succeeded") counts.succeeded++;
      if (outcome === "failed") counts.failed++;
      if (forecast !== null && BELOW_ZERO.test(forecast)) counts.belowZero++;
    }
    this.#block = [];
  }
}

/** Writes the outcomes of a chunk as a segment (see `SegmentWriter`). */
export function encodeSegment(keyColumns: readonly KeyColumn[], rows: readonly PartitionOutcome[]): EncodedSegment {
  const writer = new SegmentWriter(keyColumns);
  for (const row of rows) writer.add(row);
  return writer.finish();
}

function encodeColumn({ stored, value }: SegmentColumn, rows: readonly PartitionOutcome[]): EncodedValues {
  const values = rows.map(value);
  switch (stored) {
    case "distinct":
      return encodeDistinctTexts(values as (string | null)[]);
    case "text":
      return encodeTextRuns(runsOf({ type: "string", values: values as (string | null)[] }), true);
    default:
  }
  const present = Uint8Array.from(values, (one) => (one === null ? 0 : 1));
  switch (stored) {
    case "int32":
      return encodeNumbers(Int32Array.from(values as number[]), present);
    case "double":
      return encodeNumbers(Float64Array.from(values as number[]), present);
    case "int64":
      return encodeNumbers(
        BigInt64Array.from(values as (number | bigint | null)[], (one) => BigInt(one ?? 0)),
        present,
      );
    case "boolean":
      return encodeNumbers(
        Uint8Array.from(values, (one) => (one === true ? 1 : 0)),
        present,
      );
  }
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
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Reads a segment, or a part of it, back. @throws {ManymodelError} `corrupt` if the bytes are not a segment */
export async function decodeSegment(
  bytes: Uint8Array,
  path: string,
  { summary = false, forScoring = false, from, to }: SegmentPart = {},
): Promise<PartitionOutcome[]> {
  const leftOut = [...(summary ? LARGE : []), ...(forScoring ? NOT_SCORED : [])];
  const names = (Object.keys(COLUMNS) as ColumnName[]).filter((name) => !leftOut.includes(name));
  return readable(path, async () => {
    const columns: Partial<Record<ColumnName, readonly unknown[]>> = await readColumns(bytes, names, { from, to });
    const text = (name: ColumnName, row: number) => (columns[name]?.[row] ?? null) as string | null;
    return (columns.partition_key as string[]).map((partitionKey, row) => ({
      position: columns.position?.[row] as number,
      key: decodeKey(partitionKey).key,
      partitionKey,
      outcome: columns.outcome?.[row] as Outcome,
      modelKind: text("model_kind", row),
      model: text("model", row),
      metrics: text("metrics", row),
      forecast: text("forecast", row),
      info: text("info", row),
      nObs: columns.n_obs?.[row] as number,
      firstTs: text("first_ts", row),
      lastTs: text("last_ts", row),
      interval: text("interval", row),
      fitMs: columns.fit_ms?.[row] as number,
      seed: Number(columns.seed?.[row]),
      dataSha256: text("data_sha256", row),
      errorType: columns.error_type?.[row] as PartitionOutcome["errorType"],
      errorMessage: text("error_message", row),
      log: text("body_log", row),
      attempt: columns.attempt?.[row] as number,
    }));
  });
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
  return readable(path, () => readColumns(bytes, names, {}));
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new ManymodelError("corrupt", `${path} is not a readable segment`, { cause });
  }
}

/** Columns that segments of earlier versions may lack. They are empty there. */
const LATER: readonly string[] = ["body_log"];

async function readColumns<Name extends string>(
  bytes: Uint8Array,
  names: readonly Name[],
  { from = 0, to }: Pick<SegmentPart, "from" | "to">,
): Promise<Record<Name, unknown[]>> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = parquetMetadata(file);
  const there = new Set<string>(metadata.schema.map(({ name }) => name));
  const columns = Object.fromEntries(names.map((name) => [name, [] as unknown[]])) as Record<Name, unknown[]>;
  await parquetRead({
    file,
    metadata,
    columns: names.filter((name) => there.has(name) || !LATER.includes(name)),
    rowStart: from,
    ...(to !== undefined && { rowEnd: to }),
    onChunk({ columnName, columnData, rowStart }) {
      const values = columns[columnName as Name];
      const end = Math.min(columnData.length, (to ?? Infinity) - rowStart);
      for (let i = Math.max(0, from - rowStart); i < end; i++) values[rowStart + i - from] = columnData[i];
    },
  });
  return columns;
}
