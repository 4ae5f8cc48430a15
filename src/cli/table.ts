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
  const cells = rows.map((row) =>
    row.map((value) => (asStored && typeof value === "number" ? String(value) : formatCell(value))),
  );
  const widths = columns.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]!.length)));
  const numeric = columns.map((_, i) => rows.every((row) => typeof row[i] === "number" || row[i] === null));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (numeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  return [line(columns), ...cells.map(line)].join("\n");
}

function formatCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : readable(value);
  return printable(String(value).replace(/[\r\n\t]+/g, " "));
}

/** Six digits, or two after the point where there are more before it: none of those becomes a zero. */
function readable(value: number): string {
  const whole = Math.floor(Math.log10(Math.abs(value))) + 1;
  return String(Number(value.toPrecision(Math.min(17, Math.max(6, whole + 2)))));
}

/** Seconds as people read them: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 6000) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
