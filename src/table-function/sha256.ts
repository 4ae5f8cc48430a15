import { zip } from "../core/aligned.ts";

/**
 * Returns the SHA-256 (FIPS 180-4) of texts and bytes in plain JavaScript: what a table function has instead of
 * `work/sha256.ts`.
 */
export function sha256Of(...parts: readonly (string | Uint8Array)[]): string {
  const bytes: number[] = [];
  for (const part of parts) {
    if (typeof part === "string") pushUtf8(part, bytes);
    else for (const byte of part) bytes.push(byte);
  }
  return digest(bytes);
}

/** Returns a hash that takes its parts one after another, as `createHash("sha256")` of Node does: for definitions that import it. */
export function createHash(_algorithm: "sha256") {
  const parts: (string | Uint8Array)[] = [];
  const hash = {
    update(part: string | Uint8Array) {
      parts.push(part);
      return hash;
    },
    digest: (_encoding: "hex") => sha256Of(...parts),
  };
  return hash;
}

/** Appends the UTF-8 bytes of a text. A lone surrogate becomes U+FFFD. */
function pushUtf8(text: string, to: number[]): void {
  for (const character of text) {
    let code = character.codePointAt(0) ?? 0xfffd;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) to.push(code);
    else if (code < 0x800) to.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) to.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else to.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
}

/** Returns the first 32 bits of the fractional parts of roots of the first primes. */
function constants(count: number, root: number): Int32Array {
  const words = new Int32Array(count);
  for (let n = 2, at = 0; at < count; n++) {
    let prime = true;
    for (let d = 2; d * d <= n && prime; d++) prime = n % d !== 0;
    if (prime) words[at++] = (n ** (1 / root) % 1) * 4294967296;
  }
  return words;
}

const K = constants(64, 3);
const START = constants(8, 2);

function digest(message: readonly number[]): string {
  const padded = message.slice();
  padded.push(0x80);
  while (padded.length % 64 !== 56) padded.push(0);
  const bits = message.length * 8;
  for (let shift = 56; shift >= 0; shift -= 8) padded.push(Math.floor(bits / 2 ** shift) % 256);
  const view = new DataView(Uint8Array.from(padded).buffer);
  const state = Int32Array.from(START);
  const schedule = new DataView(new ArrayBuffer(4 * K.length));
  const w = (i: number) => schedule.getInt32(4 * i);
  const rotate = (x: number, n: number) => (x >>> n) | (x << (32 - n));
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) schedule.setInt32(4 * i, view.getInt32(block + 4 * i));
    for (let i = 16; i < 64; i++) {
      const s0 = rotate(w(i - 15), 7) ^ rotate(w(i - 15), 18) ^ (w(i - 15) >>> 3);
      const s1 = rotate(w(i - 2), 17) ^ rotate(w(i - 2), 19) ^ (w(i - 2) >>> 10);
      schedule.setInt32(4 * i, w(i - 16) + s0 + w(i - 7) + s1);
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    let round = 0;
    for (const k of K) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + k + w(round++)) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    state.set(Array.from(zip(state, [a, b, c, d, e, f, g, h]), ([word, value]) => word + value));
  }
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
