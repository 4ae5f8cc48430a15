import { ManymodelError, show } from "./errors.ts";

/** The table of the attributes of partitions and the worth of their units: one row each. */
export const PARTITION_ATTRIBUTES = "PARTITION_ATTRIBUTES";

/** The column of it that holds the worth of a unit. */
export const UNIT_VALUE = "UNIT_VALUE";

/** The attributes and the worth of a unit that a source states. */
export interface StatedAttributes {
  /** Columns that say which group a partition belongs to. */
  readonly attributes: readonly string[];
  /** The worth of a unit: a column, or an expression of the engine's SQL. */
  readonly value?: string;
}

/** A choice of partitions, and their groups, by the stored attributes. */
export interface Grouping {
  /** Attributes whose values tell groups apart. */
  readonly group?: string | readonly string[];
  /** A condition of the engine's SQL on the columns of `PARTITION_ATTRIBUTES`; all partitions when left out. */
  readonly where?: string;
  /** True to weigh partitions by the worth of their units. */
  readonly weighByValue?: boolean;
}

/** Checks the names of attributes. @throws {ManymodelError} `config` for a name that the table has for something else, or twice */
export function checkAttributes(names: readonly string[]): void {
  const uppercase = new Set<string>();
  for (const name of names) {
    const upper = name.toUpperCase();
    if (upper === "PARTITION_KEY" || upper === UNIT_VALUE || uppercase.has(upper))
      throw new ManymodelError(
        "config",
        `source.attributes names ${show(name)}${uppercase.has(upper) ? " twice; once is enough" : `, which is a column of ${PARTITION_ATTRIBUTES} already; select the column by another name in source.query`}`,
      );
    uppercase.add(upper);
  }
}
