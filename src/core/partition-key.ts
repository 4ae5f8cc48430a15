import { zip } from "./aligned.ts";
import { ManymodelError, show } from "./errors.ts";

/** The type of one column of a partition key. */
export type KeyType = "string" | "integer" | "double" | "decimal" | "boolean" | "date" | "timestamp";

/** One column of a (possibly composite) partition key. */
export interface KeyColumn {
  readonly name: string;
  readonly type: KeyType;
}

/**
 * One value of a partition key. Integers are `number`, or `bigint` beyond 2^53. `decimal`, `date` (`2026-11-23`) and
 * `timestamp` (`2026-11-23 00:00:00`) are exact text. NULL is `null`, and a key like any other.
 */
export type KeyValue = string | number | bigint | boolean | null;

/** The values of one partition's key, in the order of its key columns. */
export type PartitionKey = readonly KeyValue[];

const TAGS: Record<KeyType, string> = {
  string: "s",
  integer: "i",
  double: "f",
  decimal: "m",
  boolean: "b",
  date: "d",
  timestamp: "t",
};
const TYPES = new Map(Object.entries(TAGS).map(([type, tag]) => [tag, type as KeyType]));

/**
 * Encodes a partition key as text. The encoding is typed, injective and reversible. Each value is `<tag>:<text>` (`s`
 * string, `i` integer, `f` double, `m` decimal, `b` boolean, `d` date, `t` timestamp, `n:` NULL), joined by commas;
 * `%`, commas and control characters inside a text are percent-encoded, so `["a,b"]` and `["a", "b"]` have different
 * encodings.
 *
 * @throws {ManymodelError} if a value does not fit its column's type
 */
export function encodeKey(columns: readonly KeyColumn[], key: PartitionKey): string {
  if (key.length !== columns.length)
    throw new ManymodelError(
      "input",
      `partition key has ${key.length} values, expected ${columns.length}: ${columnList(columns)}`,
    );
  let text = "";
  let i = 0;
  for (const column of columns) {
    const value = key[i] as KeyValue;
    if (i++ > 0) text += ",";
    text += encodeValue(column, value);
  }
  return text;
}

function encodeValue(column: KeyColumn, value: KeyValue): string {
  return value === null ? "n:" : `${TAGS[column.type]}:${escapeText(keyText(column, value))}`;
}

/** Decodes what `encodeKey` wrote. @throws {ManymodelError} if the text is not a canonical encoded key */
export function decodeKey(text: string): { types: (KeyType | null)[]; key: KeyValue[] } {
  const types: (KeyType | null)[] = [];
  const key: KeyValue[] = [];
  for (const part of text.split(",")) {
    const colon = part.indexOf(":");
    const type = TYPES.get(part.slice(0, colon));
    if (part !== "n:" && (colon !== 1 || type === undefined))
      throw new ManymodelError("input", `not an encoded partition key: ${show(text)}`);
    const value = type === undefined ? null : parseKeyText(type, unescapeText(part.slice(2), text));
    if (encodeValue({ name: "", type: type ?? "string" }, value) !== part)
      throw new ManymodelError("input", `not a canonical encoded partition key: ${show(text)}`);
    types.push(type ?? null);
    key.push(value);
  }
  return { types, key };
}

/** Returns the exact text of a key value, as a database's cast to text and back understands it. */
export function keyText(column: KeyColumn, value: Exclude<KeyValue, null>): string {
  const bad = () =>
    new ManymodelError("input", `partition key ${show(column.name)} is ${show(value)}, which is not a ${column.type}`);
  switch (column.type) {
    case "integer":
      if (typeof value === "bigint" || Number.isSafeInteger(value)) return BigInt(value as bigint).toString();
      throw bad();
    case "double":
      if (typeof value !== "number") throw bad();
      return value === 0 ? "0" : String(value);
    case "boolean":
      if (typeof value !== "boolean") throw bad();
      return String(value);
    default:
      if (typeof value !== "string" || !value.isWellFormed()) throw bad();
      if (column.type === "date" && !/^-?\d{4,}-\d\d-\d\d$/.test(value)) throw bad();
      if (column.type === "decimal" && !/^-?\d+(\.\d+)?$/.test(value)) throw bad();
      return value;
  }
}

/** Reads the text of a key value back; the inverse of `keyText`. */
export function parseKeyText(type: KeyType, text: string): Exclude<KeyValue, null> {
  switch (type) {
    case "integer": {
      if (!/^-?\d+$/.test(text)) throw new ManymodelError("input", `not an integer partition key: ${show(text)}`);
      const value = Number(text);
      return Number.isSafeInteger(value) ? value + 0 : BigInt(text);
    }
    case "double": {
      const value = text === "inf" ? Infinity : text === "-inf" ? -Infinity : text === "nan" ? NaN : Number(text);
      return value === 0 ? 0 : value;
    }
    case "boolean":
      return text === "true";
    default:
      return text;
  }
}

/** Returns the texts of keys, as `keyText` writes them, in a list for each key column; NULL is null. */
export function keyTexts(columns: readonly KeyColumn[], keys: readonly PartitionKey[]): (string | null)[][] {
  const texts = columns.map((column) => ({ column, list: [] as (string | null)[] }));
  for (const key of keys)
    for (const [{ column, list }, value] of zip(texts, key)) list.push(value === null ? null : keyText(column, value));
  return texts.map(({ list }) => list);
}

/** Reads a key back from the texts of its values; the inverse of `keyTexts` for one key. */
export function parseKey(columns: readonly KeyColumn[], texts: readonly (string | null)[]): KeyValue[] {
  return Array.from(zip(columns, texts), ([{ type }, text]) => (text === null ? null : parseKeyText(type, text)));
}

/** Returns a key as people read it in messages: `UNIT_ID = "SKU00001"`. */
export function showKey(columns: readonly KeyColumn[], key: PartitionKey): string {
  return columns.map((column, i) => `${column.name} = ${show(key[i])}`).join(", ");
}

/** Something whose rows or models have keys: its name for messages, and its key columns. */
export interface Partitioned {
  readonly name: string;
  readonly keyColumns: readonly KeyColumn[];
}

/**
 * Checks that two things have keys of the same types: keys of other types are never equal.
 *
 * @param kind - `conflict` between runs and versions, which stay as they are; `input` for a table, which can be mended
 * @throws {ManymodelError} of that kind, naming both
 */
export function checkSameKeys(kind: "conflict" | "input", one: Partitioned, other: Partitioned): void {
  const isSame =
    one.keyColumns.length === other.keyColumns.length &&
    one.keyColumns.every(({ type }, i) => type === other.keyColumns[i]?.type);
  if (!isSame)
    throw new ManymodelError(
      kind,
      `${one.name} is partitioned by ${columnList(one.keyColumns)}, but ${other.name} by ${columnList(other.keyColumns)}; the types must agree`,
    );
}

function columnList(columns: readonly KeyColumn[]): string {
  return columns.map((column) => `${column.name} (${column.type})`).join(", ");
}

function escapeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
  return text.replace(/[%,\u0000-\u001f\u007f]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function unescapeText(text: string, whole: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/%(.{0,2})/gs, (_, hex: string) => {
    if (!/^[0-9a-f]{2}$/.test(hex))
      throw new ManymodelError("input", `not an encoded partition key (bad escape): ${show(whole)}`);
    return String.fromCharCode(Number.parseInt(hex, 16));
  });
}
