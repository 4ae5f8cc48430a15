import type { ColumnChunk, SchemaElement } from "hyparquet";
import type { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import type { EncodedValues } from "./encode-values.ts";
import { compress } from "./snappy.ts";

/** A column's entry in the schema of a file, with its physical type. */
export type StoredElement = SchemaElement & Required<Pick<SchemaElement, "type">>;

/** A column chunk with the metadata that the writer knows. */
type WrittenChunk = ColumnChunk & Required<Pick<ColumnChunk, "meta_data">>;

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
    const packed = compress(dictionary.bytes);
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
  const packed = compress(bytes);
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
