/** A statement whose literals and quoted identifiers are out of the way, so that patterns meet code only. */
export interface Masked {
  /** The code: `\ue000n\ue000` stands for the n-th literal, `\ue001n\ue001` for the n-th quoted identifier. */
  readonly code: string;
  /** Puts back what was masked. */
  unmask(text: string): string;
  /** Puts back what was masked as it stood. */
  source(text: string): string;
  /** Returns the text of a literal, unescaped. */
  literal(n: number): string;
  /** Returns a quoted identifier, unquoted. */
  identifier(n: number): string;
}

export const LITERAL = "\ue000(\\d+)\ue000";
const MASKED = /'(?:[^'\\]|''|\\[\s\S])*'|\$\$[\s\S]*?\$\$|"(?:[^"]|"")*"|--[^\n]*/g;

/** Masks the literals and quoted identifiers of a statement, and leaves out its comments. */
export function mask(sql: string): Masked {
  const literals: string[] = [];
  const identifiers: string[] = [];
  const code = sql.replace(MASKED, (match) => {
    if (match.startsWith("--")) return " ";
    if (match.startsWith('"')) return `\ue001${identifiers.push(match) - 1}\ue001`;
    return `\ue000${literals.push(match) - 1}\ue000`;
  });
  return {
    code,
    unmask: (text) =>
      text
        .replace(/\ue000(\d+)\ue000/g, (_, n) => duckLiteral(unescaped(literals[n]!)))
        .replace(/\ue001(\d+)\ue001/g, (_, n) => identifiers[n]!),
    source: (text) =>
      text
        .replace(/\ue000(\d+)\ue000/g, (_, n) => literals[n]!)
        .replace(/\ue001(\d+)\ue001/g, (_, n) => identifiers[n]!),
    literal: (n) => unescaped(literals[n]!),
    identifier: (n) => identifiers[n]!.slice(1, -1).replaceAll('""', '"'),
  };
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "0": "\0" };

/** Returns the value of a literal of Snowflake: `''` is a quote, a backslash escapes, and `$$` quotes as it stands. */
function unescaped(literal: string): string {
  if (literal.startsWith("$$")) return literal.slice(2, -2);
  return literal
    .slice(1, -1)
    .replace(/''|\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S])/g, (match, escaped: string | undefined) => {
      if (escaped === undefined) return match === "''" ? "'" : match;
      if (/^[ux]./.test(escaped) && escaped.length > 1)
        return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
      return ESCAPES[escaped] ?? escaped;
    });
}

/** Returns a text as a literal of DuckDB, which cannot hold NUL. */
function duckLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
