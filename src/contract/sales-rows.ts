import type { ColumnBatch, ColumnInfo } from "../core/columns/column.ts";
import type { Engine } from "../ports/engine.ts";

/** The columns of a table of sales. */
export const COLUMNS: ColumnInfo[] = [
  { name: "ID", type: "string" },
  { name: "DAY", type: "date" },
  { name: "Y", type: "number" },
  { name: "PROMO", type: "boolean" },
  { name: "NOTE", type: "string" },
];

/** Milliseconds of a day. */
export const DAY = 86_400_000;

/** One row each: key, day, y, promo, note. */
export type Row = [string | null, number, number | null, boolean | null, string | null];

/** Returns rows as columns. */
export function batch(rows: Row[]): ColumnBatch {
  const column = <T>(i: number) => rows.map((row) => row[i] as T);
  return {
    length: rows.length,
    columns: {
      ID: { type: "string", values: column<string | null>(0) },
      DAY: { type: "date", values: Float64Array.from(column<number>(1), (day) => day * DAY) },
      Y: { type: "number", values: Float64Array.from(column<number | null>(2), (y) => y ?? NaN) },
      PROMO: {
        type: "boolean",
        values: Uint8Array.from(column<boolean | null>(3), (b) => (b === null ? 2 : Number(b))),
      },
      NOTE: { type: "string", values: column<string | null>(4) },
    },
  };
}

/** Publishes rows in a table, which is created if need be, by methods that stand alone: no port's may need its `this`. */
export async function fill(
  { output: { create, write, publish } }: Engine,
  rows: Row[],
  table = "SALES",
  owner = "test",
): Promise<void> {
  await create(table, COLUMNS);
  await publish(table, owner, [await write(table, batch(rows))]);
}

/** The query of a table of sales by its keys. */
export const QUERY = { table: "SALES", keyColumns: ["ID"], orderBy: ["ID", "DAY"] };

/** Keys that break whoever treats a key as part of a path, a statement or a separated list. */
export const ODD_KEYS = [
  null,
  "",
  "'; DROP TABLE SALES; --",
  '"quoted"',
  "../../etc/passwd",
  "a/b\\c",
  "line\nbreak\ttab",
  "a__b",
  "a,b",
  "100000",
  "1e+05",
  "1.0",
  "NULL",
  "null",
  "2026-11-23",
  "😀 é ß 漢",
  "%2c%",
  " padded ",
  "'",
  "\\",
  "a\\' OR 1=1 --",
  "%",
  "_",
  "?",
  "$1",
  ":1",
  "bell\u0007 escape\u001b delete\u007f",
];

/** Bytes of the keys that every engine stores: one byte, more than a page of an index holds, and a whole document. */
export const KEY_SIZES = [1, 3000, 1_000_000] as const;

/** Returns a key of `bytes` letters that no engine can compress to a few: each is decided by all before it. */
export function longKey(bytes: number): string {
  let state = bytes;
  return Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(97 + ((state >>> 24) % 26));
  }).join("");
}
