import type { DuckDBResultReader } from "@duckdb/node-api";

/** A column of a result, as the protocol describes it. */
export interface RowType {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly scale?: number;
  readonly precision?: number;
  readonly length?: number;
}

/** A result: rows of texts. `statementTypeId` says what kind of statement gave it. */
export interface Rowset {
  readonly rowtype: readonly RowType[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly statementTypeId: number;
}

export const STATEMENT = {
  select: 0x1000,
  insert: 0x3100,
  update: 0x3200,
  delete: 0x3300,
  merge: 0x3400,
  ddl: 0x6000,
} as const;

/** Returns rows of texts under these names. */
export function textRows(names: readonly string[], rows: readonly (readonly (string | null)[])[]): Rowset {
  const rowtype = names.map((name): RowType => ({ name, type: "text", nullable: true, length: 16777216 }));
  return { rowtype, rows, statementTypeId: STATEMENT.select };
}

/** Returns the result of a change: its number of rows. */
export function changed(kind: "insert" | "update" | "delete" | "merge", rows: number): Rowset {
  const name = {
    insert: "number of rows inserted",
    update: "number of rows updated",
    delete: "number of rows deleted",
    merge: "number of rows merged",
  };
  const rowtype = [{ name: name[kind], type: "fixed", nullable: false, scale: 0, precision: 19 }];
  return { rowtype, rows: [[String(rows)]], statementTypeId: STATEMENT[kind] };
}

/** Returns the result of a definition of an object. */
export const done = (
  message = "Statement executed successfully.",
  statementTypeId: number = STATEMENT.ddl,
): Rowset => ({
  ...textRows(["status"], [[message]]),
  statementTypeId,
});

/** Returns a result of DuckDB as the protocol has it. */
export function toRowset(reader: DuckDBResultReader): Rowset {
  const types = reader.columnTypes().map((type) => String(type));
  const rowtype = reader.columnNames().map((name, i) => describe(name, types[i]!));
  const rows = reader.getRows().map((row) => row.map((value, i) => cell(value, rowtype[i]!.type)));
  return { rowtype, rows, statementTypeId: STATEMENT.select };
}

function describe(name: string, sqlType: string): RowType {
  const common = { name, nullable: true };
  if (/INT/.test(sqlType)) return { ...common, type: "fixed", scale: 0, precision: 38 };
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(sqlType);
  if (decimal !== null) return { ...common, type: "fixed", precision: Number(decimal[1]), scale: Number(decimal[2]) };
  if (/^(DOUBLE|FLOAT)$/.test(sqlType)) return { ...common, type: "real" };
  if (sqlType === "BOOLEAN") return { ...common, type: "boolean" };
  if (sqlType === "DATE") return { ...common, type: "date" };
  if (sqlType === "JSON") return { ...common, type: "variant" };
  if (/^TIMESTAMP/.test(sqlType)) return { ...common, type: "timestamp_ntz", scale: 9 };
  return { ...common, type: "text", length: 16777216 };
}

function cell(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null;
  switch (type) {
    case "boolean":
      return value ? "1" : "0";
    case "date":
      return String((value as { days: number }).days);
    case "timestamp_ntz": {
      const micros = (value as { micros: bigint }).micros;
      const seconds = micros >= 0n ? micros / 1_000_000n : -((-micros + 999_999n) / 1_000_000n);
      return `${seconds}.${String(micros - seconds * 1_000_000n).padStart(6, "0")}000`;
    }
    default:
      return String(value);
  }
}
