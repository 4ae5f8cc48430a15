import { matchColumn } from "../../core/columns/column.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { NewestValues } from "../../core/run.ts";

/** The parts of a SELECT statement of newest values as an engine spells them. */
export interface NewestDialect {
  /** The relation to select from. */
  readonly from: string;
  /** The names of its columns, and how each is spelled. */
  readonly columns: readonly { readonly name: string; readonly sql: string }[];
  /** Returns the newest value of an expression that is not NULL, by the column of times. */
  newest(value: string, time: string): string;
  /** Spells the name of a column of the result. */
  identifier(name: string): string;
}

/**
 * Returns the SELECT statement of a row for each key with the newest values. An expression that is no column's name is the
 * operator's own SQL and stands in it as it is.
 *
 * @throws {ManymodelError} `input` naming a key or time column that there is not
 */
export function newestRows({ by, time, values }: NewestValues, table: string, dialect: NewestDialect): string {
  const { from, columns, newest, identifier } = dialect;
  const names = columns.map(({ name }) => name);
  const find = (word: string) => {
    const name = matchColumn(names, word);
    return columns.find((column) => column.name === name);
  };
  const getColumn = (word: string) => {
    const column = find(word);
    if (column === undefined)
      throw new ManymodelError("input", `${table} has no column ${show(word)}; it has ${names.join(", ")}`);
    return column;
  };
  const keys = by.map(getColumn);
  const order = time === undefined ? undefined : getColumn(time).sql;
  const selected = [
    ...keys.map(({ name, sql }) => `${sql} AS ${identifier(name)}`),
    ...Object.entries(values).map(([name, expression]) => {
      const column = find(expression);
      const value = column?.sql ?? `(${expression}\n)`;
      // A column that keeps its name keeps the source's spelling of it.
      const as = column !== undefined && name === expression ? column.name : name;
      return `${order === undefined ? `MAX(${value})` : newest(value, order)} AS ${identifier(as)}`;
    }),
  ];
  return `SELECT ${selected.join(", ")} FROM ${from} GROUP BY ${keys.map(({ sql }) => sql).join(", ")}`;
}

/** Returns the error of a value that the database refuses, with the database's sentence. */
export function refusedValues({ values }: NewestValues, sentence: string, cause: unknown): ManymodelError {
  return new ManymodelError(
    "config",
    `source.attributes or source.value is refused by the database: ${sentence}. Each of ${Object.values(values).join(", ")} must be a column or an SQL expression`,
    { cause },
  );
}
