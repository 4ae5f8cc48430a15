import type { Column, ColumnBatch } from "../../core/column.ts";
import { BinaryRows, PIECE_BYTES } from "./binary-rows.ts";

/** The rows of a batch for a binary copy, each with the part it is of before its own values. NaN becomes NULL. */
export function* encodeColumns(part: bigint, { length, columns }: ColumnBatch): Generator<Uint8Array> {
  const rows = new BinaryRows();
  const fields = Object.values(columns).map((column) => fieldWriter(rows, column));
  for (let row = 0; row < length; row++) {
    rows.begin(fields.length + 1);
    rows.int8(part);
    for (const write of fields) write(row);
    if (rows.length > PIECE_BYTES) yield rows.take();
  }
  yield rows.end();
}

function fieldWriter(rows: BinaryRows, column: Column): (row: number) => void {
  switch (column.type) {
    case "string":
      return (row) => optional(column.values[row]!, (value) => rows.text(value));
    case "integer":
      return (row) => optional(column.values[row]!, (value) => rows.int8(BigInt(value)));
    case "boolean":
      return (row) => (column.values[row] === 2 ? rows.null() : rows.boolean(column.values[row] === 1));
    default: {
      const { type, values } = column;
      const write = (value: number) =>
        type === "number" ? rows.float8(value) : type === "date" ? rows.date(value) : rows.timestamp(value);
      return (row) => (Number.isNaN(values[row]!) ? rows.null() : write(values[row]!));
    }
  }

  function optional<T>(value: T | null, write: (value: T) => void): void {
    if (value === null) rows.null();
    else write(value);
  }
}
