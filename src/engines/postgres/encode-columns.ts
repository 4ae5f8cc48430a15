import type { Column, ColumnBatch } from "../../core/columns/column.ts";
import { ManymodelError } from "../../core/errors.ts";
import { BinaryRows, PIECE_BYTES } from "./binary-rows.ts";

/**
 * Yields the rows of a batch for a binary copy, each with the part it is of before its own values. NaN becomes NULL.
 */
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
      return (row) => write(column.values[row], (value) => rows.text(value));
    case "integer":
      return (row) => write(column.values[row], (value) => rows.int8(BigInt(value)));
    case "boolean":
      return (row) => write(column.values[row], (value) => (value === 2 ? rows.null() : rows.boolean(value === 1)));
    default: {
      const { type, values } = column;
      const writeNumber = (value: number) => {
        if (Number.isNaN(value)) rows.null();
        else if (type === "number") rows.float8(value);
        else if (type === "date") rows.date(value);
        else rows.timestamp(value);
      };
      return (row) => write(values[row], writeNumber);
    }
  }

  function write<T>(value: T | null | undefined, writeValue: (value: T) => void): void {
    if (value === undefined)
      throw new ManymodelError("corrupt", `a column of the type ${column.type} has too few values`);
    if (value === null) rows.null();
    else writeValue(value);
  }
}
