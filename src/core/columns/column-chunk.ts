import type { ColumnChunk, SchemaElement, Statistics } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";

/** A column's entry in the schema of a file, with its physical type. */
export type StoredElement = SchemaElement & Required<Pick<SchemaElement, "type">>;

/** A column chunk with the metadata that the writer knows. */
type WrittenChunk = ColumnChunk & Required<Pick<ColumnChunk, "meta_data">>;

/** The values of some rows of a column, encoded as Parquet has them. */
export interface EncodedValues {
  readonly rows: number;
  readonly nulls: number;
  /** The rows that have a value, as definition levels; empty where all must have one. */
  readonly levels: Uint8Array;
  /** The values that are not NULL, or their places in the dictionary. */
  readonly bytes: Uint8Array;
  readonly dictionary?: { readonly count: number; readonly bytes: Uint8Array } | undefined;
  readonly bounds?: Pick<Statistics, "min_value" | "max_value"> | undefined;
}

/** Writes a column chunk of one data page, compressed, after its dictionary's page if it has one. */
export function writeColumnChunk(writer: ByteWriter, element: StoredElement, values: EncodedValues): WrittenChunk {
  const { rows, nulls, levels, bytes, dictionary, bounds } = values;
  const start = writer.offset;
  let headers = 0;
  const writePage = (header: Parameters<typeof writePageHeader>[1], ...pieces: Uint8Array[]) => {
    const before = writer.offset;
    writePageHeader(writer, header);
    headers += writer.offset - before;
    for (const piece of pieces) writer.appendBytes(piece);
  };
  if (dictionary !== undefined) {
    const packed = snappyCompress(dictionary.bytes);
    writePage(
      {
        type: "DICTIONARY_PAGE",
        uncompressed_page_size: dictionary.bytes.length,
        compressed_page_size: packed.length,
        dictionary_page_header: { num_values: dictionary.count, encoding: "PLAIN" },
      },
      packed,
    );
  }
  const page = writer.offset;
  const packed = snappyCompress(bytes);
  const encoding = dictionary === undefined ? "PLAIN" : "RLE_DICTIONARY";
  writePage(
    {
      type: "DATA_PAGE_V2",
      uncompressed_page_size: levels.length + bytes.length,
      compressed_page_size: levels.length + packed.length,
      data_page_header_v2: {
        num_values: rows,
        num_nulls: nulls,
        num_rows: rows,
        encoding,
        is_compressed: true,
        definition_levels_byte_length: levels.length,
        repetition_levels_byte_length: 0,
      },
    },
    levels,
    packed,
  );
  return {
    file_offset: BigInt(start),
    meta_data: {
      type: element.type,
      encodings: dictionary === undefined ? ["PLAIN"] : ["PLAIN", "RLE_DICTIONARY"],
      path_in_schema: [element.name],
      codec: "SNAPPY",
      num_values: BigInt(rows),
      total_compressed_size: BigInt(writer.offset - start),
      total_uncompressed_size: BigInt(headers + levels.length + bytes.length + (dictionary?.bytes.length ?? 0)),
      data_page_offset: BigInt(page),
      ...(dictionary !== undefined && { dictionary_page_offset: BigInt(start) }),
      ...(bounds !== undefined && { statistics: { ...bounds, null_count: BigInt(nulls) } }),
    },
  };
}

/**
 * Returns the small numbers, run-length encoded in so many bits each.
 *
 * @param counts - how often each of them comes; once when left out
 */
export function encodeRuns(values: ArrayLike<number>, bitWidth: number, counts?: ArrayLike<number>): Uint8Array {
  const writer = new ByteWriter(4 * values.length + 8);
  const width = (bitWidth + 7) >> 3;
  let i = 0;
  for (let value = values[0]; value !== undefined; value = values[i]) {
    let count = 0;
    for (; i < values.length && values[i] === value; i++) count += counts?.[i] ?? 1;
    if (count === 0) continue;
    writer.appendVarInt(count << 1);
    for (let byte = 0; byte < width; byte++) writer.appendUint8((value >> (8 * byte)) & 0xff);
  }
  return writer.getBytes();
}

/** Returns texts, each after its length. */
export function encodeTexts(texts: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  const joined = texts.join("");
  const all = encoder.encode(joined);
  // Of ASCII a text has as many bytes as characters, so that all of them can be encoded at once.
  const pieces = all.length === joined.length ? undefined : texts.map((text) => encoder.encode(text));
  const size = pieces?.reduce((sum, piece) => sum + piece.length, 0) ?? all.length;
  const bytes = new Uint8Array(size + 4 * texts.length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  let read = 0;
  let next = 0;
  for (const text of texts) {
    const piece = pieces?.[next++];
    const length = piece?.length ?? text.length;
    view.setUint32(at, length, true);
    at += 4;
    if (piece !== undefined) bytes.set(piece, at);
    else for (let j = 0; j < length; j++) bytes[at + j] = all[read + j]!;
    at += length;
    read += length;
  }
  return bytes;
}
