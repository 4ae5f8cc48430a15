import type { DuckDBResult } from "@duckdb/node-api";
import type { Column, ColumnType } from "../../core/columns/column.ts";

/** A vector's memory; its classes keep these members private, but reading a value at a time is 20 times slower. */
interface RawVector {
  readonly items: ArrayLike<number>;
  /** Of texts: 16 bytes each, which hold a short text, or the place of a long one. */
  readonly dataView?: DataView;
  readonly validity: { readonly data: BigUint64Array | null; itemValid(index: number): boolean };
  getItem(index: number): unknown;
}

/** The rows of a result: integers of the first column, then one column for each type. */
export interface ReadColumns {
  readonly length: number;
  readonly first: Int32Array;
  readonly columns: readonly Column[];
}

/** Reads a whole result column by column. The first column is a non-null INTEGER; numbers and times are DOUBLE. */
export async function readColumns(result: DuckDBResult, types: readonly ColumnType[]): Promise<ReadColumns> {
  const first: Int32Array[] = [];
  const read = types.map((type) => ({
    type,
    texts: [] as (string | null)[],
    pieces: [] as (Float64Array | Uint8Array)[],
  }));
  let length = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    const rows = chunk.rowCount;
    length += rows;
    first.push(new Int32Array((chunk.getColumnVector(0) as unknown as RawVector).items));
    for (const [c, { type, texts, pieces }] of read.entries()) {
      const vector = chunk.getColumnVector(c + 1) as unknown as RawVector;
      if (type === "string") addTexts(texts, vector, rows);
      else pieces.push(type === "boolean" ? booleans(vector, rows) : numbers(vector, rows));
    }
  }
  const columns = read.map(({ type, texts, pieces }): Column => {
    if (type === "string") return { type, values: texts };
    if (type === "boolean") return { type, values: join(pieces as Uint8Array[], new Uint8Array(length)) };
    return {
      type: type === "integer" ? "number" : type,
      values: join(pieces as Float64Array[], new Float64Array(length)),
    };
  });
  return { length, first: join(first, new Int32Array(length)), columns };
}

function numbers({ items, validity }: RawVector, rows: number): Float64Array {
  const values = new Float64Array(items);
  // A NULL's slot holds garbage, so validity must be read where there is any.
  if (validity.data !== null) for (let i = 0; i < rows; i++) if (!validity.itemValid(i)) values[i] = NaN;
  return values;
}

function booleans(vector: RawVector, rows: number): Uint8Array {
  const values = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const value = vector.getItem(i);
    values[i] = value === null ? 2 : Number(value);
  }
  return values;
}

/**
 * Adds texts to others. A text with the bytes of the one before is that one: in a key's column most are, and reading one is
 * slow. So short ones of ASCII are cut out of a text of the whole memory.
 */
function addTexts(texts: (string | null)[], vector: RawVector, rows: number): void {
  const memory = vector.validity.data === null ? textMemory(vector, rows) : undefined;
  let value: string | null = null;
  for (let i = 0; i < rows; i++) {
    if (memory === undefined) value = vector.getItem(i) as string | null;
    else if (i === 0 || !isRepeated(memory.words, 4 * i))
      value = shortText(memory, i) ?? (vector.getItem(i) as string | null);
    texts.push(value);
  }
}

/** The memory of texts, 16 bytes each: as 4 words, of which the first is the length, and as characters. */
interface TextMemory {
  readonly words: Int32Array;
  readonly characters: string;
}

/** Returns the memory of texts; undefined if it is laid out in another way. */
function textMemory({ dataView }: RawVector, rows: number): TextMemory | undefined {
  if (dataView?.byteLength !== 16 * rows || dataView.byteOffset % 4 !== 0) return undefined;
  const { buffer, byteOffset, byteLength } = dataView;
  return {
    words: new Int32Array(buffer, byteOffset, 4 * rows),
    characters: Buffer.from(buffer, byteOffset, byteLength).toString("latin1"),
  };
}

/** Returns a text of at most 12 bytes, which follow its length, if all of them are ASCII; undefined for others. */
function shortText({ words, characters }: TextMemory, row: number): string | undefined {
  const at = 4 * row;
  const length = words[at] ?? 0;
  let bits = 0;
  for (let i = at + 1; i < at + 4; i++) bits |= words[i] ?? 0;
  const isAscii = (bits & 0x80808080) === 0;
  return length <= 12 && isAscii ? characters.slice(16 * row + 4, 16 * row + 4 + length) : undefined;
}

/** Tells whether 4 words are the same as the 4 before them. */
function isRepeated(words: Int32Array, at: number): boolean {
  for (let i = at; i < at + 4; i++) if (words[i] !== words[i - 4]) return false;
  return true;
}

/** Copies pieces one after another into `whole`. */
export function join<T extends Float64Array | Int32Array | Uint8Array>(pieces: readonly T[], whole: T): T {
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
