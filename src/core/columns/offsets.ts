/** Returns where each of several groups of rows begins, and after them where the last one ends: the sums of their lengths. */
export function offsetsOf(lengths: readonly number[]): Int32Array {
  const offsets = new Int32Array(lengths.length + 1);
  let end = 0;
  for (const [i, length] of lengths.entries()) {
    end += length;
    offsets[i + 1] = end;
  }
  return offsets;
}
