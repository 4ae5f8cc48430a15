import { ManymodelError } from "../../core/errors.ts";

/** An array that a file holds. */
export type PackedArray = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;

/** Returns arrays as one file: their number, their sizes in bytes, then each of them from a multiple of eight bytes on. */
export function packArrays(arrays: readonly PackedArray[]): Uint8Array {
  const lengths = arrays.map(({ byteLength }) => byteLength);
  const sizes = Uint32Array.of(lengths.length, ...lengths);
  const from = padded(sizes.byteLength);
  const file = new Uint8Array(from + lengths.reduce((sum, size) => sum + padded(size), 0));
  file.set(bytesOf(sizes));
  let at = from;
  for (const array of arrays) {
    file.set(bytesOf(array), at);
    at += padded(array.byteLength);
  }
  return file;
}

/** Reads the arrays of a file one after another, without a copy where the file is a buffer of its own. */
export class ArrayReader {
  readonly #buffer: ArrayBuffer;
  readonly #sizes: Iterator<number>;
  readonly #path: string;
  #at: number;

  /** @throws {ManymodelError} `corrupt` if the file ends before the sizes of its arrays */
  constructor(bytes: Uint8Array, path: string) {
    this.#buffer = aligned(bytes);
    this.#path = path;
    const count = this.#buffer.byteLength < 4 ? Infinity : (new Uint32Array(this.#buffer, 0, 1)[0] ?? 0);
    if (this.#buffer.byteLength < 4 * (1 + count)) throw this.#tooShort();
    this.#sizes = new Uint32Array(this.#buffer, 4, count).values();
    this.#at = padded(4 * (1 + count));
  }

  u8 = () => new Uint8Array(...this.#next(1));
  u16 = () => new Uint16Array(...this.#next(2));
  u32 = () => new Uint32Array(...this.#next(4));
  f32 = () => new Float32Array(...this.#next(4));
  f64 = () => new Float64Array(...this.#next(8));

  /** @throws {ManymodelError} `corrupt` if the file has no further array */
  #next(width: number): readonly [buffer: ArrayBuffer, from: number, length: number] {
    const size = this.#sizes.next();
    const from = this.#at;
    if (size.done || from + size.value > this.#buffer.byteLength) throw this.#tooShort();
    this.#at += padded(size.value);
    return [this.#buffer, from, size.value / width];
  }

  #tooShort() {
    return new ManymodelError("corrupt", `${this.#path} has too few columns`);
  }
}

/** Returns the bytes of an array. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Returns the bytes as a buffer of their own, without a copy where they are one: numbers must be aligned. */
export function aligned(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength) return buffer;
  return Uint8Array.from(bytes).buffer;
}

const padded = (size: number) => (size + 7) & ~7;
