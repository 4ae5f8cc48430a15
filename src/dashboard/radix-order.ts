/** Runs of values that agree in their upper halves, and are no longer than this, are sorted by insertion. */
const SHORT = 24;

/**
 * The positions of values in ascending order: equal values keep their order, NaN comes last. A radix sort of the upper
 * halves of their bits, a byte at a time, each moving along with its position so that memory is read in order; then the
 * few that agree in these are put in order by the lower halves.
 */
export function radixOrder(values: Float64Array): Uint32Array {
  const n = values.length;
  let [high, order] = [new Uint32Array(n), new Uint32Array(n)];
  let [nextHigh, next] = [new Uint32Array(n), new Uint32Array(n)];
  // Adding 0 makes one of both zeros.
  const bits = new Uint32Array(values.map((value) => value + 0).buffer);
  for (let i = 0; i < n; i++) {
    const h = bits[2 * i + 1]!;
    // As unsigned integers, positive numbers are in order once their sign is set, negative ones once all bits are inverted.
    high[i] = Number.isNaN(values[i]!) ? 0xffffffff : h >>> 31 === 1 ? ~h : h | 0x80000000;
    order[i] = i;
  }
  const starts = new Uint32Array(256);
  for (let shift = 0; shift < 32; shift += 8) {
    starts.fill(0);
    for (let k = 0; k < n; k++) starts[(high[k]! >>> shift) & 0xff]!++;
    let sum = 0;
    for (let b = 0; b < 256; b++) {
      const count = starts[b]!;
      starts[b] = sum;
      sum += count;
    }
    for (let k = 0; k < n; k++) {
      const to = starts[(high[k]! >>> shift) & 0xff]!++;
      nextHigh[to] = high[k]!;
      next[to] = order[k]!;
    }
    [high, nextHigh, order, next] = [nextHigh, high, next, order];
  }
  for (let from = 0, to = 1; from < n; from = to++) {
    while (to < n && high[to] === high[from]) to++;
    if (to - from > 1 && high[from] !== 0xffffffff) sortRun(values, order.subarray(from, to));
  }
  return order;
}

/** Puts positions of values that are nearly equal in the values' order. */
function sortRun(values: Float64Array, run: Uint32Array): void {
  if (run.length > SHORT) {
    if (run.some((i) => values[i] !== values[run[0]!])) run.sort((a, b) => values[a]! - values[b]! || a - b);
    return;
  }
  for (let k = 1; k < run.length; k++) {
    const i = run[k]!;
    let at = k;
    for (; at > 0 && values[run[at - 1]!]! > values[i]!; at--) run[at] = run[at - 1]!;
    run[at] = i;
  }
}
