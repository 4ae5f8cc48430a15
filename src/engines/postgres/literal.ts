/**
 * Quotes a text as a literal of PostgreSQL, whatever `standard_conforming_strings` is. Everything else is bound: CREATE VIEW
 * and COPY (SELECT …) take no bound value.
 */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}
