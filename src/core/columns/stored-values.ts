import { type KeyColumn, type KeyValue, parseKeyText } from "../partition-key.ts";
import type { Column, ColumnInfo } from "./column.ts";

const DAY_MS = 86_400_000;

/** Returns values of a column as an account hands them out: NULL is null, times are milliseconds. Integers are read as numbers. */
export function storedColumn(type: ColumnInfo["type"], values: readonly unknown[]): Column {
  switch (type) {
    case "string":
      return { type, values: values as (string | null)[] };
    case "boolean":
      return { type, values: Uint8Array.from(values, (value) => (value == null ? 2 : Number(value))) };
    default:
      return {
        type: type === "integer" ? "number" : type,
        values: Float64Array.from(values, (value) => (value == null ? NaN : Number(value))),
      };
  }
}

/**
 * Returns a key's value as an account keeps it: exact text, days or microseconds since 1970; doubles and truth values
 * as they are.
 */
export function storedKey({ type }: KeyColumn, stored: unknown): KeyValue {
  if (stored === null || stored === undefined) return null;
  switch (type) {
    case "date":
      return new Date(Number(stored) * DAY_MS).toISOString().slice(0, 10);
    case "timestamp":
      return timestampText(BigInt(stored as string));
    case "double":
      return Number(stored);
    case "boolean":
      return stored as boolean;
    default:
      return parseKeyText(type, stored as string);
  }
}

/** Returns a time as its exact text: microseconds since 1970 without trailing zeros. */
function timestampText(micros: bigint): string {
  const micro = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - micro) / 1000n)).toISOString().slice(0, 19).replace("T", " ");
  const fraction = String(micro).padStart(6, "0").replace(/0+$/, "");
  return fraction === "" ? seconds : `${seconds}.${fraction}`;
}
