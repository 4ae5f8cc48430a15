/** Many short texts as one array of UTF-8 bytes: a million keys are two objects instead of a million. */
export interface TextColumn {
  readonly bytes: Uint8Array;
  /** Text `i` is the bytes `[offsets[i], offsets[i + 1])`. */
  readonly offsets: Uint32Array;
}

/** Collects texts of which the number is known. */
export class TextColumnBuilder {
  readonly #encoder = new TextEncoder();
  readonly #offsets: Uint32Array;
  #bytes = new Uint8Array(1 << 16);
  #length = 0;
  /** The number of bytes of the texts so far. */
  #end = 0;

  constructor(count: number) {
    this.#offsets = new Uint32Array(count + 1);
  }

  push(text: string): void {
    // A UTF-16 unit is at most three bytes of UTF-8.
    if (this.#end + 3 * text.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length + 3 * text.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    const { written } = this.#encoder.encodeInto(text, this.#bytes.subarray(this.#end));
    this.#end += written;
    this.#offsets[++this.#length] = this.#end;
  }

  /** Returns the texts that are there so far. */
  build(): TextColumn {
    const offsets = this.#offsets.subarray(0, this.#length + 1);
    return { bytes: this.#bytes.subarray(0, offsets.at(-1)), offsets };
  }
}

const decoder = new TextDecoder();

/** Returns the start and the end of text `i`. @throws {RangeError} if there is no such text */
function placeAt({ offsets }: TextColumn, i: number): readonly [start: number, end: number] {
  const [start, end] = [offsets[i], offsets[i + 1]];
  if (start === undefined || end === undefined) throw new RangeError(`there is no text ${i}`);
  return [start, end];
}

/** Returns the text `i`. */
export function textAt({ bytes, offsets }: TextColumn, i: number): string {
  return decoder.decode(bytes.subarray(offsets[i], offsets[i + 1]));
}

/** Leaves those rows of `mask` set whose text contains `wanted`. */
export function markContaining(column: TextColumn, needle: string, mask: Uint8Array): void {
  const sought = new TextEncoder().encode(needle);
  const { bytes } = column;
  const [first] = sought;
  if (first === undefined) return;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    const [start, end] = placeAt(column, i);
    const last = end - sought.length;
    let position = 0;
    for (let at = start; at <= last && position === 0; at++) {
      if (bytes[at] !== first) continue;
      let k = 1;
      while (k < sought.length && bytes[at + k] === sought[k]) k++;
      if (k === sought.length) position = 1;
    }
    mask[i] = position;
  }
}

/**
 * Returns the row of `a` → row of `b` with the same text, -1 where there is none. Texts of `b` are different from one
 * another. Stretches that both have in the same order are followed without a table of hashes, which is slow in memory.
 */
export function joinTexts(a: TextColumn, b: TextColumn): Int32Array {
  const rows = new Int32Array(a.offsets.length - 1);
  const end = b.offsets.length - 1;
  let placeOf: ((i: number) => number) | undefined;
  for (let i = 0, next = 0; i < rows.length; i++) {
    let row = next;
    if (next >= end || !sameText(a, i, b, next)) {
      placeOf ??= hashedRows(a, b);
      row = placeOf(i);
    }
    rows[i] = row;
    if (row >= 0) next = row + 1;
  }
  return rows;
}

/** Returns a function that finds the row of `b` with the text of a row of `a`, -1 where there is none. */
function hashedRows(a: TextColumn, b: TextColumn): (i: number) => number {
  const bits = Math.max(1, Math.ceil(Math.log2(2 * b.offsets.length)));
  const mask = 2 ** bits - 1;
  const table = new Int32Array(2 ** bits).fill(-1);
  for (let i = 0; i < b.offsets.length - 1; i++) {
    let slot = hashAt(b, i) & mask;
    while (table[slot] !== -1) slot = (slot + 1) & mask;
    table[slot] = i;
  }
  return (i) => {
    for (let slot = hashAt(a, i) & mask; ; slot = (slot + 1) & mask) {
      const j = table[slot] ?? -1;
      if (j === -1 || sameText(a, i, b, j)) return j;
    }
  };
}

/** Returns the FNV-1a, finished so that the lower bits depend on all of the text. */
function hashAt(column: TextColumn, i: number): number {
  const { bytes } = column;
  const [start, end] = placeAt(column, i);
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function sameText(a: TextColumn, i: number, b: TextColumn, j: number): boolean {
  const [startA, endA] = placeAt(a, i);
  const [startB, endB] = placeAt(b, j);
  const length = endA - startA;
  if (endB - startB !== length) return false;
  for (let k = 0; k < length; k++) if (a.bytes[startA + k] !== b.bytes[startB + k]) return false;
  return true;
}
