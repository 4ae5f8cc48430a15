import { type Column, sliceColumn } from "../../core/column.ts";
import type { PartitionRows } from "../../ports/tables.ts";
import { join, type ReadColumns } from "./read-columns.ts";

/** Groups rows that are sorted by partition number as asked for; copies only if the order asked for is another. */
export function rearrange(read: ReadColumns, names: readonly string[], ordinals: readonly number[]): PartitionRows {
  const starts = new Map<number, number>();
  const ends = new Map<number, number>();
  for (let row = 0; row < read.length; row++) {
    const p = read.first[row]!;
    if (!starts.has(p)) starts.set(p, row);
    ends.set(p, row + 1);
  }
  const offsets = new Int32Array(ordinals.length + 1);
  let inOrder = true;
  for (let i = 0; i < ordinals.length; i++) {
    const start = starts.get(ordinals[i]!) ?? offsets[i]!;
    offsets[i + 1] = offsets[i]! + (ends.get(ordinals[i]!) ?? start) - start;
    inOrder &&= start === offsets[i];
  }
  const columns = inOrder ? read.columns : read.columns.map((column) => gather(column, ordinals, starts, ends));
  return {
    batch: { length: offsets.at(-1)!, columns: Object.fromEntries(names.map((name, i) => [name, columns[i]!])) },
    offsets,
  };
}

function gather(
  column: Column,
  ordinals: readonly number[],
  starts: ReadonlyMap<number, number>,
  ends: ReadonlyMap<number, number>,
): Column {
  const slices = ordinals
    .filter((ordinal) => starts.has(ordinal))
    .map((ordinal) => sliceColumn(column, starts.get(ordinal)!, ends.get(ordinal)!));
  if (column.type === "string" || column.type === "integer")
    return { type: column.type, values: slices.flatMap((slice) => slice.values as never[]) } as Column;
  const length = slices.reduce((sum, slice) => sum + slice.values.length, 0);
  const pieces = slices.map((slice) => slice.values);
  if (column.type === "boolean")
    return { type: column.type, values: join(pieces as Uint8Array[], new Uint8Array(length)) };
  return { type: column.type, values: join(pieces as Float64Array[], new Float64Array(length)) };
}
