/** The farthest back that a copy reaches, which has its offset in two bytes. */
const WINDOW = 0xffff;
/** The shortest copy that is looked for, which is read as one word. */
const SHORTEST = 4;
const LONGEST_COPY = 64;
const MOST_BITS = 14;

/** The latest place of a word, by its hash; cleared for each input. */
const latest = new Int32Array(1 << MOST_BITS);

/**
 * Compresses bytes by Snappy, in the format without frames: texts of models by half, numbers hardly. Copies are found
 * greedily, by the hash of four bytes, and extended both ways. Where none is found for long, ever more bytes are passed
 * over.
 */
export function compress(input: Uint8Array): Uint8Array {
  const { length } = input;
  const words = new DataView(input.buffer, input.byteOffset, length);
  // A literal has a byte more for each 60 at worst, and a copy is never longer than what it stands for.
  const output = new Uint8Array(length + Math.ceil(length / 60) + 16);
  const shift = Math.max(32 - MOST_BITS, Math.clz32(length));
  latest.fill(-1, 0, 1 << (32 - shift));
  let to = writeVarint(output, length);
  let literal = 0;
  let at = 0;
  while (at <= length - SHORTEST) {
    const word = words.getUint32(at, true);
    const slot = Math.imul(word, 0x9e3779b1) >>> shift;
    const from = latest[slot] ?? -1;
    latest[slot] = at;
    const offset = at - from;
    if (from < 0 || offset > WINDOW || words.getUint32(from, true) !== word) {
      at += 1 + ((at - literal) >> 4);
      continue;
    }
    let start = at;
    while (start > literal && start > offset && input[start - 1] === input[start - 1 - offset]) start--;
    at += SHORTEST;
    while (at < length && input[at] === input[at - offset]) at++;
    to = writeLiteral(output, to, input, literal, start);
    to = writeCopy(output, to, offset, at - start);
    literal = at;
  }
  return output.subarray(0, writeLiteral(output, to, input, literal, length));
}

/** Writes bytes as they are; returns where the next element goes. */
function writeLiteral(output: Uint8Array, to: number, input: Uint8Array, from: number, end: number): number {
  const last = end - from - 1;
  if (last < 0) return to;
  if (last < 60) output[to++] = last << 2;
  else {
    const bytes = 4 - (Math.clz32(last) >> 3);
    output[to++] = (59 + bytes) << 2;
    for (let i = 0; i < bytes; i++) output[to++] = last >>> (8 * i);
  }
  if (last < 64) {
    for (let i = from; i < end; i++) output[to++] = input[i] ?? 0;
    return to;
  }
  output.set(input.subarray(from, end), to);
  return to + end - from;
}

/** Writes that bytes of before come again; returns where the next element goes. */
function writeCopy(output: Uint8Array, to: number, offset: number, length: number): number {
  for (let remainder = length; remainder > 0; remainder -= LONGEST_COPY) {
    const size = Math.min(remainder, LONGEST_COPY);
    if (size >= 4 && size < 12 && offset < 2048) {
      output[to++] = 1 | ((size - 4) << 2) | ((offset >> 8) << 5);
      output[to++] = offset;
    } else {
      output[to++] = 2 | ((size - 1) << 2);
      output[to++] = offset;
      output[to++] = offset >> 8;
    }
  }
  return to;
}

function writeVarint(output: Uint8Array, value: number): number {
  let to = 0;
  for (; value > 127; value >>>= 7) output[to++] = value | 128;
  output[to++] = value;
  return to;
}
