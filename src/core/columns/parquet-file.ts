import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { type StoredElement, writeColumnChunk } from "./column-chunk.ts";
import type { EncodedValues } from "./encode-values.ts";

/** A Parquet file that grows by groups of rows. */
export class ParquetFile {
  readonly #elements: readonly StoredElement[];
  readonly #writer: ByteWriter;
  readonly #file: ParquetWriter;

  /** @param size - the bytes that are set aside at first */
  constructor(elements: readonly StoredElement[], size: number) {
    this.#elements = elements;
    this.#writer = new ByteWriter(size);
    const schema = [{ name: "root", num_children: elements.length }, ...elements];
    this.#file = new ParquetWriter({ writer: this.#writer, schema, createdBy: "manymodel" });
  }

  /** Writes a group of rows. @param encode - returns the values of a column, by its place */
  addGroup(rows: number, encode: (column: number) => EncodedValues): void {
    const start = this.#writer.offset;
    const columns = this.#elements.map((element, i) => writeColumnChunk(this.#writer, element, encode(i)));
    this.#file.row_groups.push({
      columns,
      total_byte_size: columns.reduce((sum, { meta_data }) => sum + meta_data.total_uncompressed_size, 0n),
      num_rows: BigInt(rows),
      total_compressed_size: BigInt(this.#writer.offset - start),
    });
    this.#file.num_rows += BigInt(rows);
  }

  /** Returns the bytes of the whole file. */
  finish(): Uint8Array {
    this.#file.finish();
    return this.#writer.getBytes();
  }
}
