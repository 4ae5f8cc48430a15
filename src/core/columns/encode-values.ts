import type { Statistics } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import type { TextRuns } from "./column.ts";
import { layOut } from "./text-runs.ts";

/** The values of some rows of a column, encoded as Parquet has them. */
export interface EncodedValues {
  readonly rows: number;
  readonly nulls: number;
  /** The rows that have a value, as definition levels; empty where all must have one. */
  readonly levels: Uint8Array;
  /** The values that are not NULL, or their places in the dictionary. */
  readonly bytes: Uint8Array;
  readonly dictionary?: { readonly count: number; readonly bytes: Uint8Array } | undefined;
  readonly bounds?: Bounds | undefined;
}

type Bounds = Pick<Statistics, "min_value" | "max_value">;

/** Numbers as they are stored; of booleans 0 and 1. */
export type StoredNumbers = Float64Array | Int32Array | BigInt64Array | Uint8Array;

const NO_LEVELS = new Uint8Array(0);

/**
 * Encodes numbers, or booleans, which are bytes: in runs by a dictionary where most numbers are equal to the one before.
 *
 * @param present - 1 where there is a value, 0 where there is NULL; left out where all must be there
 */
export function encodeNumbers(all: StoredNumbers, present?: Uint8Array): EncodedValues {
  const values = present?.includes(0) ? all.filter((_: unknown, i: number) => present[i] === 1) : all;
  const common = {
    rows: all.length,
    nulls: all.length - values.length,
    levels: present === undefined ? NO_LEVELS : encodeRuns(present, 1),
  };
  const runs = values instanceof Float64Array ? findRuns(values) : undefined;
  if (runs !== undefined) {
    const { starts, counts } = runs;
    const firsts = Float64Array.from(starts, (start) => values[start] as number);
    const places = starts.map((_, run) => run);
    const dictionary = { count: starts.length, bytes: new Uint8Array(firsts.buffer) };
    return { ...common, bytes: encodePlaces(places, counts, dictionary.count), dictionary };
  }
  return {
    ...common,
    // Parquet is little-endian, as the machines are that Node runs on.
    bytes:
      values instanceof Uint8Array
        ? packed(values)
        : new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    bounds: values instanceof Int32Array || values instanceof BigInt64Array ? boundsOf(values) : undefined,
  };
}

/**
 * Returns where each run of equal numbers begins, and its length, as the steps of a constant forecast are one; undefined if most
 * numbers differ from the one before, and of none.
 */
function findRuns(values: Float64Array): { readonly starts: number[]; readonly counts: number[] } | undefined {
  const starts: number[] = [];
  const counts: number[] = [];
  let start = 0;
  for (let row = 1; row <= values.length; row++) {
    if (row < values.length && Object.is(values[row], values[start])) continue;
    starts.push(start);
    counts.push(row - start);
    if (2 * starts.length > values.length) return undefined;
    start = row;
  }
  return starts.length === 0 ? undefined : { starts, counts };
}

/** Returns the truth values as bits. */
function packed(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array((values.length + 7) >> 3);
  let i = 0;
  for (const value of values) {
    bits[i >> 3]! |= value << (i & 7);
    i++;
  }
  return bits;
}

function boundsOf(values: Int32Array | BigInt64Array): Bounds | undefined {
  let min = values[0];
  if (min === undefined) return undefined;
  let max = min;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min_value: min, max_value: max };
}

/** Encodes texts by a dictionary and in runs, as keys and statuses come, unless most of them differ. */
export function encodeTextRuns({ values, ends }: TextRuns, nullable: boolean): EncodedValues {
  const positions = new Map<string, number>();
  const places: number[] = [];
  const counts: number[] = [];
  const levels = new Uint8Array(values.length);
  let start = 0;
  const lengths = ends.map((end) => {
    const length = end - start;
    start = end;
    return length;
  });
  let nulls = 0;
  let run = 0;
  for (const text of values) {
    const length = lengths[run]!;
    if (text === null) {
      nulls += length;
    } else {
      levels[run] = 1;
      let place = positions.get(text);
      if (place === undefined) positions.set(text, (place = positions.size));
      places.push(place);
      counts.push(length);
    }
    run++;
  }
  const texts = [...positions.keys()];
  const rows = start;
  const common = {
    rows,
    nulls,
    bounds: textBounds(texts),
    levels: nullable ? encodeRuns(levels, 1, lengths) : NO_LEVELS,
  };
  if (2 * texts.length > rows - nulls)
    return { ...common, bytes: encodeTexts(layOut({ values, ends }).filter((text) => text !== null)) };
  const dictionary = { count: texts.length, bytes: encodeTexts(texts) };
  return { ...common, bytes: encodePlaces(places, counts, texts.length), dictionary };
}

/** Returns places in a dictionary of so many values, in runs of so many rows. */
function encodePlaces(places: readonly number[], counts: readonly number[], values: number): Uint8Array {
  const bitWidth = 32 - Math.clz32(values - 1);
  const runs = encodeRuns(places, bitWidth, counts);
  const bytes = new Uint8Array(1 + runs.length);
  bytes[0] = bitWidth;
  bytes.set(runs, 1);
  return bytes;
}

/** Encodes texts of which hardly two are equal, one after another; nobody looks one of them up by its bounds. */
export function encodeDistinctTexts(values: readonly (string | null)[]): EncodedValues {
  const texts = values.filter((text) => text !== null);
  return {
    rows: values.length,
    nulls: values.length - texts.length,
    levels: encodeRuns(
      values.map((text) => (text === null ? 0 : 1)),
      1,
    ),
    bytes: encodeTexts(texts),
  };
}

/** Returns the first and the last text; none where the order of their characters is not that of their bytes. */
function textBounds(texts: readonly string[]): Bounds | undefined {
  const [first] = texts;
  if (first === undefined || texts.some((text) => /[\ud800-\udfff]/.test(text))) return undefined;
  let [min, max] = [first, first];
  for (const text of texts) {
    if (text < min) min = text;
    if (text > max) max = text;
  }
  return { min_value: min, max_value: max };
}

/**
 * Returns the small numbers, run-length encoded in so many bits each.
 *
 * @param counts - how often each of them comes; once when left out
 */
function encodeRuns(values: ArrayLike<number>, bitWidth: number, counts?: ArrayLike<number>): Uint8Array {
  const writer = new ByteWriter(64);
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

const encoder = new TextEncoder();

/** Returns texts, each after its length. */
function encodeTexts(texts: readonly string[]): Uint8Array {
  const joined = texts.join("");
  const head = 4 * texts.length;
  const bytes = new Uint8Array(head + joined.length);
  // Of ASCII a text has as many bytes as characters, so that all of them can be encoded at once, and moved apart.
  if (encoder.encodeInto(joined, bytes.subarray(head)).read < joined.length) return encodeWideTexts(texts);
  const view = new DataView(bytes.buffer);
  let at = 0;
  let read = head;
  for (const { length } of texts) {
    bytes.copyWithin(at + 4, read, read + length);
    view.setUint32(at, length, true);
    at += 4 + length;
    read += length;
  }
  return bytes;
}

/** Returns texts that are not all ASCII, each after its length in bytes. */
function encodeWideTexts(texts: readonly string[]): Uint8Array {
  const pieces = texts.map((text) => encoder.encode(text));
  const bytes = new Uint8Array(pieces.reduce((size, { length }) => size + 4 + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const piece of pieces) {
    view.setUint32(at, piece.length, true);
    bytes.set(piece, at + 4);
    at += 4 + piece.length;
  }
  return bytes;
}
