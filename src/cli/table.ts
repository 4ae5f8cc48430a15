import { printable } from "../core/errors.ts";

/**
 * Lays rows out in columns: numbers to the right, everything else to the left, two spaces between.
 *
 * @param asStored - numbers with all their digits, instead of as many as can be read
 */
export function formatTable(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  { asStored = false } = {},
): string {
  const text = (value: unknown) => (asStored && typeof value === "number" ? String(value) : formatCell(value));
  const columnsOfText = columns.map((name, i) => {
    const values = rows.map((row) => row[i]);
    const cells = [name, ...values.map(text)];
    const width = Math.max(...cells.map(({ length }) => length));
    const isNumeric = values.every((value) => typeof value === "number" || value === null);
    return cells.map((cell) => (isNumeric ? cell.padStart(width) : cell.padEnd(width)));
  });
  const lines = ["", ...rows].map((_, line) => columnsOfText.map((cells) => cells[line]).join("  "));
  return lines.map((line) => line.trimEnd()).join("\n");
}

function formatCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : readable(value);
  return printable(String(value).replace(/[\r\n\t]+/g, " "));
}

/** Returns the six digits, or two after the point where there are more before it: none of those becomes a zero. */
function readable(value: number): string {
  const whole = Math.floor(Math.log10(Math.abs(value))) + 1;
  return String(Number(value.toPrecision(Math.min(17, Math.max(6, whole + 2)))));
}

/** Returns seconds as people read them: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 6000) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
