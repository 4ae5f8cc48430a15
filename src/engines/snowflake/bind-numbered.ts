import { ManymodelError } from "../../core/errors.ts";
import type { Bind } from "./connection.ts";

/** Quoted text, which may hold anything, and comments; or a placeholder, which is no part of a name such as `T$1`. */
const TOKEN =
  /'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<![\w$])\$(\d+)/g;

/**
 * Replaces each `$n` of a query outside of quoted text and comments by `?`, and lists the values in the order of the `?`.
 * Without values the query stays as it is: there `$1` is the first column of a file of a stage.
 *
 * @throws {ManymodelError} `usage` for a `$n` without a value, and for a value without a `$n`
 */
export function bindNumbered(query: string, values: readonly Bind[]): { sql: string; binds: readonly Bind[] } {
  if (values.length === 0) return { sql: query, binds: values };
  const binds: Bind[] = [];
  const used = new Set<number>();
  const sql = query.replace(TOKEN, (token, digits: string | undefined) => {
    if (digits === undefined) return token;
    const value = values[Number(digits) - 1];
    if (value === undefined)
      throw new ManymodelError(
        "usage",
        `the query has ${token}, and ${values.length} values to bind; pass one for each $n`,
      );
    used.add(Number(digits));
    binds.push(value);
    return "?";
  });
  if (used.size < values.length)
    throw new ManymodelError("usage", `the query uses ${used.size} of ${values.length} values; name each by its $n`);
  return { sql, binds };
}
