import { createHash } from "node:crypto";
import { zip } from "../../core/aligned.ts";
import {
  type Column,
  type ColumnBatch,
  type ColumnInfo,
  columnsOf,
  getColumn,
  matchColumn,
  sliceColumn,
} from "../../core/columns/column.ts";
import { offsetsOf } from "../../core/columns/offsets.ts";
import { checkNotForecasts } from "../../core/current-forecasts.ts";
import { type EndRule, findEndRule } from "../../core/end-rule.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import { encodeKey, type KeyColumn, type KeyType, type KeyValue, type PartitionKey } from "../../core/partition-key.ts";
import { type DataQuery, type NewestValues, type Snapshot, selectsRows } from "../../core/run.ts";
import type { RowPorts } from "../../ports/engine.ts";
import type { Output } from "../../ports/output.ts";
import type { ExposedRun } from "../../ports/run-views.ts";

interface Table {
  readonly columns: readonly ColumnInfo[];
  readonly owners: Map<string, readonly ColumnBatch[]>;
}

interface Pinned {
  readonly snapshot: Snapshot;
  readonly keys: readonly PartitionKey[];
  readonly rows: readonly ColumnBatch[];
  readonly positions: ReadonlyMap<string, number>;
}

const RESERVED = ["MODEL_INDEX", "TRAINING_METRICS", "TRAINING_RESULTS"];
const NO_SQL = "the memory engine has no SQL; open a workspace with the local engine";

/** Returns tables as batches of columns. Has no files and no SQL. */
export function memoryTables(): RowPorts {
  const tables = new Map<string, Table>();
  const parts = new Map<string, ColumnBatch>();
  const pinned = new Map<string, Pinned>();
  const exposed = new Map<string, ExposedRun>();
  const find = (name: string) => [...tables].find(([tableName]) => tableName.toUpperCase() === name.toUpperCase())?.[1];
  const getTable = (name: string) => {
    const table = find(name);
    if (table === undefined)
      throw new ManymodelError(
        "not-found",
        `there is no table ${show(name)}; there is ${[...tables.keys()].join(", ") || "none"}`,
      );
    return table;
  };
  const pin = ({ id }: Snapshot) => {
    const snapshot = pinned.get(id);
    if (snapshot === undefined) throw new ManymodelError("corrupt", `there is no snapshot ${id}`);
    return snapshot;
  };
  const write: Output["write"] = async (_table, batch) => {
    const id = String(parts.size + 1);
    parts.set(id, structuredClone(batch));
    return { id, rows: batch.length, columns: columnsOf(batch) };
  };
  return {
    source: {
      async snapshot(query) {
        if (selectsRows(query))
          throw new ManymodelError("usage", `source.query and source.where are SQL, but ${NO_SQL}`);
        const table = getTable(query.table);
        const pin = pinRows(query, query.newest === undefined ? table : newestOf(query.newest, query.table, table));
        pinned.set(pin.snapshot.id, pin);
        return pin.snapshot;
      },
      async keys(snapshot, from, to) {
        return pin(snapshot).keys.slice(from, to);
      },
      async locate(snapshot, keys) {
        const { positions } = pin(snapshot);
        return Int32Array.from(keys, (key) => positions.get(encodeKey(snapshot.keyColumns, key)) ?? -1);
      },
      async read(snapshot, ordinals) {
        const { rows } = pin(snapshot);
        const partitions = ordinals.map((ordinal) => rows[ordinal]);
        return {
          batch: concat(
            snapshot.columns.map(asRead),
            partitions.filter((partition) => partition !== undefined),
          ),
          offsets: offsetsOf(partitions.map((partition) => partition?.length ?? 0)),
        };
      },
      async times(snapshot) {
        const rows = pin(snapshot).rows.slice(0, snapshot.partitions);
        const names = snapshot.columns.map(({ name }) => name);
        const target = matchColumn(names, snapshot.query.target ?? "");
        const observed = new Set<number>();
        const all: Float64Array[] = [];
        for (const batch of rows) {
          const times = getColumn(batch, snapshot.timeColumn ?? "").values as Float64Array;
          const values = target === undefined ? times : (getColumn(batch, target).values as Float64Array | Uint8Array);
          const missing = values instanceof Uint8Array ? 2 : Number.NaN;
          all.push(times.filter((time) => !Number.isNaN(time)));
          for (const [time, value] of zip(times, values))
            if (!Number.isNaN(time) && !Object.is(value, missing)) observed.add(time);
        }
        const newest = Math.max(...observed);
        const upToNewest = all.map((times) => times.filter((time) => time <= newest));
        const count = (lists: readonly { readonly length: number }[]) =>
          lists.reduce((sum, { length }) => sum + length, 0);
        return {
          observed: Float64Array.from(observed).sort(),
          later: count(all) - count(upToNewest),
          repeated: count(upToNewest) - count(upToNewest.map((times) => [...new Set(times)])),
        };
      },
      async columns(name) {
        const table = find(name);
        const infos = [...(table?.columns ?? []), ...[...(table?.owners.values() ?? [])].flat().flatMap(columnsOf)];
        return table && [...new Map(infos.map((column) => [column.name.toUpperCase(), column])).values()];
      },
    },
    output: {
      async create(table, columns) {
        if (RESERVED.includes(table.toUpperCase()))
          throw new ManymodelError("conflict", `${table} is a view over trained models; choose another table name`);
        if (find(table) !== undefined) return false;
        checkNotForecasts(table);
        tables.set(table, { columns, owners: new Map() });
        return true;
      },
      write,
      async published(name, owner, columns) {
        const owners = find(name)?.owners ?? new Map<string, readonly ColumnBatch[]>();
        const batches = owner === null ? [...owners.values()].flat() : (owners.get(owner) ?? []);
        const complete = batches.filter((batch) => columns.every((column) => column in batch.columns));
        const types = columns.flatMap(
          (name) => complete[0]?.columns[name] && { name, type: complete[0].columns[name].type },
        );
        const whole = concat(types.filter((type) => type !== undefined).map(asRead), complete);
        const [leading] = columns;
        const first = leading === undefined ? undefined : whole.columns[leading];
        if (first === undefined) return { length: 0, columns: {} };
        return pickBatch(whole, first, (value) => value !== null);
      },
      async carry(name, owner, { column, values }, set) {
        const selected = new Set<unknown>(values);
        const selection = (getTable(name).owners.get(owner) ?? []).map((batch) =>
          pickBatch(batch, getColumn(batch, column), (value) => selected.has(value)),
        );
        const whole = concat(
          [...new Map(selection.flatMap(columnsOf).map((info) => [info.name, info])).values()],
          selection.filter(({ length }) => length > 0),
        );
        const changed = Object.entries(set).map(([name, value]): [string, Column] => [
          name,
          { type: "string", values: new Array<string>(whole.length).fill(value) },
        ]);
        return write(name, { ...whole, columns: { ...whole.columns, ...Object.fromEntries(changed) } });
      },
      async discard(_table, discarded) {
        for (const { id } of discarded) parts.delete(id);
      },
      async publish(table, owner, written) {
        const batches = written.flatMap(({ id }) => parts.get(id) ?? []);
        if (batches.length < written.length)
          throw new ManymodelError(
            "conflict",
            `parts of ${table} were deleted before they were published; write them again`,
          );
        getTable(table).owners.set(owner, batches);
      },
    },
    views: {
      async expose(run) {
        exposed.set(run.runId, run);
      },
      async conceal(runId) {
        exposed.delete(runId);
      },
      // A view is for SQL, which this engine has not.
      async showForecasts() {},
    },
    tables: {
      async list() {
        return [...tables].map(([name, { owners }]) => ({
          name,
          rows: [...owners.values()].flat().reduce((sum, batch) => sum + batch.length, 0),
        }));
      },
      async import() {
        throw new ManymodelError("usage", "the memory engine has no files; open a workspace with the local engine");
      },
      columnName: (name) => `"${name.replaceAll('"', '""')}"`,
      async query() {
        throw new ManymodelError("usage", NO_SQL);
      },
      stream() {
        throw new ManymodelError("usage", NO_SQL);
      },
      async copy() {
        throw new ManymodelError("usage", NO_SQL);
      },
    },
    leftovers: {
      async stored() {
        const snapshots = [...pinned.keys()].map((id) => ({
          kind: "snapshot" as const,
          id,
          bytes: 0,
          ageMs: Infinity,
        }));
        const published = new Set([...tables.values()].flatMap(({ owners }) => [...owners.values()].flat()));
        const strays = [...parts].filter(([, batch]) => !published.has(batch));
        return [...snapshots, ...strays.map(([id]) => ({ kind: "part" as const, id, bytes: 0, ageMs: Infinity }))];
      },
      async erase(items) {
        for (const { kind, id } of items) (kind === "snapshot" ? pinned : parts).delete(id);
      },
    },
  };
}

/** Returns a table of a row for each key with the newest values that are not NULL. */
function newestOf({ by, time, values: selections }: NewestValues, name: string, table: Table): Table {
  const whole = concat(table.columns, [...table.owners.values()].flat());
  const names = table.columns.map((column) => column.name);
  const find = (word: string) => {
    const column = table.columns.find((column) => column.name === matchColumn(names, word));
    if (column === undefined)
      throw new ManymodelError("input", `${name} has no column ${show(word)}; it has ${names.join(", ")} (${NO_SQL})`);
    return column;
  };
  const keys = by.map(find);
  const groups = new Map<string, number[]>();
  for (const [row, key] of cells(whole, keys).entries()) {
    const text = encodeKey(
      keys.map(({ name, type }) => ({ name, type: keyType(type) })),
      key,
    );
    const rows = groups.get(text);
    if (rows === undefined) groups.set(text, [row]);
    else rows.push(row);
  }
  const order = time === undefined ? undefined : cells(whole, [find(time)]);
  const first = [...groups.values()].map(([row = -1]) => row);
  const columns = keys.map(({ name }): [string, Column] => [name, pick(getColumn(whole, name), first)]);
  for (const [as, wantedColumn] of Object.entries(selections)) {
    const { name } = find(wantedColumn);
    const column = getColumn(whole, name);
    const cellsOf = values(column);
    const by = order ?? cellsOf.map((value) => [value]);
    const newest = [...groups.values()].map((rows) => {
      const candidates = rows.filter((row) => cellsOf[row] !== null && by[row]?.[0] !== null);
      return candidates.reduce(
        (best, row) => (best < 0 || compareCells(by[row] ?? [], by[best] ?? []) > 0 ? row : best),
        -1,
      );
    });
    columns.push([as === wantedColumn ? name : as, pick(column, newest)]);
  }
  const batch = { length: groups.size, columns: Object.fromEntries(columns) };
  return { columns: columnsOf(batch), owners: new Map([["newest", [batch]]]) };
}

/** Returns the rows of a column, in this order; -1 has no value. */
function pick(column: Column, rows: readonly number[]): Column {
  switch (column.type) {
    case "string":
      return { type: "string", values: rows.map((row) => column.values[row] ?? null) };
    case "integer":
      return { type: "integer", values: rows.map((row) => column.values[row] ?? null) };
    case "boolean":
      return { type: "boolean", values: Uint8Array.from(rows, (row) => column.values[row] ?? 2) };
    default:
      return { type: column.type, values: Float64Array.from(rows, (row) => column.values[row] ?? Number.NaN) };
  }
}

function pinRows(query: DataQuery, table: Table): Pinned {
  const batches = [...table.owners.values()].flat();
  const whole = concat(table.columns, batches);
  const names = table.columns.map((column) => column.name);
  const find = (word: string) => {
    const name = matchColumn(names, word);
    const column = table.columns.find((column) => column.name === name);
    if (column === undefined)
      throw new ManymodelError("input", `${query.table} has no column ${show(word)}; it has ${names.join(", ")}`);
    return column;
  };
  const keyColumns = query.keyColumns.map(find).map(({ name, type }): KeyColumn => ({ name, type: keyType(type) }));
  if (new Set(keyColumns.map((column) => column.name)).size < keyColumns.length)
    throw new ManymodelError(
      "usage",
      `a column is in partition_by twice: ${query.keyColumns.join(", ")}; name each once`,
    );
  const order = (query.orderBy ?? []).map(find).filter((column) => !keyColumns.some((key) => key.name === column.name));
  const listed = (query.columns ?? names).map(find);
  const time = order.at(-1);
  const columns = time === undefined || listed.includes(time) ? listed : [...listed, time];
  const by = [...order, ...columns.filter((column) => !order.includes(column))];
  const groups = new Map<string, { key: KeyValue[]; rows: { row: number; order: KeyValue[] }[] }>();
  let row = 0;
  for (const [key, order] of zip(cells(whole, keyColumns), cells(whole, by))) {
    const encoded = encodeKey(keyColumns, key);
    const group = groups.get(encoded) ?? { key, rows: [] };
    groups.set(encoded, group);
    group.rows.push({ row: row++, order });
  }
  const byKey = [...groups].sort(([, a], [, b]) => compareCells(a.key, b.key));
  const described = table.columns.map(({ name, type }) => ({ name, type, sqlType: type, keyType: keyType(type) }));
  const rule = findEndRule(described, query, time?.name);
  const ended =
    rule === undefined
      ? byKey.map(() => false)
      : endedGroups(
          rule,
          whole,
          byKey.map(([, { rows }]) => rows),
        );
  const sorted = [false, true].flatMap((isEnded) => byKey.filter((_, i) => ended[i] === isEnded));
  const count = ended.filter(Boolean).length;
  const used = sorted.slice(0, sorted.length - count);
  const snapshot: Snapshot = {
    id: createHash("sha256")
      .update(JSON.stringify([query, batches.map(fingerprint)]))
      .digest("hex")
      .slice(0, 24),
    fingerprint: createHash("sha256")
      .update(JSON.stringify(batches.map(fingerprint)))
      .digest("hex"),
    query,
    keyColumns,
    columns,
    timeColumn: time?.name ?? null,
    partitions: used.length,
    rows: used.reduce((sum, [, { rows }]) => sum + rows.length, 0),
    ...(rule !== undefined && { ended: count }),
  };
  return {
    snapshot,
    keys: sorted.map(([, group]) => group.key),
    rows: sorted.map(([, { rows }]) => {
      const inOrder = rows.sort((a, b) => compareCells(a.order, b.order));
      return concat(
        columns,
        inOrder.map(({ row }) => slice(whole, row)),
      );
    }),
    positions: new Map(sorted.map(([encoded], position) => [encoded, position])),
  };
}

/** Returns which groups of rows have ended. */
function endedGroups(
  { time, target, withinMs }: EndRule,
  whole: ColumnBatch,
  groups: readonly (readonly { readonly row: number }[])[],
): boolean[] {
  const [times, observed] = [getColumn(whole, time.name).values, values(getColumn(whole, target.name))];
  const newest = groups.map((rows) =>
    rows.reduce(
      (newest, { row }) => (observed[row] === null ? newest : Math.max(newest, Number(times[row]))),
      -Infinity,
    ),
  );
  const oldest = Math.max(...newest) - withinMs;
  return newest.map((time) => time > -Infinity && time < oldest);
}

function keyType(type: ColumnInfo["type"]): KeyType {
  return type === "number" ? "double" : type;
}

/** Returns the rows of a batch, each as the values of some of its columns. */
function cells(batch: ColumnBatch, columns: readonly { readonly name: string }[]): KeyValue[][] {
  const rows = Array.from({ length: batch.length }, (): KeyValue[] => []);
  for (const { name } of columns) for (const [row, value] of zip(rows, values(getColumn(batch, name)))) row.push(value);
  return rows;
}

/** Returns the values of a column as those of a key. */
function values(column: Column): KeyValue[] {
  switch (column.type) {
    case "string":
      return [...column.values];
    case "integer":
      return column.values.map((value) =>
        value === null || !Number.isSafeInteger(Number(value)) ? value : Number(value),
      );
    case "boolean":
      return Array.from(column.values, (value) => (value === 2 ? null : value === 1));
    default:
      return Array.from(column.values, (value) => {
        if (Number.isNaN(value)) return null;
        if (column.type === "number") return value;
        const text = new Date(value)
          .toISOString()
          .replace("T", " ")
          .replace(/\.?0*Z$/, "");
        return column.type === "date" ? text.slice(0, 10) : text;
      });
  }
}

/** Returns the NULL first, then by value; texts by their UTF-8 bytes, which code points sort alike. */
function compareCells(a: readonly KeyValue[], b: readonly KeyValue[]): number {
  for (const [x, y] of zip(a, b)) {
    if (x === y) continue;
    if (x === null) return -1;
    if (y === null) return 1;
    if (typeof x === "string") {
      const order = Buffer.compare(Buffer.from(x), Buffer.from(y as string));
      if (order !== 0) return order;
    } else return x < y ? -1 : 1;
  }
  return 0;
}

function slice(batch: ColumnBatch, row: number): ColumnBatch {
  const columns = Object.entries(batch.columns).map(([name, column]) => [name, sliceColumn(column, row, row + 1)]);
  return { length: 1, columns: Object.fromEntries(columns) };
}

/** Returns the rows of a batch for which a test of the values of one column, such as one of its own, holds. */
function pickBatch(batch: ColumnBatch, column: Column, isPicked: (value: KeyValue) => boolean): ColumnBatch {
  return concat(
    columnsOf(batch),
    values(column).flatMap((value, row) => (isPicked(value) ? slice(batch, row) : [])),
  );
}

/** Returns a source's column as a body reads it: integers become numbers. */
function asRead({ name, type }: ColumnInfo): ColumnInfo {
  return { name, type: type === "integer" ? "number" : type };
}

/** Joins the columns of batches, in the types given. */
function concat(columns: readonly ColumnInfo[], batches: readonly ColumnBatch[]): ColumnBatch {
  const length = batches.reduce((sum, batch) => sum + batch.length, 0);
  const joined = columns.map(({ name, type }): [string, Column] => {
    const values = batches.flatMap((batch) => Array.from<unknown>(getColumn(batch, name).values));
    if (type === "string" || type === "integer") return [name, { type, values } as Column];
    if (type === "boolean") return [name, { type, values: Uint8Array.from(values as number[]) }];
    return [name, { type, values: Float64Array.from(values, (value) => (value === null ? NaN : Number(value))) }];
  });
  return { length, columns: Object.fromEntries(joined) };
}

function fingerprint({ length, columns }: ColumnBatch): unknown {
  return [
    length,
    Object.entries(columns).map(([name, { type, values }]) => [name, type, Array.from<unknown>(values).map(String)]),
  ];
}
