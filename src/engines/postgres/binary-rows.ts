/** Milliseconds from 1970-01-01, from which we count, to 2000-01-01, from which PostgreSQL does. */
export const EPOCH_MS = 946_684_800_000;
export const DAY_MS = 86_400_000;

/** Rows are handed over in pieces of about this many bytes. */
export const PIECE_BYTES = 1 << 20;

const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
/** Bytes before the first row of a binary copy. */
export const HEADER_BYTES = SIGNATURE.length;

/** Writes rows in the format of `COPY … FROM STDIN (FORMAT binary)`: `begin` a row, then each of its fields in order. */
export class BinaryRows {
  #buffer = Buffer.allocUnsafe(2 * PIECE_BYTES);
  #length = SIGNATURE.copy(this.#buffer);

  /** Bytes that were not taken yet. */
  get length(): number {
    return this.#length;
  }

  begin(fields: number): void {
    this.#need(2);
    this.#length = this.#buffer.writeInt16BE(fields, this.#length);
  }
  null(): void {
    this.#header(-1);
  }
  int4(value: number): void {
    this.#header(4);
    this.#length = this.#buffer.writeInt32BE(value, this.#length);
  }
  int8(value: bigint): void {
    this.#header(8);
    this.#length = this.#buffer.writeBigInt64BE(value, this.#length);
  }
  float8(value: number): void {
    this.#header(8);
    this.#length = this.#buffer.writeDoubleBE(value, this.#length);
  }
  boolean(value: boolean): void {
    this.#header(1);
    this.#length = this.#buffer.writeInt8(Number(value), this.#length);
  }
  text(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.#header(bytes);
    this.#length += this.#buffer.write(value, this.#length);
  }
  /** @param ms - milliseconds since 1970-01-01 UTC */
  date(ms: number): void {
    this.int4(Math.floor((ms - EPOCH_MS) / DAY_MS));
  }
  /** @param ms - milliseconds since 1970-01-01 UTC */
  timestamp(ms: number): void {
    this.int8(BigInt(Math.round((ms - EPOCH_MS) * 1000)));
  }

  /** Returns the bytes written since the last call. They belong to the caller. */
  take(): Uint8Array {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#buffer = Buffer.allocUnsafe(2 * PIECE_BYTES);
    this.#length = 0;
    return bytes;
  }
  /** Returns the remaining bytes and the mark of the end. */
  end(): Uint8Array {
    this.begin(-1);
    return this.take();
  }

  #header(bytes: number): void {
    this.#need(4 + Math.max(bytes, 0));
    this.#length = this.#buffer.writeInt32BE(bytes, this.#length);
  }
  #need(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
