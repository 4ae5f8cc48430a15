import { type ColumnType, matchColumn } from "./columns/column.ts";
import { ManymodelError, show } from "./errors.ts";
import type { DataQuery } from "./run.ts";

/** A column of a source: its name, the database's type, and ours; null where a model cannot read it. */
interface TypedColumn {
  readonly name: string;
  readonly sqlType: string;
  readonly type: ColumnType | null;
}

/** A column of a source that a model can read. */
type Readable<Column extends TypedColumn> = Column & { readonly type: ColumnType };

/** A series has ended if its newest time with a target is older than the newest of all by more than `withinMs`. */
export interface EndRule<Column extends TypedColumn = TypedColumn> {
  readonly time: Readable<Column>;
  readonly target: Readable<Column>;
  readonly withinMs: number;
}

/**
 * Returns what tells which series of a source have ended; undefined where the query does not say.
 *
 * @throws {ManymodelError} `config` if there are no dates, or no numbers in the target, to tell by
 */
export function findEndRule<Column extends TypedColumn>(
  source: readonly Column[],
  { table, active, target: targetColumn = "" }: DataQuery,
  timeColumn: string | undefined,
): EndRule<Column> | undefined {
  if (active === undefined) return undefined;
  const names = source.map(({ name }) => name);
  const targetName = matchColumn(names, targetColumn);
  const time = source.find(({ name }) => name === timeColumn);
  const target = source.find(({ name }) => name === targetName);
  if (time === undefined || (time.type !== "date" && time.type !== "timestamp") || !isReadable(time))
    throw new ManymodelError(
      "config",
      `source.active needs the dates of rows, but ${time === undefined ? "source.order_by names none" : `${time.name} of ${table} has the type ${time.sqlType}`}; name a date or timestamp last in source.order_by`,
    );
  if (target === undefined)
    throw new ManymodelError(
      "config",
      `source.active needs source.target, but ${table} has no column ${show(targetColumn)}; it has ${names.join(", ")}`,
    );
  if (!isReadable(target) || !["number", "integer", "boolean"].includes(target.type))
    throw new ManymodelError(
      "config",
      `source.active needs numbers in source.target, but ${target.name} of ${table} has the type ${target.sqlType}`,
    );
  return { time, target, withinMs: active.withinMs };
}

function isReadable<Column extends TypedColumn>(column: Column): column is Readable<Column> {
  return column.type !== null;
}
