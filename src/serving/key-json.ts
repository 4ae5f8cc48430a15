import { zip } from "../core/aligned.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { type KeyColumn, type KeyValue, keyText, type PartitionKey, parseKeyText } from "../core/partition-key.ts";
import { isCell, isRowJson } from "./rows-json.ts";

/** A key as JSON has it: a value, a list of values, or an object of column to value. */
export type KeyJson = KeyValueJson | readonly KeyValueJson[] | { readonly [column: string]: KeyValueJson };
type KeyValueJson = string | number | boolean | null;

/** Tells whether a JSON value has the shape of a key, whatever the columns. */
export function isKeyJson(json: unknown): json is KeyJson {
  return isCell(json) || (Array.isArray(json) ? json.every(isCell) : isRowJson(json));
}

/**
 * Returns the partition key that a JSON value is. Dates, timestamps and decimals are their exact text, integers beyond
 * 2^53 text too. The types are the columns' own: `"7"` is no integer and 7 no text.
 *
 * @param where - what to call the key in an error: `keys[3]`
 * @throws {ManymodelError} `input` naming the value and what was expected
 */
export function keyOfJson(columns: readonly KeyColumn[], json: KeyJson, where: string): PartitionKey {
  const values = inOrder(columns, json, where);
  return Array.from(zip(columns, values), ([column, value]) => typed(column, value, where));
}

function inOrder(columns: readonly KeyColumn[], json: KeyJson, where: string): readonly KeyValueJson[] {
  const expected = columns.map(({ name, type }) => `${name} (${type})`).join(", ");
  const wrong = () => new ManymodelError("input", `${where} is ${show(json)}; a key of this model is ${expected}`);
  if (typeof json !== "object" || json === null) {
    if (columns.length !== 1) throw wrong();
    return [json];
  }
  if (!Array.isArray(json)) {
    const named = json as { readonly [column: string]: KeyValueJson };
    if (Object.keys(named).length !== columns.length) throw wrong();
    return columns.map(({ name }) => {
      const value = Object.hasOwn(named, name) ? named[name] : undefined;
      if (value === undefined) throw wrong();
      return value;
    });
  }
  if (json.length !== columns.length) throw wrong();
  return json as readonly KeyValueJson[];
}

function typed(column: KeyColumn, value: KeyValueJson, where: string): KeyValue {
  if (value === null) return null;
  try {
    const big = column.type === "integer" && typeof value === "string" ? parseKeyText("integer", value) : undefined;
    const parsed = typeof big === "bigint" ? big : value;
    keyText(column, parsed);
    return parsed;
  } catch (cause) {
    const message = `${where}: ${column.name} is ${show(value)}, which is not a ${column.type}`;
    throw new ManymodelError("input", message, { cause });
  }
}

/** Returns a key as it is answered: column to value, integers beyond 2^53 as text. */
export function keyAsJson(columns: readonly KeyColumn[], key: PartitionKey): { [column: string]: KeyValueJson } {
  const json = (value: KeyValue) => (typeof value === "bigint" ? String(value) : value);
  return Object.fromEntries(Array.from(zip(columns, key), ([{ name }, value]) => [name, json(value)]));
}
