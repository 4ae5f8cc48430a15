/**
 * Returns a row as a line of CSV (RFC 4180), with its end: NULL is nothing, an empty text a pair of quotes. The text `\.` is in quotes
 * too: alone in a line it would end a COPY of PostgreSQL.
 */
export function csvLine(row: readonly (string | number | boolean | null)[]): string {
  return `${row.map(csvValue).join(",")}\n`;
}

function csvValue(value: string | number | boolean | null): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  return value === "" || /[",\r\n]|^\s|\s$|^\\\.$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
