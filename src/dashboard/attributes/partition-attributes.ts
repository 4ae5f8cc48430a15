import { PARTITION_ATTRIBUTES, UNIT_VALUE } from "../../core/attributes.ts";
import { type Column, getColumn } from "../../core/columns/column.ts";
import { dropOldest } from "../../core/drop-oldest.ts";
import { stagePath } from "../../core/stage-path.ts";
import type { Engine } from "../../ports/engine.ts";
import { textsOf } from "../../runs/grouped-partitions.ts";
import { findJson, parseJson } from "../../stages/json.ts";
import { ArrayReader, bytesOf, packArrays } from "../base/packed-arrays.ts";
import { joinTexts, type TextColumn, TextColumnBuilder } from "../base/text-column.ts";
import type { PartitionTable } from "../partitions/partition-table.ts";

/** An attribute of a table's partitions: the values that there are, and which one each row has. */
export interface Attribute {
  readonly name: string;
  /** In ascending order; the last may be null. */
  readonly values: readonly (string | null)[];
  /** The position of a row's value among the values. */
  readonly codes: Uint32Array;
}

/** The attributes of a table's partitions, by its rows. */
export interface TableAttributes {
  readonly attributes: readonly Attribute[];
  /** The worth of a unit of each row, NaN where it is not known; null where none is stated. */
  readonly value: Float64Array | null;
}

/** An attribute with more values than this tells partitions apart rather than groups. */
const MOST_VALUES = 500;
const MOST_TABLES = 4;

/** The attributes of partitions where none are kept. */
export const NO_ATTRIBUTES: TableAttributes = { attributes: [], value: null };

type PartitionAttributesEngine = Pick<Engine, "source" | "output" | "stage">;

interface Kept {
  readonly keys: TextColumn;
  readonly attributes: readonly Attribute[];
  readonly value: Float64Array | null;
}

/** Reads `PARTITION_ATTRIBUTES` once for each state of it, and joins it to tables of partitions. */
export class PartitionAttributes {
  readonly #engine: PartitionAttributesEngine;
  #state: string | undefined;
  #kept: Promise<Kept | undefined> = Promise.resolve(undefined);
  readonly #tables = new Map<PartitionTable, Promise<TableAttributes>>();

  constructor(engine: PartitionAttributesEngine) {
    this.#engine = engine;
  }

  /** Returns the attributes of a table's partitions; none where the workspace keeps none. */
  async of(table: PartitionTable): Promise<TableAttributes> {
    const state = JSON.stringify(await findJson(this.#engine.stage, stagePath.attributes)) ?? "none";
    if (state !== this.#state) {
      this.#state = state;
      this.#tables.clear();
      this.#kept = storedAttributes(this.#engine, state);
      this.#kept.catch(() => {
        this.#state = undefined;
      });
    }
    let joined = this.#tables.get(table);
    if (joined === undefined) {
      dropOldest(this.#tables, MOST_TABLES - 1);
      joined = this.#kept.then((source) => (source === undefined ? NO_ATTRIBUTES : join(table, source)));
      this.#tables.set(table, joined);
    }
    return joined;
  }
}

/** The form of the stored attributes. Another form is read from the table anew. */
const FORMAT = 1;

/** Facts about stored attributes. */
interface StoredHead {
  readonly formatVersion: number;
  /** The state of the table that they are of. */
  readonly state: string;
  readonly attributes: readonly Pick<Attribute, "name" | "values">[];
  readonly hasValue: boolean;
}

/**
 * Returns the attributes of a state of the table, from the stage where another process left them: reading a million of them
 * takes a second of CPU, their stored form a few hundredths.
 */
async function storedAttributes(engine: PartitionAttributesEngine, state: string): Promise<Kept | undefined> {
  const path = stagePath.codedAttributes;
  const stored = await engine.stage
    .get(path)
    .then((bytes) => unpackAttributes(bytes, path, state))
    .catch(() => undefined);
  if (stored !== undefined) return stored;
  const read = await readAttributes(engine);
  // Readers without the right to write to the stage read the table each time.
  if (read !== undefined) await engine.stage.put(path, packAttributes(read, state)).catch(() => {});
  return read;
}

function packAttributes({ keys, attributes, value }: Kept, state: string): Uint8Array {
  const head: StoredHead = {
    ...{ formatVersion: FORMAT, state, hasValue: value !== null },
    attributes: attributes.map(({ name, values }) => ({ name, values })),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(head));
  return packArrays([
    ...[bytes, keys.bytes, keys.offsets, value ?? new Float64Array(0)],
    ...attributes.map(({ codes }) => codes),
  ]);
}

/** Returns stored attributes; undefined for those of another state of the table. */
function unpackAttributes(bytes: Uint8Array, path: string, state: string): Kept | undefined {
  const reader = new ArrayReader(bytes, path);
  const head = parseJson<StoredHead>(reader.u8(), path);
  if (head.formatVersion !== FORMAT || head.state !== state) return undefined;
  const keys: TextColumn = { bytes: reader.u8(), offsets: reader.u32() };
  const value = reader.f64();
  const attributes = head.attributes.map((attribute): Attribute => ({ ...attribute, codes: reader.u32() }));
  return { keys, attributes, value: head.hasValue ? value : null };
}

async function readAttributes({ source, output }: Pick<Engine, "source" | "output">): Promise<Kept | undefined> {
  const columns = (await source.columns(PARTITION_ATTRIBUTES))?.map(({ name }) => name);
  if (columns === undefined) return undefined;
  const batch = await output.published(PARTITION_ATTRIBUTES, null, [
    "PARTITION_KEY",
    ...columns.filter((name) => name !== "PARTITION_KEY"),
  ]);
  const builder = new TextColumnBuilder(batch.length);
  const keyAt = textsOf(getColumn(batch, "PARTITION_KEY"));
  for (let row = 0; row < batch.length; row++) builder.push(keyAt(row) ?? "");
  const value = columns.includes(UNIT_VALUE) ? numbersOf(getColumn(batch, UNIT_VALUE)) : null;
  const attributes = columns
    .filter((name) => name !== "PARTITION_KEY" && name !== UNIT_VALUE)
    .flatMap((name) => coded(name, batch.length, textsOf(getColumn(batch, name))));
  return { keys: builder.build(), attributes, value };
}

/** Numbers the values of an attribute; none for one that nearly every partition has another value of. */
function coded(name: string, rows: number, textAt: (row: number) => string | null): Attribute[] {
  const numbers = new Map<string | null, number>();
  const codes = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    const text = textAt(row);
    let number = numbers.get(text);
    if (number === undefined) {
      if (numbers.size >= MOST_VALUES) return [];
      number = numbers.size;
      numbers.set(text, number);
    }
    codes[row] = number;
  }
  if (numbers.size > 1 && 2 * numbers.size > rows) return [];
  const values = [...numbers.keys()].sort(compareTexts);
  const places = new Map(values.map((value, i) => [value, i]));
  const order = Uint32Array.from(numbers.keys(), (value) => places.get(value) ?? 0);
  return [{ name, values, codes: codes.map((number) => order[number] ?? 0) }];
}

/** Returns numbers by size, then texts by code unit, null last. */
function compareTexts(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return Number(a) - Number(b) || (a < b ? -1 : 1);
}

function join({ keys }: PartitionTable, source: Kept): TableAttributes {
  // Both are in the order of their keys, and mostly of the same.
  if (isSame(keys, source.keys)) return source;
  const places = joinTexts(keys, source.keys);
  const hasAll = !places.includes(-1);
  return {
    attributes: source.attributes.map(({ name, values, codes }): Attribute => {
      const hasNull = values.at(-1) === null;
      const none = hasNull ? values.length - 1 : values.length;
      const joined = new Uint32Array(places.length);
      // A callback for each of a million rows takes ten times as long.
      for (let row = 0; row < joined.length; row++) joined[row] = codes[places[row] ?? -1] ?? none;
      return { name, values: hasAll || hasNull ? values : [...values, null], codes: joined };
    }),
    value: source.value && valuesAt(source.value, places),
  };
}

/** Returns the values at some places, NaN where there is none. */
function valuesAt(values: Float64Array, places: Int32Array): Float64Array {
  const joined = new Float64Array(places.length);
  for (let row = 0; row < joined.length; row++) joined[row] = values[places[row] ?? -1] ?? Number.NaN;
  return joined;
}

function isSame(a: TextColumn, b: TextColumn): boolean {
  if (a.offsets.length !== b.offsets.length || Buffer.compare(a.bytes, b.bytes) !== 0) return false;
  return Buffer.compare(bytesOf(a.offsets), bytesOf(b.offsets)) === 0;
}

function numbersOf(column: Column): Float64Array {
  if (column.type === "integer")
    return Float64Array.from(column.values, (value) => (value === null ? Number.NaN : Number(value)));
  return column.type === "number" ? column.values : new Float64Array(0);
}
