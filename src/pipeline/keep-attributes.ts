import { at } from "../core/aligned.ts";
import { checkAttributes, PARTITION_ATTRIBUTES, type StatedAttributes, UNIT_VALUE } from "../core/attributes.ts";
import { type Column, type ColumnBatch, type ColumnInfo, getColumn } from "../core/columns/column.ts";
import { ManymodelError } from "../core/errors.ts";
import { encodeKey } from "../core/partition-key.ts";
import type { DataQuery, Snapshot } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Engine } from "../ports/engine.ts";
import type { TablePart } from "../ports/output.ts";
import { findJson, putJson } from "../stages/json.ts";
import { keyColumn, outputType } from "../work/key-column.ts";
import { prepareOutput } from "./prepare-output.ts";

/** The rows of the table are one owner's. */
const OWNER = "attributes";
/** Partitions are read and written this many at a time. */
const PARTITIONS_PER_PART = 200_000;

/**
 * Keeps the newest attributes of each partition of a source, and the worth of its units, in the table `PARTITION_ATTRIBUTES`: the
 * engine finds them in one statement, and they become visible as a whole. Does nothing where the source states none, or has not
 * changed.
 *
 * @throws {ManymodelError} `input` or `config` naming a column or an expression that the source cannot give
 */
export async function keepAttributes(
  engine: Pick<Engine, "source" | "output" | "stage">,
  query: DataQuery,
  { attributes, value }: StatedAttributes,
): Promise<void> {
  if (attributes.length === 0 && value === undefined) return;
  checkAttributes(attributes);
  const { table, select, where, keyColumns, orderBy = [] } = query;
  const isKey = (name: string) => keyColumns.some((key) => key.toLowerCase() === name.toLowerCase());
  const time = orderBy.filter((name) => !isKey(name)).at(-1);
  const names = attributes.filter((name) => !isKey(name));
  const values = {
    ...Object.fromEntries(names.map((name) => [name, name])),
    ...(value !== undefined && { [UNIT_VALUE]: value }),
  };
  const snapshot = await engine.source.snapshot({
    ...{ table, keyColumns, columns: Object.keys(values) },
    ...(select !== undefined && { select }),
    ...(where !== undefined && { where }),
    newest: { by: keyColumns, ...(time !== undefined && { time }), values },
  });
  const record = { snapshot: snapshot.id, attributes };
  const before = await findJson(engine.stage, stagePath.attributes);
  if (JSON.stringify(before) === JSON.stringify(record)) return;
  checkValue(snapshot, value);
  const columns: ColumnInfo[] = [
    { name: "PARTITION_KEY", type: "string" },
    ...snapshot.keyColumns.map((column): ColumnInfo => ({ name: column.name, type: outputType(column) })),
    ...snapshot.columns.map(({ name, type }): ColumnInfo => ({ name, type: name === UNIT_VALUE ? "number" : type })),
  ];
  await prepareOutput(engine, PARTITION_ATTRIBUTES, columns, [table], {
    what: "the table of attributes",
    marks: ["PARTITION_KEY"],
  });
  const parts: TablePart[] = [];
  try {
    for (let from = 0; from < snapshot.partitions; from += PARTITIONS_PER_PART) {
      const to = Math.min(snapshot.partitions, from + PARTITIONS_PER_PART);
      parts.push(await engine.output.write(PARTITION_ATTRIBUTES, await attributesOf(engine, snapshot, from, to)));
    }
    await engine.output.publish(PARTITION_ATTRIBUTES, OWNER, parts);
  } catch (error) {
    await engine.output.discard(PARTITION_ATTRIBUTES, parts).catch(() => {});
    throw error;
  }
  await putJson(engine.stage, stagePath.attributes, record);
}

/** @throws {ManymodelError} `config` if the worth of a unit is not a number */
function checkValue({ columns }: Snapshot, value: string | undefined): void {
  const type = columns.find(({ name }) => name === UNIT_VALUE)?.type;
  if (type !== undefined && type !== "number" && type !== "integer")
    throw new ManymodelError("config", `source.value is ${value}, whose values are ${type}s; it must be numbers`);
}

/** Returns the rows of the partitions at positions `[from, to)`. */
async function attributesOf(
  { source }: Pick<Engine, "source">,
  snapshot: Snapshot,
  from: number,
  to: number,
): Promise<ColumnBatch> {
  const { keyColumns, columns } = snapshot;
  const keys = await source.keys(snapshot, from, to);
  const { batch } = await source.read(
    snapshot,
    Array.from({ length: to - from }, (_, i) => from + i),
  );
  const keyValues = keyColumns.map((column, i): [string, Column] => [
    column.name,
    keyColumn(
      column,
      keys.map((key) => at(key, i)),
    ),
  ]);
  const values = columns.map((column): [string, Column] => [
    column.name,
    stored(getColumn(batch, column.name), column),
  ]);
  const texts = keys.map((key) => encodeKey(keyColumns, key));
  const data = [["PARTITION_KEY", { type: "string", values: texts }] as const, ...keyValues, ...values];
  return { length: keys.length, columns: Object.fromEntries(data) };
}

/** Returns a column as the table has it: integers of a source are read as numbers. */
function stored(column: Column, { name, type }: ColumnInfo): Column {
  if (type !== "integer" || name === UNIT_VALUE || column.type !== "number") return column;
  return {
    type: "integer",
    values: Array.from(column.values, (value) => (Number.isNaN(value) ? null : BigInt(value))),
  };
}
