import { type Encoding, encode, encoding, type FeatureColumns } from "@manymodel/forecast/regression";
import { at } from "../../core/aligned.ts";
import { type ColumnType, matchColumn } from "../../core/columns/column.ts";
import type { Frame } from "../frame.ts";

/** Returns the type of a column, found as the frame finds it; undefined if it is not there. */
export function columnType({ columns }: Frame, name: string): ColumnType | undefined {
  const columnName = matchColumn(
    columns.map((column) => column.name),
    name,
  );
  return columns.find((column) => column.name === columnName)?.type;
}

/** Returns a column of numbers, or of booleans as 0 and 1; NaN for NULL. */
export function numericColumn(data: Frame, name: string): Float64Array {
  if (columnType(data, name) !== "boolean") return data.numbers(name);
  return Float64Array.from(data.booleans(name), (value) => (value === null ? NaN : Number(value)));
}

/** Returns a column of any type as texts; null for NULL. */
export function textColumn(data: Frame, name: string): (string | null)[] {
  switch (columnType(data, name)) {
    case "boolean":
      return data.booleans(name).map((value) => (value === null ? null : String(value)));
    case "number":
    case "integer":
      return Array.from(data.numbers(name), (value) => (Number.isNaN(value) ? null : String(value)));
    case "date":
    case "timestamp":
      return data.dates(name).map((value) => value?.toISOString() ?? null);
    default:
      return data.strings(name);
  }
}

/** The features of rows, as their columns' types say: numbers and booleans, categories, and times. */
export class RowFeatures {
  readonly #columns: FeatureColumns;
  readonly #times: readonly string[];

  /** @throws {ManymodelError} `input` for a column that is not there */
  constructor(data: Frame, names: readonly string[]) {
    const isTime = (name: string) => ["date", "timestamp"].includes(columnType(data, name) ?? "");
    this.#times = names.filter(isTime);
    this.#columns = Object.fromEntries(
      names.map((name) => [
        name,
        columnType(data, name) === "string"
          ? data.strings(name)
          : isTime(name)
            ? data.times(name)
            : numericColumn(data, name),
      ]),
    );
  }

  /** Learns an encoding from some rows (see `encoding`). */
  encoding(
    rows: readonly number[],
    options: { impute: "mean" | "none"; dropFirst: boolean; levels?: number },
  ): Encoding {
    const columns = Object.fromEntries(
      Object.entries(this.#columns).map(([name, values]) => [name, pick(values, rows)]),
    );
    return encoding(columns, { ...options, times: this.#times });
  }

  /** Encodes some rows. */
  encode(learnt: Encoding, rows: readonly number[]): Record<string, Float64Array> {
    return encode(
      learnt,
      Object.fromEntries(Object.entries(this.#columns).map(([name, values]) => [name, pick(values, rows)])),
    );
  }
}

function pick(values: FeatureColumns[string], rows: readonly number[]): FeatureColumns[string] {
  if (values instanceof Float64Array) return Float64Array.from(rows, (row) => at(values, row));
  return rows.map((row) => at(values as readonly (string | null)[], row));
}

/**
 * Encodes the rows that are to be scored. Columns are read as the features were in training: a column of digits is a
 * category where it was one, and a column without any value is missing throughout, whatever its type.
 *
 * @throws {ManymodelError} `input` for a column that is not there, or of a type that cannot be the feature
 */
export function encodeRows(learnt: Encoding, data: Frame): Record<string, Float64Array> {
  const columns = learnt.features.map(({ name, kind }): [string, FeatureColumns[string]] => {
    if (kind === "category") return [name, textColumn(data, name)];
    if (columnType(data, name) === "string" && data.strings(name).every((value) => value === null))
      return [name, new Float64Array(data.length).fill(NaN)];
    return [name, kind === "time" ? data.times(name) : numericColumn(data, name)];
  });
  return encode(learnt, Object.fromEntries(columns));
}
