import { createHash } from "node:crypto";
import { type ColumnType, matchColumn } from "../../core/columns/column.ts";
import { type EndRule, findEndRule } from "../../core/end-rule.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { KeyColumn, KeyType } from "../../core/partition-key.ts";
import type { DataQuery, Snapshot } from "../../core/run.ts";

/** A source's column: its name, the database's type, and ours; null where a model cannot read or be keyed by it. */
export interface SourceColumn {
  readonly name: string;
  readonly sqlType: string;
  readonly type: ColumnType | null;
  readonly keyType: KeyType | null;
}

/** A source's column that can be part of a key. */
export type KeyedColumn<Column extends SourceColumn = SourceColumn> = Column & { readonly keyType: KeyType };

/** A source's column that a model can read. */
export type ReadableColumn<Column extends SourceColumn = SourceColumn> = Column & { readonly type: ColumnType };

/** The columns of a source that a query means. */
export interface ResolvedQuery<Column extends SourceColumn = SourceColumn> {
  readonly keys: readonly KeyedColumn<Column>[];
  readonly columns: readonly ReadableColumn<Column>[];
  readonly order: readonly Column[];
  /** The rule for series that have ended, where the query has one. */
  readonly ended?: EndRule<Column>;
}

/** Finds the query's columns in the source. @throws {ManymodelError} `input` naming what is missing or of no use */
export function resolveQuery<Column extends SourceColumn>(
  source: readonly Column[],
  query: DataQuery,
): ResolvedQuery<Column> {
  const names = source.map((column) => column.name);
  const find = (role: string) => (word: string) => {
    const name = matchColumn(names, word);
    const column = source.find((column) => column.name === name);
    if (column === undefined)
      throw new ManymodelError(
        "input",
        `${query.table} has no column ${show(word)} (${role}); it has ${names.join(", ")}`,
      );
    return column;
  };
  if (query.keyColumns.length === 0)
    throw new ManymodelError("usage", `no key column for ${query.table}; name at least one in source.partition_by`);
  const keyed = query.keyColumns.map(find("partition_by"));
  const twice = keyed.find((key, i) => keyed.indexOf(key) < i);
  if (twice !== undefined)
    throw new ManymodelError("usage", `column ${twice.name} is in partition_by twice; name each key column once`);
  const order = (query.orderBy ?? []).map(find("order_by"));
  const listed = (query.columns ?? names).map(find("columns"));
  const unordered = order.filter((column) => !keyed.includes(column));
  const time = unordered.at(-1);
  const unreadable = ({ name, sqlType }: SourceColumn) =>
    new ManymodelError(
      "input",
      `column ${name} of ${query.table} has the type ${sqlType}, which a model cannot read; list the columns to read in source.columns`,
    );
  const keys = keyed.map((column) => {
    if (!isKeyed(column)) throw unreadable(column);
    return column;
  });
  const columns = (time === undefined || listed.includes(time) ? listed : [...listed, time]).map((column) => {
    if (!isReadable(column)) throw unreadable(column);
    return column;
  });
  const ended = findEndRule(source, query, time?.name);
  return { keys, columns, order: unordered, ...(ended !== undefined && { ended }) };
}

function isKeyed<Column extends SourceColumn>(column: Column): column is KeyedColumn<Column> {
  return column.keyType !== null;
}

function isReadable<Column extends SourceColumn>(column: Column): column is ReadableColumn<Column> {
  return column.type !== null;
}

/** Describes the columns of a snapshot. */
export function describeQuery({
  keys,
  columns,
  order,
}: ResolvedQuery): Pick<Snapshot, "keyColumns" | "columns" | "timeColumn" | "hasInstants"> {
  const time = order.at(-1);
  return {
    keyColumns: keys.map(({ name, keyType }): KeyColumn => ({ name, type: keyType })),
    columns: columns.map(({ name, type }) => ({ name, type })),
    timeColumn: time?.name ?? null,
    ...(time !== undefined && /with time zone$|^TIMESTAMP_L?TZ/i.test(time.sqlType) && { hasInstants: true }),
  };
}

/** Returns the places of a snapshot's time and target among its columns. */
export function timesOf({ columns, timeColumn, query }: Snapshot): { readonly time: number; readonly target: number } {
  const names = columns.map(({ name }) => name);
  const target = matchColumn(names, query.target ?? "") ?? timeColumn;
  const place = (name: string | null) => {
    const index = names.indexOf(name ?? "");
    if (index < 0) throw new ManymodelError("internal", `a snapshot of ${query.table} has no column ${show(name)}`);
    return index;
  };
  return { time: place(timeColumn), target: place(target) };
}

/** Returns the id of the snapshot that a query of a source gives. */
export function snapshotId(fingerprint: string, { keys, columns, order }: ResolvedQuery, query: DataQuery): string {
  const statedInterval = query.interval === undefined ? [] : [query.interval];
  // Ids of queries without these rules stay what they were.
  const { fill, target, active, resample, select, where, newest, zone } = query;
  const rules = target === undefined && resample === undefined ? [] : [{ fill, target, active, resample }];
  const selected = select === undefined && where === undefined ? [] : [{ select, where }];
  const values = newest === undefined ? [] : [{ newest }];
  const zones = zone === undefined ? [] : [{ zone: zone.name }];
  return createHash("sha256")
    .update(
      JSON.stringify([
        fingerprint,
        keys,
        columns,
        order,
        query.duplicates ?? "fail",
        ...statedInterval,
        ...rules,
        ...selected,
        ...values,
        ...zones,
      ]),
    )
    .digest("hex")
    .slice(0, 24);
}
