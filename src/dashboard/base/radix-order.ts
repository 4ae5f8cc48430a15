import { count } from "./count.ts";

/** Runs of values that agree in their upper halves, and are no longer than this, are sorted by insertion. */
const SHORT = 24;

/** Bits that are sorted by at a time: three times eleven are a half of a number. */
const DIGIT = 11;
const DIGITS = 2 ** DIGIT;

/**
 * Returns the positions of values in ascending order: equal values keep their order, NaN comes last. A radix sort of
 * the upper halves of their bits, eleven bits at a time, each moving along with its position so that memory is read in
 * order; then the few that agree in these are put in order by the lower halves.
 */
export function radixOrder(values: Float64Array): Uint32Array {
  const n = values.length;
  let [high, order] = [new Uint32Array(n), new Uint32Array(n)];
  let [nextHigh, next] = [new Uint32Array(n), new Uint32Array(n)];
  const bits = new DataView(values.buffer, values.byteOffset, values.byteLength);
  // How many there are of each digit, at all three places.
  const counts = [new Uint32Array(DIGITS), new Uint32Array(DIGITS), new Uint32Array(DIGITS)] as const;
  const [low, middle, top] = counts;
  for (let i = 0; i < n; i++) {
    const value = valueAt(bits, i);
    // Both zeros are one.
    const h = value === 0 ? 0 : bits.getUint32(8 * i + 4, true);
    // As unsigned integers, positive numbers are in order once their sign is set, negative ones once all bits are inverted.
    const digits = value !== value ? 0xffffffff : (h >>> 31 === 1 ? ~h : h | 0x80000000) >>> 0;
    high[i] = digits;
    order[i] = i;
    count(low, digits & (DIGITS - 1));
    count(middle, (digits >>> DIGIT) & (DIGITS - 1));
    count(top, digits >>> (2 * DIGIT));
  }
  for (const [place, starts] of counts.entries()) {
    const shift = DIGIT * place;
    let sum = 0;
    for (const [b, size] of starts.entries()) {
      starts[b] = sum;
      sum += size;
    }
    for (let k = 0; k < n; k++) {
      const digits = high[k]!;
      const to = count(starts, (digits >>> shift) & (DIGITS - 1));
      nextHigh[to] = digits;
      next[to] = order[k]!;
    }
    [high, nextHigh, order, next] = [nextHigh, high, next, order];
  }
  for (let from = 0, to = 1; from < n; from = to++) {
    while (to < n && high[to] === high[from]) to++;
    if (to - from > 1 && high[from] !== 0xffffffff) sortRun(bits, order, from, to);
  }
  return order;
}

/** Puts the positions `[from, to)`, of values that are nearly equal, in the values' order. */
function sortRun(bits: DataView, order: Uint32Array, from: number, to: number): void {
  if (to - from > SHORT) {
    const run = order.subarray(from, to);
    let [least, most] = [Infinity, -Infinity];
    for (const i of run) {
      const value = valueAt(bits, i);
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (least < most) run.sort((a, b) => valueAt(bits, a) - valueAt(bits, b) || a - b);
    return;
  }
  for (let k = from + 1; k < to; k++) {
    const i = order[k]!;
    const value = valueAt(bits, i);
    let at = k;
    for (; at > from; at--) {
      const before = order[at - 1]!;
      if (valueAt(bits, before) <= value) break;
      order[at] = before;
    }
    order[at] = i;
  }
}

/** Returns the value `i` of those whose bits these are. */
function valueAt(bits: DataView, i: number): number {
  return bits.getFloat64(8 * i, true);
}
