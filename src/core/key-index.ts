/**
 * Finds the row of a partition among millions without reading their keys: a hash table of partition keys as plain bytes.
 * Little-endian 32-bit words: `MAGIC`, number of entries n, number of bits b, 2^b + 1 bucket bounds, then n entries of
 * (hash, chunk, row), those of one bucket together. The bucket of an entry is the upper b bits of its hash. Two keys
 * may have the same hash, so whoever finds an entry compares the key itself.
 */
const MAGIC = 0x314b4d4d;
const HEADER = 3;
const WORDS = 3;

/** A place where a partition's row may be. */
export interface KeyPlace {
  /** The chunk whose segment it is in. */
  readonly chunk: number;
  /** Its number in the segment's file, from 0. */
  readonly row: number;
}

/** Writes the index of a run's keys: those of each chunk's segment, in the order of its rows. */
export function encodeKeyIndex(
  segments: readonly { readonly chunk: number; readonly keys: readonly string[] }[],
): Uint8Array {
  const n = segments.reduce((sum, { keys }) => sum + keys.length, 0);
  const bits = Math.max(0, Math.ceil(Math.log2(Math.max(1, n / 4))));
  const hashes = new Uint32Array(n);
  const bounds = new Uint32Array(2 ** bits + 1);
  let i = 0;
  for (const { keys } of segments)
    for (const key of keys) {
      const hash = hashKey(key);
      hashes[i++] = hash;
      bounds[bucketOf(hash, bits) + 1]!++;
    }
  let end = 0;
  for (const [bucket, count] of bounds.entries()) bounds[bucket] = end += count;
  const words = new Uint32Array(HEADER + bounds.length + WORDS * n);
  words.set([MAGIC, n, bits]);
  words.set(bounds, HEADER);
  const next = bounds.slice(0, -1);
  const entries = words.subarray(HEADER + bounds.length);
  i = 0;
  for (const { chunk, keys } of segments)
    for (let row = 0; row < keys.length; row++) {
      const hash = hashes[i++]!;
      const at = WORDS * next[bucketOf(hash, bits)]!++;
      entries[at] = hash;
      entries[at + 1] = chunk;
      entries[at + 2] = row;
    }
  return new Uint8Array(words.buffer);
}

/**
 * Finds the places where a key's row may be, by an index's bytes; empty if the key is not there. Undefined if the bytes
 * are not such an index.
 */
export function findKey(bytes: Uint8Array, key: string): KeyPlace[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number) => view.getUint32(4 * at, true);
  const length = bytes.byteLength >> 2;
  if (length < HEADER || word(0) !== MAGIC) return undefined;
  const [n, bits] = [word(1), word(2)];
  const entries = HEADER + 2 ** bits + 1;
  if (bits >= 32 || length !== entries + WORDS * n) return undefined;
  const hash = hashKey(key);
  const bucket = HEADER + bucketOf(hash, bits);
  const places: KeyPlace[] = [];
  for (let i = word(bucket); i < Math.min(word(bucket + 1), n); i++) {
    const at = entries + WORDS * i;
    if (word(at) === hash) places.push({ chunk: word(at + 1), row: word(at + 2) });
  }
  return places;
}

const bucketOf = (hash: number, bits: number) => (bits === 0 ? 0 : hash >>> (32 - bits));

/**
 * Returns the FNV-1a over the UTF-16 code units, finished as MurmurHash3 does, so that every bit depends on all of the
 * text.
 */
function hashKey(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
