import { type ColumnInfo, type ColumnType, matchColumn } from "../core/columns/column.ts";
import { ManymodelError, show } from "../core/errors.ts";

/** The type of a column that a definition adds to the output. */
export type OutputType = Exclude<ColumnType, "integer">;

/** Columns that `predict` returns in addition to its forecast, by name. */
export type OutputColumns = Readonly<Record<string, OutputType>>;

/** The facts that decide the columns of a run's output. */
export interface OutputContext<Exports> {
  readonly exports: Exports;
  /** The columns of the training data. */
  readonly columns: readonly ColumnInfo[];
}

/** The declaration of output columns, or a function that makes it for a run. */
export type OutputDeclaration<Exports> = OutputColumns | ((context: OutputContext<Exports>) => OutputColumns);

/** A value of an output column: dates and timestamps in milliseconds since 1970-01-01 UTC, NULL is null. */
export type Cell = string | number | boolean | null;

const TYPES: readonly string[] = ["number", "string", "boolean", "date", "timestamp"] satisfies OutputType[];
/** Names of columns that every table of forecasts has, or may have. */
const RESERVED =
  /^(?:MODEL_NAME|MODEL_VERSION|PARTITION_KEY|STEP|FORECAST|STATUS|ERROR_TYPE|ERROR_MESSAGE|FINGERPRINT|(?:LO|HI|Q)_?[0-9.]+)$/i;

/**
 * Returns the columns that a definition adds to the output of a run, in order.
 *
 * @param reserved - names that key and time have
 * @throws {ManymodelError} `usage` if the declaration is not an object of names and types, or a name is taken
 */
export function outputColumnsOf(
  declared: unknown,
  context: OutputContext<unknown>,
  definition: string,
  reserved: readonly string[],
): ColumnInfo[] {
  const columns: unknown = typeof declared === "function" ? declared(context) : declared;
  if (typeof columns !== "object" || columns === null || Array.isArray(columns))
    throw new ManymodelError(
      "usage",
      `output of ${definition} is ${show(columns)}; it must be an object such as { CLASS: "string" }`,
    );
  const names: string[] = [];
  return Object.entries(columns).map(([name, type]) => {
    const isType = (value: unknown): value is OutputType => typeof value === "string" && TYPES.includes(value);
    if (!isType(type))
      throw new ManymodelError(
        "usage",
        `output.${name} of ${definition} is ${show(type)}; it must be one of ${TYPES.join(", ")}`,
      );
    if (RESERVED.test(name) || matchColumn([...reserved, ...names], name) !== undefined)
      throw new ManymodelError(
        "usage",
        `output.${name} of ${definition} is a column that the output already has; call it something else`,
      );
    names.push(name);
    return { name, type };
  });
}
