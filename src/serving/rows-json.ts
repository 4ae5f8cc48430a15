import { zip } from "../core/aligned.ts";
import { type Column, type ColumnBatch, type ColumnInfo, matchColumn } from "../core/columns/column.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { formatTime, parseTime } from "../model/interval.ts";
import type { Cell } from "../model/output-columns.ts";

/** A row as JSON has it; dates and timestamps are text, what is left out is null. */
export type RowJson = { readonly [column: string]: CellJson };
type CellJson = string | number | boolean | null;

/** Tells whether a JSON value can be a cell of a row, or of a key. */
export function isCell(json: unknown): json is CellJson {
  return json === null || typeof json === "string" || typeof json === "boolean" || Number.isFinite(json);
}

/** Tells whether a JSON value has the shape of a row, whatever the columns. */
export function isRowJson(json: unknown): json is RowJson {
  return typeof json === "object" && json !== null && !Array.isArray(json) && Object.values(json).every(isCell);
}

/**
 * Returns rows as typed columns: those that the models were trained on, with their types. Names match as `matchColumn` says, so that a
 * request is the same on every engine.
 *
 * @param where - what to call the rows in an error: `rows[3]`
 * @throws {ManymodelError} `input` naming the column and the value
 */
export function rowsOfJson(columns: readonly ColumnInfo[], rows: readonly RowJson[], where: string): ColumnBatch {
  const modelRows = rows.map((row, i) => withOwnNames(columns, row, `${where}[${i}]`));
  const entries = columns.map(({ name, type }): [string, Column] => {
    const cells = modelRows.map((row, i) => cell(type, row[name] ?? null, `${where}[${i}].${name}`));
    if (type === "string") return [name, { type, values: cells as (string | null)[] }];
    if (type === "boolean")
      return [name, { type, values: Uint8Array.from(cells, (v) => (v === null ? 2 : Number(v))) }];
    const values = Float64Array.from(cells, (v) => (v === null ? NaN : Number(v)));
    return [name, { type: type === "integer" ? "number" : type, values }];
  });
  return { length: rows.length, columns: Object.fromEntries(entries) };
}

/** Returns a row whose columns are spelled as those of the model. */
function withOwnNames(columns: readonly ColumnInfo[], row: RowJson, where: string): RowJson {
  const names = columns.map(({ name }) => name);
  const result: Record<string, CellJson> = {};
  for (const [word, value] of Object.entries(row)) {
    const name = matchColumn(names, word);
    if (name === undefined)
      throw new ManymodelError(
        "input",
        `${where} has a column ${show(word)}; the model was trained on ${names.join(", ")}`,
      );
    if (Object.hasOwn(result, name))
      throw new ManymodelError("input", `${where} has the column ${name} twice, as ${show(word)} too; leave one out`);
    result[name] = value;
  }
  return result;
}

const JSON_TYPES = { string: "string", boolean: "boolean", number: "number", integer: "number" } as const;

function cell(type: ColumnInfo["type"], value: RowJson[string], where: string): string | number | boolean | null {
  if (value === null) return null;
  const wrong = () => new ManymodelError("input", `${where} is ${show(value)}, which is not a ${type}`);
  if (type === "date" || type === "timestamp") {
    const time = typeof value === "string" ? parseTime(type, value.replace("T", " ").replace(/Z$/, "")) : NaN;
    if (Number.isNaN(time)) throw wrong();
    return time;
  }
  if (typeof value !== JSON_TYPES[type]) throw wrong();
  return value;
}

/** Returns times as they are answered: exact text of dates and timestamps, the number or text itself otherwise. */
export function timesAsJson(
  time: ColumnInfo | null,
  times: Float64Array | readonly (string | null)[] | null,
): (string | number | null)[] | null {
  if (times === null || time === null) return null;
  const type = time.type === "date" || time.type === "timestamp" ? time.type : undefined;
  return Array.from(times as ArrayLike<string | number | null>, (value) => {
    if (typeof value !== "number") return value;
    if (Number.isNaN(value)) return null;
    return type === undefined ? value : formatTime(type, value);
  });
}

/** Returns the columns of a definition's own as they are answered: dates and timestamps as text. */
export function columnsAsJson(
  declared: readonly ColumnInfo[],
  output: readonly (readonly Cell[])[],
): Record<string, Cell[]> {
  return Object.fromEntries(
    Array.from(zip(declared, output), ([{ name, type }, cells]) => [
      name,
      cells.map((cell) =>
        typeof cell === "number" && (type === "date" || type === "timestamp") ? formatTime(type, cell) : cell,
      ),
    ]),
  );
}
