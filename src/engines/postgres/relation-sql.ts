import type { ColumnType } from "../../core/columns/column.ts";
import type { KeyType } from "../../core/partition-key.ts";
import { identifier } from "../node/duck.ts";
import type { KeyedColumn, ReadableColumn, SourceColumn } from "../node/resolve-query.ts";

/** A source's column, and how it is called in the database: our own tables' names are folded there. */
export interface RelationColumn extends SourceColumn {
  readonly physical: string;
  /** True for a `numeric` with a stated number of decimals. */
  readonly scaled: boolean;
}

/** Writes the expression by which a column's texts are compared and sorted: their bytes. */
const asText = (column: string) => `(${column})::text COLLATE "C"`;

/** Returns a key column as it is kept. */
export function keyExpression({ physical, keyType, scaled }: KeyedColumn<RelationColumn>): string {
  const column = identifier(physical);
  switch (keyType) {
    case "string":
      return asText(column);
    // 1.5 and 1.50 are one number, so they must be one text.
    case "decimal":
      return asText(scaled ? column : `trim_scale(${column})`);
    default:
      return `${column}::${KEY_SQL_TYPES[keyType]}`;
  }
}

/** The SQL type in which a key column is kept. */
export const KEY_SQL_TYPES: Readonly<Record<KeyType, string>> = {
  string: 'text COLLATE "C"',
  integer: "bigint",
  double: "double precision",
  decimal: 'text COLLATE "C"',
  boolean: "boolean",
  date: "date",
  timestamp: "timestamp",
};

/** The SQL type in which a column's values are kept. */
export const VALUE_SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  number: "double precision",
  integer: "double precision",
  string: "text",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamp",
};

/** Returns a value as it is kept: numbers as doubles, times in UTC. */
export function valueExpression({ physical, type }: Pick<ReadableColumn<RelationColumn>, "physical" | "type">): string {
  return `${identifier(physical)}::${VALUE_SQL_TYPES[type]}`;
}

/** Writes the expression by which rows are ordered. */
export function orderExpression({ physical, type }: RelationColumn): string {
  return type === "string" ? asText(identifier(physical)) : identifier(physical);
}
