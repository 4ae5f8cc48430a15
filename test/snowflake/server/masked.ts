/** A statement whose literals and quoted identifiers are out of the way, so that patterns meet code only. */
export interface Masked {
  /** The code: `\u0001n\u0001` stands for the n-th literal, `\u0002n\u0002` for the n-th quoted identifier. */
  readonly code: string;
  /** Puts back what was masked. */
  unmask(text: string): string;
  /** The text of a literal, unescaped. */
  literal(n: number): string;
  /** A quoted identifier, unquoted. */
  identifier(n: number): string;
}

export const LITERAL = "\u0001(\\d+)\u0001";
const MASKED = /'(?:[^'\\]|''|\\[\s\S])*'|\$\$[\s\S]*?\$\$|"(?:[^"]|"")*"|--[^\n]*/g;

/** Masks the literals and quoted identifiers of a statement, and leaves out its comments. */
export function mask(sql: string): Masked {
  const literals: string[] = [];
  const identifiers: string[] = [];
  const code = sql.replace(MASKED, (found) => {
    if (found.startsWith("--")) return " ";
    if (found.startsWith('"')) return `\u0002${identifiers.push(found) - 1}\u0002`;
    return `\u0001${literals.push(found) - 1}\u0001`;
  });
  return {
    code,
    unmask: (text) =>
      text
        .replace(/\u0001(\d+)\u0001/g, (_, n) => duckLiteral(unescape(literals[n]!)))
        .replace(/\u0002(\d+)\u0002/g, (_, n) => identifiers[n]!),
    literal: (n) => unescape(literals[n]!),
    identifier: (n) => identifiers[n]!.slice(1, -1).replaceAll('""', '"'),
  };
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "0": "\0" };

/** What a literal of Snowflake says: `''` is a quote, a backslash escapes, and `$$` quotes as it stands. */
function unescape(literal: string): string {
  if (literal.startsWith("$$")) return literal.slice(2, -2);
  return literal
    .slice(1, -1)
    .replace(/''|\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S])/g, (found, escaped: string | undefined) => {
      if (escaped === undefined) return found === "''" ? "'" : found;
      if (/^[ux]./.test(escaped) && escaped.length > 1)
        return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
      return ESCAPES[escaped] ?? escaped;
    });
}

/** A text as a literal of DuckDB, which cannot hold NUL. */
function duckLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
