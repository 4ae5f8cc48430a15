import { csvLine } from "../../core/csv-line.ts";
import { fileName, saveFile } from "./save.ts";
import { Copy } from "./take-away.tsx";

/** A row of a table in numbers and texts, as the server stated them. */
export type PlainRow = readonly (string | number | boolean | null | undefined)[];

/** Saves a table as CSV, and copies it with tabs, as spreadsheets take it. The first row has the names of the columns. */
export function TableFiles({ name, rows }: { name: string; rows: readonly PlainRow[] }) {
  const plain = rows.map((row) => row.map((value) => value ?? null));
  const save = () =>
    saveFile(new Blob([plain.map(csvLine).join("")], { type: "text/csv;charset=utf-8" }), fileName(name, "csv"));
  return (
    <span class="files">
      <button type="button" class="quiet" aria-label={`Save ${name} as CSV`} onClick={save}>
        CSV
      </button>
      <Copy text={plain.map((row) => row.map((value) => value ?? "").join("\t")).join("\n")} label={name} />
    </span>
  );
}
